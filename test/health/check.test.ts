import t from 'tap'
import { Check } from '../../lib/health/check.js'
import type { CheckFunction, StatusChange } from '../../lib/health/check.js'
import { ManualClock } from '../support/clock.js'
import { KeepingLog } from '../support/log.js'

interface Setting {
  readonly check: Check
  readonly clock: ManualClock
  readonly changes: readonly StatusChange[]
}

function setUp (checkFunction: CheckFunction, timeout = 800): Setting {
  const clock = new ManualClock()
  const changes: StatusChange[] = []
  const check = new Check('db', checkFunction, timeout, { clock, log: new KeepingLog(), onChange: (change) => changes.push(change) })
  return { check, clock, changes }
}

await t.test('a check that throws at once or rejects is DOWN with its message', async (t) => {
  t.match(await setUp(() => { throw new Error('no pool') }).check.run(), { status: 'DOWN', details: { error: 'no pool' } })
  t.match(await setUp(async () => { await Promise.reject(new Error('refused')) }).check.run(), { status: 'DOWN', details: { error: 'refused' } })
})

await t.test('a check that hangs is DOWN when its timeout is over, and its signal is aborted', async (t) => {
  let signal: AbortSignal | undefined
  const { check, clock } = setUp((context) => {
    signal = context.signal
    return new Promise<void>(() => undefined)
  }, 250)
  const run = check.run()
  await clock.pass(249)
  t.equal(signal?.aborted, false)
  await clock.pass(1)
  t.match(await run, { status: 'DOWN', details: { error: 'timed out after 250 ms' }, durationMs: 250 })
  t.equal(signal?.aborted, true)
  t.match(signal?.reason, { name: 'TimeoutError', message: 'timed out after 250 ms' })
})

await t.test('a check that fails after its timeout changes nothing, and no rejection is left unhandled', async (t) => {
  let fail: (reason: Error) => void = () => undefined
  const { check, clock, changes } = setUp(() => new Promise<void>((_resolve, reject) => { fail = reject }))
  const run = check.run()
  await clock.pass(800)
  await run
  fail(new Error('too late'))
  await clock.pass(0)
  t.match(check.lastRun, { details: { error: 'timed out after 800 ms' } })
  t.equal(changes.length, 1)
})

await t.test('a result has the time and the duration of its run, and leaves no timer', async (t) => {
  const { check, clock } = setUp(() => new Promise((resolve) => { clock.after(40, () => resolve({ status: 'DEGRADED' })) }))
  const run = check.run()
  await clock.pass(40)
  t.same(await run, { status: 'DEGRADED', time: '1970-01-01T00:00:00.040Z', durationMs: 40 })
  t.equal(clock.waiting, 0)
})

await t.test('a check is handed a signal and a logger', async (t) => {
  const { check } = setUp(({ signal, log }) => {
    t.ok(signal instanceof AbortSignal)
    t.ok(log instanceof KeepingLog)
  })
  await check.run()
})

await t.test('the last run is kept', async (t) => {
  const { check } = setUp(() => true)
  t.equal(check.lastRun, undefined)
  const run = await check.run()
  t.equal(check.lastRun, run)
})

await t.test('a change of status is told once', async (t) => {
  const results = [true, true, false, false, true]
  const { check, changes } = setUp(() => results.shift() ?? true)
  for (let run = 0; run < 6; run++) await check.run()
  t.match(changes, [
    { check: 'db', from: 'UP', to: 'DOWN', error: 'the check returned false', durationMs: 0 },
    { check: 'db', from: 'DOWN', to: 'UP', error: undefined }
  ])
  t.equal(changes.length, 2)
})

await t.test('a run that began before the one that is kept changes nothing when it ends', async (t) => {
  let runs = 0
  const { check, clock, changes } = setUp(() => runs++ === 0 ? new Promise<void>(() => undefined) : undefined)
  const first = check.run()
  await clock.pass(100)
  await check.run()
  await clock.pass(700)
  t.match(await first, { status: 'DOWN' })
  t.match(check.lastRun, { status: 'UP' })
  t.same(changes, [])
})

await t.test('a first result other than UP is a change', async (t) => {
  const { check, changes } = setUp(() => ({ status: 'DEGRADED' }))
  await check.run()
  t.match(changes, [{ from: 'UNKNOWN', to: 'DEGRADED' }])
})
