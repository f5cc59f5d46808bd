import t from 'tap'
import { eventLoop, eventLoopOf } from '../../../lib/checks/host/event-loop.js'
import type { EventLoopOptions } from '../../../lib/checks/host/event-loop.js'
import type { LoopReading, Meter } from '../../../lib/checks/host/loop-meter.js'
import type { CheckFunction, Run } from '../../../lib/health/check/attempt.js'
import { run } from '../../support/check.js'
import { ManualClock } from '../../support/clock.js'

const TEN_MINUTES_MS = 600_000

/** A check whose readings are given, with how often its meters were started and stopped. */
function checkWith (readings: (LoopReading | undefined)[], options: EventLoopOptions = {}) {
  const clock = new ManualClock()
  const meters = { started: 0, stopped: 0 }
  const startMeter = (): Meter => {
    meters.started += 1
    return { take: () => readings.shift(), stop: () => { meters.stopped += 1 } }
  }
  return { check: eventLoopOf({ startMeter, clock }, options), clock, meters }
}

function reading (p99: number, utilization = 0.1): LoopReading {
  return { delayMs: { mean: 1, p99, max: p99 + 1 }, utilization }
}

await t.test('a delay over the limit is DOWN, and one at the limit is UP', async (t) => {
  const { check, clock } = checkWith([reading(1_000.5), reading(1_000)])
  t.match(await run(check), {
    status: 'DOWN',
    details: { error: 'the event loop was 1000.5 ms late, expected at most 1000', delayMs: { mean: 1, p99: 1_000.5, max: 1_001.5 }, utilization: 0.1, maxDelayMs: 1_000 }
  })
  await clock.pass(1_000)
  t.match(await run(check), { status: 'UP', details: { delayMs: { p99: 1_000 } } })
})

await t.test('a utilization over the limit is DOWN, where there is one', async (t) => {
  t.match(await run(checkWith([reading(0, 1)]).check), { status: 'UP', details: { utilization: 1 } })
  const { check, clock } = checkWith([reading(0, 0.95), reading(0, 0.9), reading(300, 0.99)], { maxDelay: 250, maxUtilization: 0.9 })
  t.match(await run(check), { status: 'DOWN', details: { error: 'the event loop was busy for 0.95 of the time, expected at most 0.9', maxUtilization: 0.9 } })
  await clock.pass(1_000)
  t.match(await run(check), { status: 'UP' })
  await clock.pass(1_000)
  t.match(await run(check), { status: 'DOWN', details: { error: 'the event loop was 300 ms late, expected at most 250; the event loop was busy for 0.99 of the time, expected at most 0.9' } })
})

await t.test('a first run, of which nothing is measured, is UP', async (t) => {
  const { status, details } = await run(checkWith([undefined]).check)
  t.equal(status, 'UP')
  t.same(details, { maxDelayMs: 1_000 })
})

await t.test('a run too soon after another sees what that one saw', async (t) => {
  const { check, clock } = checkWith([reading(2_000), undefined, reading(5)])
  t.match(await run(check), { status: 'DOWN' })
  await clock.pass(999)
  t.match(await run(check), { status: 'DOWN', details: { delayMs: { p99: 2_000 } } }, 'within a second nothing is taken')
  await clock.pass(1)
  t.match(await run(check), { status: 'DOWN', details: { delayMs: { p99: 2_000 } } }, 'nothing was measured since')
  t.match(await run(check), { status: 'UP' })
})

await t.test('nothing is measured before the first run, nor when nobody has looked for ten minutes', async (t) => {
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
  t.match(await run(check), { status: 'UP' }, 'the next run starts anew')
  t.same(meters, { started: 2, stopped: 1 })
})

await t.test('a loop that is really blocked is DOWN, and UP again after it', async (t) => {
  const check = eventLoop({ maxDelay: 100 })
  const blocked = await runUntil(check, 'DOWN', () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200))
  t.match(blocked, { details: { error: /^the event loop was \d+(\.\d+)? ms late, expected at most 100$/, utilization: Number } })
  t.match(await runUntil(check, 'UP'), { status: 'UP' })
})

/** Runs a check, each time in another turn of the event loop, until it has a status. */
async function runUntil (check: CheckFunction, status: string, meanwhile = (): unknown => undefined): Promise<Run> {
  let last = await run(check)
  while (last.status !== status) {
    meanwhile()
    await new Promise((resolve) => setImmediate(resolve))
    last = await run(check)
  }
  return last
}

await t.test('options that cannot be are refused at once', (t) => {
  const cases: readonly [unknown, RegExp][] = [
    [{ maxLag: 1 }, /option "eventLoop" must be an object with no other keys than maxDelay, maxUtilization/],
    [{ maxDelay: 0 }, /option "eventLoop\.maxDelay" must be a whole number of milliseconds/],
    [{ maxUtilization: 98 }, /option "eventLoop\.maxUtilization" must be a number from 0 to 1/]
  ]
  for (const [options, message] of cases) {
    t.throws(() => { Reflect.apply(eventLoop, undefined, [options]) }, { code: 'FST_MANAGEMENT_OPTION_INVALID', message }, message.source)
  }
  t.end()
})
