import { once } from 'node:events'
import t from 'tap'
import { FAILED, GuardedFunction } from '../../lib/base/guarded-function.js'
import { ManualClock } from '../support/clock.js'
import { RecordingLog } from '../support/log.js'

function setUp (): { clock: ManualClock, log: RecordingLog, guarded: GuardedFunction } {
  const clock = new ManualClock()
  const log = new RecordingLog()
  return { clock, log, guarded: new GuardedFunction('version', log, clock) }
}

await t.test('run() returns the result of a function that works, and logs nothing', async (t) => {
  const { guarded, log } = setUp()
  t.equal(await guarded.run(() => 1), 1)
  t.equal(await guarded.run(async () => await Promise.resolve(2)), 2)
  t.same(log.lines, [])
})

await t.test('run() returns FAILED if the function throws or rejects', async (t) => {
  const { guarded } = setUp()
  t.equal(await guarded.run(() => { throw new Error('sync') }), FAILED)
  t.equal(await guarded.run(async () => { await Promise.reject(new Error('async')) }), FAILED)
})

await t.test('run() returns FAILED after 800 ms if the function hangs', async (t) => {
  const { guarded, clock, log } = setUp()
  const result = guarded.run(() => new Promise(() => undefined))
  await clock.pass(800)
  t.equal(await result, FAILED)
  t.match(log.lines, [{ level: 'warn', function: 'version', error: 'timed out after 800 ms' }])
})

await t.test('run() logs the start of failures once, and their end once', async (t) => {
  const { guarded, log, clock } = setUp()
  for (let call = 0; call < 3; call++) await guarded.run(() => { throw new Error(`postgres://u:p@h is away, ${call}`) })
  await clock.pass(10_000)
  for (let call = 0; call < 3; call++) await guarded.run(() => 1)
  await clock.pass(10_000)
  await guarded.run(() => { throw new Error('away again') })
  t.match(log.lines, [
    {
      level: 'warn',
      function: 'version',
      error: 'postgres://[REDACTED]@h is away, 0',
      message: 'the function "version" fails'
    },
    { level: 'info', function: 'version', message: 'the function "version" works again' },
    { level: 'warn', function: 'version', error: 'away again' }
  ])
  t.equal(log.lines.length, 3)
})

await t.test('run() does not fill the log if the function fails at every second call', async (t) => {
  const { guarded, log, clock } = setUp()
  for (let call = 0; call < 100; call++) {
    await guarded.run(() => { if (call % 2 === 0) throw new Error('no') })
    await clock.pass(100)
  }
  t.match(log.lines, { length: 1 })
  await clock.pass(10_000)
  await guarded.run(() => 1)
  t.match(log.lines, [{ level: 'warn' }, { level: 'info' }])
})

await t.test('run() returns FAILED to a caller that waits for less time, and logs nothing', async (t) => {
  const { guarded, clock, log } = setUp()
  const result = guarded.run(() => new Promise((resolve) => { clock.after(700, () => resolve(1)) }), 60)
  await clock.pass(60)
  t.equal(await result, FAILED)
  await clock.pass(10_000)
  t.same(log.lines, [], 'the function works')
})

await t.test('run() logs that a function hangs after 800 ms, although its caller waited for less time', async (t) => {
  const { guarded, clock, log } = setUp()
  const result = guarded.run(() => new Promise(() => undefined), 60)
  await clock.pass(60)
  t.equal(await result, FAILED)
  await clock.pass(740)
  t.match(log.lines, [{ level: 'warn', function: 'version', error: 'timed out after 800 ms' }])
})

await t.test('run() waits for a thenable of any library', async (t) => {
  const { guarded } = setUp()
  const thenables: object[] = [
    { then: (resolve: (value: number) => void) => { resolve(1) } },
    { get then () { throw new Error('no') } }
  ]
  const results = thenables.map(async (thenable) => await guarded.run(() => thenable))
  t.same(await Promise.all(results), [1, FAILED])
})

await t.test('run() returns the result although the logger throws', async (t) => {
  const warned = once(process, 'warning')
  const log = new RecordingLog()
  log.warn = log.info = () => { throw new Error('the disk is full') }
  const clock = new ManualClock()
  const guarded = new GuardedFunction('auth', log, clock)
  t.equal(await guarded.run(() => { throw new Error('no') }), FAILED)
  await clock.pass(10_000)
  t.equal(await guarded.run(() => true), true)
  t.match(await warned, [{ message: /^the logger failed to log: the function "auth" fails/ }])
})
