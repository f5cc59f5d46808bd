import t from 'tap'
import { eventLoop, eventLoopWith } from '../../../lib/checks/host/event-loop.js'
import type { EventLoopOptions } from '../../../lib/checks/host/event-loop.js'
import type { LoopReading, Meter } from '../../../lib/checks/host/loop-meter.js'
import type { CheckFunction } from '../../../lib/health/check/check-function.js'
import type { RunResult } from '../../../lib/health/check/result.js'
import { run, standaloneCheck } from '../../support/check.js'
import { ManualClock } from '../../support/clock.js'

const TEN_MINUTES_MS = 600_000

/** Makes a check that takes the given readings, and counts the starts and stops of its meters. */
function checkWith (readings: (LoopReading | undefined)[], options: EventLoopOptions = {}) {
  const clock = new ManualClock()
  const meters = { started: 0, stopped: 0 }
  const startMeter = (): Meter => {
    meters.started += 1
    return { take: () => readings.shift(), stop: () => { meters.stopped += 1 } }
  }
  return { check: eventLoopWith({ startMeter, clock }, options), clock, meters }
}

function reading (p99: number, utilization = 0.1): LoopReading {
  return { delayMs: { mean: 1, p99, max: p99 + 1 }, utilization }
}

await t.test('eventLoop() is DOWN when the delay is over the limit, and UP at the limit', async (t) => {
  const { check, clock } = checkWith([reading(1_000.5), reading(1_000)])
  t.match(await run(check), {
    status: 'DOWN',
    details: {
      error: 'the event loop was 1000.5 ms late, expected at most 1000',
      delayMs: { mean: 1, p99: 1_000.5, max: 1_001.5 },
      utilization: 0.1,
      maxDelayMs: 1_000
    }
  })
  await clock.pass(1_000)
  t.match(await run(check), { status: 'UP', details: { delayMs: { p99: 1_000 } } })
})

await t.test('eventLoop() is UP at any utilization by default', async (t) => {
  t.match(await run(checkWith([reading(0, 1)]).check), { status: 'UP', details: { utilization: 1 } })
})

await t.test('eventLoop() is DOWN when the utilization is over the limit', async (t) => {
  const readings = [reading(0, 0.95), reading(0, 0.9), reading(300, 0.99)]
  const { check, clock } = checkWith(readings, { maxDelay: 250, maxUtilization: 0.9 })
  t.match(await run(check), {
    status: 'DOWN',
    details: { error: 'the event loop was busy for 0.95 of the time, expected at most 0.9', maxUtilization: 0.9 }
  })
  await clock.pass(1_000)
  t.match(await run(check), { status: 'UP' })
  await clock.pass(1_000)
  t.match(await run(check), {
    status: 'DOWN',
    details: {
      error: 'the event loop was 300 ms late, expected at most 250; ' +
        'the event loop was busy for 0.99 of the time, expected at most 0.9'
    }
  })
})

await t.test('eventLoop() is UP at the first run, when nothing is measured yet', async (t) => {
  const { status, details } = await run(checkWith([undefined]).check)
  t.equal(status, 'UP')
  t.same(details, { maxDelayMs: 1_000 })
})

await t.test('eventLoop() keeps the previous reading when runs follow too fast', async (t) => {
  const { check, clock } = checkWith([reading(2_000), undefined, reading(5)])
  t.match(await run(check), { status: 'DOWN' })
  await clock.pass(999)
  t.match(await run(check), { status: 'DOWN', details: { delayMs: { p99: 2_000 } } }, 'no new reading within a second')
  await clock.pass(1)
  t.match(await run(check), { status: 'DOWN', details: { delayMs: { p99: 2_000 } } }, 'nothing new was measured')
  t.match(await run(check), { status: 'UP' })
})

await t.test('eventLoop() measures from the first run until ten minutes after the last run', async (t) => {
  const { check, clock, meters } = checkWith([reading(2_000), reading(2_000), undefined])
  t.equal(meters.started, 0)
  await run(check)
  await clock.pass(TEN_MINUTES_MS - 1)
  await run(check)
  await clock.pass(TEN_MINUTES_MS - 1)
  t.same(meters, { started: 1, stopped: 0 })
  t.equal(clock.waiting, 1)
  t.equal(clock.keepingAlive, 0)
  await clock.pass(1)
  t.same(meters, { started: 1, stopped: 1 })
  t.equal(clock.waiting, 0)
  t.match(await run(check), { status: 'UP' }, 'the next run starts a new meter')
  t.same(meters, { started: 2, stopped: 1 })
})

await t.test('eventLoop() is DOWN while the real event loop is blocked, and UP afterwards', async (t) => {
  const check = eventLoop({ maxDelay: 100 })
  const block = (): unknown => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200)
  t.match(await runUntil(check, 'DOWN', block), {
    details: { error: /^the event loop was \d+(\.\d+)? ms late, expected at most 100$/, utilization: Number }
  })
  t.match(await runUntil(check, 'UP'), { status: 'UP' })
})

/** Runs a check once per turn of the event loop until it has a status. */
async function runUntil (
  check: CheckFunction, status: string, betweenRuns = (): unknown => undefined
): Promise<RunResult> {
  let last = await run(check)
  while (last.status !== status) {
    betweenRuns()
    await new Promise((resolve) => setImmediate(resolve))
    last = await run(check)
  }
  return last
}

await t.test('eventLoop() throws when an option is wrong or unknown', (t) => {
  const cases: readonly [unknown, RegExp][] = [
    [{ maxLag: 1 }, /unknown option "eventLoop\(\)\.maxLag", expected one of maxDelay, maxUtilization/],
    [{ maxDelay: 0 }, /option "eventLoop\.maxDelay" must be a whole number of milliseconds/],
    [{ maxUtilization: 98 }, /option "eventLoop\.maxUtilization" must be a number from 0 to 1/]
  ]
  for (const [options, message] of cases) {
    const make = (): unknown => Reflect.apply(eventLoop, undefined, [options])
    t.throws(make, { code: 'FST_MANAGEMENT_OPTION_INVALID', message }, message.source)
  }
  t.end()
})

await t.test('eventLoop() stops measuring when its check is removed, paused or closed', async (t) => {
  for (const end of ['remove', 'pause', 'close'] as const) {
    const { check, clock, meters } = checkWith([reading(1)])
    const added = standaloneCheck(check)
    await added.run()
    t.equal(clock.waiting, 1)
    added.check[end]()
    t.same(meters, { started: 1, stopped: 1 })
    t.equal(clock.waiting, 0)
  }
})

await t.test('eventLoop() measures until the last check with this function has ended', async (t) => {
  const { check, meters } = checkWith([reading(1), reading(1)])
  const [first, second] = [standaloneCheck(check), standaloneCheck(check)]
  await first.run()
  await second.run()
  await second.run()
  first.check.close()
  t.same(meters, { started: 1, stopped: 0 })
  second.check.close()
  t.same(meters, { started: 1, stopped: 1 })
})

await t.test('eventLoop() measures again when its check starts again', async (t) => {
  const { check, meters } = checkWith([reading(1), reading(1), reading(1)])
  const added = standaloneCheck(check)
  added.check.start()
  await added.run()
  added.check.pause()
  await added.run()
  t.same(meters, { started: 1, stopped: 1 }, 'not while it is paused')
  added.check.start()
  await added.run()
  t.same(meters, { started: 2, stopped: 1 })
  added.check.close()
  t.same(meters, { started: 2, stopped: 2 })
})
