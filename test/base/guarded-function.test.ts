import t from 'tap'
import { FAILED, GuardedFunction } from '../../lib/base/guarded-function.js'
import { ManualClock } from '../support/clock.js'
import { RecordingLog } from '../support/log.js'

function setUp (): { clock: ManualClock, log: RecordingLog, guard: GuardedFunction } {
  const clock = new ManualClock()
  const log = new RecordingLog()
  return { clock, log, guard: new GuardedFunction('version', log, clock) }
}

await t.test('a function that works gives its result and logs nothing', async (t) => {
  const { guard, log } = setUp()
  t.equal(await guard.run(() => 1), 1)
  t.equal(await guard.run(async () => await Promise.resolve(2)), 2)
  t.same(log.lines, [])
})

await t.test('a function that throws or rejects has failed', async (t) => {
  const { guard } = setUp()
  t.equal(await guard.run(() => { throw new Error('sync') }), FAILED)
  t.equal(await guard.run(async () => { await Promise.reject(new Error('async')) }), FAILED)
})

await t.test('a function that hangs has failed after 800 ms', async (t) => {
  const { guard, clock, log } = setUp()
  const result = guard.run(() => new Promise(() => undefined))
  await clock.pass(800)
  t.equal(await result, FAILED)
  t.match(log.lines, [{ level: 'warn', function: 'version', error: 'timed out after 800 ms' }])
})

await t.test('failing is logged once, and working again once', async (t) => {
  const { guard, log, clock } = setUp()
  for (let call = 0; call < 3; call++) await guard.run(() => { throw new Error(`postgres://u:p@h is away, ${call}`) })
  await clock.pass(10_000)
  for (let call = 0; call < 3; call++) await guard.run(() => 1)
  await clock.pass(10_000)
  await guard.run(() => { throw new Error('away again') })
  t.match(log.lines, [
    { level: 'warn', function: 'version', error: 'postgres://[REDACTED]@h is away, 0', message: 'the function "version" fails' },
    { level: 'info', function: 'version', message: 'the function "version" works again' },
    { level: 'warn', function: 'version', error: 'away again' }
  ])
  t.equal(log.lines.length, 3)
})

await t.test('a function that fails at one call and works at the next does not fill the log', async (t) => {
  const { guard, log, clock } = setUp()
  for (let call = 0; call < 100; call++) {
    await guard.run(() => { if (call % 2 === 0) throw new Error('no') })
    await clock.pass(100)
  }
  t.match(log.lines, { length: 1 })
  await clock.pass(10_000)
  await guard.run(() => 1)
  t.match(log.lines, [{ level: 'warn' }, { level: 'info' }])
})

await t.test('a shorter patience is kept', async (t) => {
  const { guard, clock } = setUp()
  const result = guard.run(() => new Promise(() => undefined), 600)
  await clock.pass(600)
  t.equal(await result, FAILED)
})
