import t from 'tap'
import { FAILED, Guard } from '../lib/guard.js'
import { ManualClock } from './support/clock.js'
import { KeepingLog } from './support/log.js'

function setUp (): { clock: ManualClock, log: KeepingLog, guard: Guard } {
  const clock = new ManualClock()
  const log = new KeepingLog()
  return { clock, log, guard: new Guard('version', log, clock) }
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
  const { guard, log } = setUp()
  for (let call = 0; call < 3; call++) await guard.run(() => { throw new Error(`postgres://u:p@h is away, ${call}`) })
  for (let call = 0; call < 3; call++) await guard.run(() => 1)
  await guard.run(() => { throw new Error('away again') })
  t.match(log.lines, [
    { level: 'warn', function: 'version', error: 'postgres://[REDACTED]@h is away, 0', message: 'the function "version" fails' },
    { level: 'info', function: 'version', message: 'the function "version" works again' },
    { level: 'warn', function: 'version', error: 'away again' }
  ])
  t.equal(log.lines.length, 3)
})
