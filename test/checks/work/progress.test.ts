import t from 'tap'
import { progress, progressWith } from '../../../lib/checks/work/progress.js'
import type { ProgressCheck, ProgressOptions } from '../../../lib/checks/work/progress.js'
import { LIFE } from '../../../lib/health/check/check-function.js'
import type { RunResult } from '../../../lib/health/check/result.js'
import { startApp } from '../../support/app.js'
import { ManualClock } from '../../support/clock.js'
import { RecordingLog } from '../../support/log.js'

const MAX_SILENCE = 30_000

interface Consumer {
  readonly check: ProgressCheck
  readonly clock: ManualClock
  readonly life: AbortController
  /** Runs the check as an app does. */
  readonly run: (timeout?: number) => Promise<RunResult>
}

function consumerWith (pending: ProgressOptions['pending']): Consumer {
  const clock = new ManualClock()
  const life = new AbortController()
  const check = progressWith(clock, { maxSilence: MAX_SILENCE, pending })
  const { signal } = new AbortController()
  const run = async (timeout = 10_000): Promise<RunResult> => {
    const context = { signal, timeout, log: new RecordingLog(), [LIFE]: life.signal }
    return await check(context) as RunResult
  }
  return { check, clock, life, run }
}

await t.test('progress() is DOWN when work is pending and none was completed for maxSilence', async (t) => {
  const { check, clock, run } = consumerWith(() => 5)
  t.match(await run(), { status: 'UP', details: { pending: 5, silentMs: 0, maxSilenceMs: MAX_SILENCE } })
  await clock.pass(MAX_SILENCE)
  t.match(await run(), { status: 'UP', details: { silentMs: MAX_SILENCE } })
  await clock.pass(1)
  t.match(await run(), {
    status: 'DOWN',
    details: { error: 'none of the pending work was completed for 30000 ms', pending: 5, silentMs: MAX_SILENCE + 1 }
  })
  check.beat()
  t.match(await run(), { status: 'UP', details: { silentMs: 0 } })
})

await t.test('progress() is UP while work is completed, however much is pending', async (t) => {
  const { check: { beat }, clock, run } = consumerWith(() => true)
  for (let count = 0; count < 10; count++) {
    await clock.pass(MAX_SILENCE - 1)
    beat()
    t.match(await run(), { status: 'UP', details: { pending: 1 } })
  }
})

await t.test('progress() is UP without pending work, however long nothing was completed', async (t) => {
  for (const idle of [() => 0, () => false, async () => await Promise.resolve(0)]) {
    const { clock, run } = consumerWith(idle)
    await run()
    await clock.pass(100 * MAX_SILENCE)
    t.match(await run(), { status: 'UP', details: { pending: 0, silentMs: 0 } })
  }
})

await t.test('progress() measures from the last sample without work when a message follows an idle hour', async (t) => {
  let pending = 0
  const { clock, run } = consumerWith(() => pending)
  await run()
  await clock.pass(3_600_000)
  pending = 1
  t.match(await run(), { status: 'UP', details: { pending: 1 } }, 'the first message is no stall')
  await clock.pass(MAX_SILENCE * 3 / 4)
  t.match(await run(), { status: 'UP' })
  await clock.pass(MAX_SILENCE / 4 + 1)
  t.match(await run(), { status: 'DOWN' }, 'a consumer that does not take it is stuck')
})

await t.test('progress() measures from its first run until the first beat', async (t) => {
  const { clock, run } = consumerWith(() => 1)
  await clock.pass(10 * MAX_SILENCE)
  t.match(await run(), { status: 'UP', details: { silentMs: 0 } }, 'an app that starts slowly is not stuck')
  await clock.pass(MAX_SILENCE + 1)
  t.match(await run(), { status: 'DOWN' }, 'a consumer that never starts is')
})

await t.test('progress() samples four times per maxSilence, and keeps no process alive', async (t) => {
  let calls = 0
  const { clock, run } = consumerWith(() => ++calls)
  t.equal(clock.waiting, 0, 'not before the first run')
  await run()
  await clock.pass(MAX_SILENCE)
  t.equal(calls, 5)
  t.same([clock.waiting, clock.keepingAlive], [1, 0])
})

await t.test('progress() stops to sample when the check has run for the last time', async (t) => {
  const { clock, life, run } = consumerWith(() => 1)
  await run()
  life.abort()
  t.equal(clock.waiting, 0)
  t.match(await run(), { status: 'UP' })
  t.equal(clock.waiting, 0, 'a later run does not start it again')
})

await t.test('progress() samples until the app closes or the check is removed', async (t) => {
  for (const end of ['close', 'remove'] as const) {
    const clock = new ManualClock()
    const check = progressWith(clock, { maxSilence: MAX_SILENCE, pending: () => 1 })
    const { app } = await startApp(t, { checks: { liveness: { consumer: check } } })
    await app.inject('/z/health/liveness')
    t.equal(clock.waiting, 1)
    if (end === 'close') await app.close()
    else app.management.removeCheck('consumer')
    t.equal(clock.waiting, 0, end)
  }
})

await t.test('progress() counts work as pending when pending() throws, rejects or hangs', async (t) => {
  const failures = [
    [() => { throw new Error('no queue') }, 'no queue'],
    [async () => await Promise.reject(new Error('no queue')), 'no queue'],
    [async () => await new Promise<number>(() => undefined), 'pending() gave no answer within 18 ms']
  ] as const
  for (const [pending, reason] of failures) {
    const { check, clock, run } = consumerWith(pending)
    t.match(await run(20), { status: 'UP', details: { pendingError: reason, pending: undefined } })
    await clock.pass(MAX_SILENCE + 1)
    t.match(await run(20), {
      status: 'DOWN',
      details: { error: `none of the pending work was completed for 30000 ms: ${reason}`, pendingError: reason }
    })
    check.beat()
    t.match(await run(20), { status: 'UP' })
  }
})

await t.test('progress() is DOWN at once when pending() returns no number', async (t) => {
  for (const nonsense of [undefined, null, -1, NaN, '5', [], {}]) {
    const { run } = consumerWith(() => nonsense as never)
    const error = /^pending\(\) must return a number of items from 0, or true or false, got /
    t.match(await run(), { status: 'DOWN', details: { error } })
  }
})

await t.test('progress() calls pending() again a minute after a call that hangs, not before', async (t) => {
  let calls = 0
  const { clock, run } = consumerWith(async () => {
    calls += 1
    return await new Promise<number>(() => undefined)
  })
  await run(20)
  await clock.pass(60_000)
  t.equal(calls, 1)
  await clock.pass(MAX_SILENCE / 4)
  t.equal(calls, 2)
})

await t.test('an old call of pending() that ends late does not end the new call', async (t) => {
  const calls: ((count: number) => void)[] = []
  const { clock, run } = consumerWith(async () => await new Promise<number>((resolve) => calls.push(resolve)))
  await run(20)
  await clock.pass(67_500)
  calls[0]?.(3)
  const late = run()
  await clock.pass(0)
  t.equal(calls.length, 2)
  calls[1]?.(4)
  t.match(await late, { details: { pending: 4 } })
})

await t.test('progress() throws when an option is missing, wrong or unknown', (t) => {
  const pending = (): number => 0
  const cases = [
    [undefined, /^option "progress" must be an object with keys of maxSilence, pending, got undefined/],
    [{ pending }, /^option "progress\.maxSilence" must be a whole number of milliseconds from 1/],
    [{ maxSilence: 0, pending }, /^option "progress\.maxSilence" must be a whole number of milliseconds from 1/],
    [{ maxSilence: 1 }, /^option "progress\.pending" must be a function that returns the number of pending items/],
    [{ maxSilence: 1, pending: 5 }, /^option "progress\.pending" must be a function .*, got the number 5/],
    [{ maxSilence: 1, pending, maxSilent: 1 }, /^unknown option "progress\(\)\.maxSilent" \(did you mean "maxSilence"\?\)/]
  ] as const
  for (const [options, message] of cases) {
    t.throws(() => progress(options as never), { code: 'FST_MANAGEMENT_OPTION_INVALID', message })
  }
  t.end()
})
