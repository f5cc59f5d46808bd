import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import t from 'tap'
import { setUpEngine } from '../support/engine.js'
import type { EngineSetUp } from '../support/engine.js'

/** An engine with a check that changes its status at each run. */
function setUpFlapping (): EngineSetUp & { readonly flip: (times: number, pauseMs?: number) => Promise<void> } {
  const setting = setUpEngine()
  let runs = 0
  setting.engine.add(['readiness'], 'db', () => {
    runs += 1
    if (runs % 2 === 0) return true
    throw new Error(`refused ${runs}`)
  }, {})
  const flip = async (times: number, pauseMs = 0): Promise<void> => {
    for (let run = 0; run < times; run++) {
      await setting.engine.report({ kind: 'readiness' })
      await setting.clock.pass(pauseMs)
    }
  }
  return { ...setting, flip }
}

await t.test('the eleventh change of a check within a minute is logged as a summary', async (t) => {
  const { log, flip } = setUpFlapping()
  await flip(11, 1_000)
  t.equal(log.lines.length, 11)
  t.match(log.lines[9], { level: 'info', message: 'check "db" is UP' })
  t.match(log.lines[10], {
    level: 'warn',
    check: 'db',
    kinds: ['readiness'],
    from: 'UP',
    to: 'DOWN',
    error: 'refused 11',
    err: { message: 'refused 11' },
    changes: 11,
    seconds: 10,
    message: 'check "db" changed 11 times in 10 s, and is now DOWN: refused 11'
  })
})

await t.test('a summary contains the number of changes, the latest status and the last reason', async (t) => {
  const { log, clock, flip } = setUpFlapping()
  await flip(11)
  await flip(37, 1_000)
  await clock.pass(23_000)
  t.match(log.lines.slice(11), [{
    level: 'warn',
    to: 'UP',
    changes: 37,
    seconds: 60,
    message: 'check "db" changed 37 times in 60 s, and is now UP; last failure: refused 47'
  }])
  await flip(1)
  await clock.pass(60_000)
  t.match(log.lines[12], { message: 'check "db" changed once in 60 s, and is now DOWN: refused 49' })
})

await t.test('a summary after failures without a reason contains no reason', async (t) => {
  const { engine, log, clock } = setUpEngine()
  let passes = false
  engine.add(['readiness'], 'db', () => {
    passes = !passes
    return { status: passes ? 'UP' : 'DOWN' }
  }, {})
  for (let run = 0; run < 14; run++) await engine.report({ kind: 'readiness' })
  await clock.pass(60_000)
  t.equal(log.lines.at(-2)?.message, 'check "db" changed 11 times in 1 s, and is now DOWN')
  t.equal(log.lines.at(-1)?.message, 'check "db" changed 2 times in 60 s, and is now DOWN')
})

await t.test('changes are logged one by one again after a minute without changes', async (t) => {
  const { log, clock, flip } = setUpFlapping()
  await flip(20)
  await clock.pass(120_000)
  const { length } = log.lines
  await flip(2)
  t.same(log.lines.slice(length).map(({ message }) => message), ['check "db" is DOWN: refused 21', 'check "db" is UP'])
  t.equal(clock.waiting, 0)
})

await t.test('each check is limited by itself', async (t) => {
  const { engine, log, flip } = setUpFlapping()
  await flip(20)
  engine.add(['readiness'], 'other', () => false, {})
  await flip(1)
  t.equal(log.lines.at(-1)?.message, 'check "other" is DOWN: the check returned false')
})

await t.test('the channel publishes each change while the log summarizes', async (t) => {
  const published: unknown[] = []
  const listener = (message: unknown): void => { published.push(message) }
  subscribe('fastify-management-endpoints:status', listener)
  t.teardown(() => unsubscribe('fastify-management-endpoints:status', listener))
  const { flip } = setUpFlapping()
  await flip(50)
  t.equal(published.length, 50)
})

await t.test('close() writes the outstanding summary, and leaves no timer', async (t) => {
  const { engine, log, clock, flip } = setUpFlapping()
  await flip(15)
  engine.close()
  t.equal(log.lines.at(-1)?.message, 'check "db" changed 4 times in 1 s, and is now DOWN: refused 15')
  t.equal(clock.waiting, 0)
})

await t.test('the removal of a check writes its outstanding summary, and leaves no timer', async (t) => {
  const { engine, log, clock, flip } = setUpFlapping()
  await flip(15)
  engine.remove('db')
  t.equal(log.lines.length, 12)
  t.match(log.lines.at(-1), { changes: 4, to: 'DOWN' })
  t.equal(clock.waiting, 0)
})

await t.test('changes of the lifecycle are never summarized', (t) => {
  const { engine, log } = setUpEngine()
  for (let change = 0; change < 50; change++) {
    engine.lifecycle.takeOutOfService('busy')
    engine.lifecycle.putInService()
  }
  t.equal(log.lines.length, 100)
  t.ok(log.lines.every(({ message }) => String(message).startsWith('check "lifecycle" is ')))
  t.end()
})

function fail (): never {
  throw new Error('no')
}

await t.test('the logged reason is details.error, whatever the type of the details', async (t) => {
  const cases: readonly (readonly [unknown, unknown])[] = [
    ['text', undefined],
    [{ a: 1 }, undefined],
    [{ error: ' ' }, ' '],
    [{ error: { code: 5 } }, { code: 5 }],
    [new Map([['error', 'refused']]), 'refused'],
    [{ toJSON: () => ({ error: 'refused' }) }, 'refused'],
    [{ get error () { throw new Error('no') } }, '[unreadable]'],
    [new Proxy({}, { getOwnPropertyDescriptor: fail, has: fail }), undefined]
  ]
  for (const [details, error] of cases) {
    const { engine, log } = setUpEngine()
    engine.add(['readiness'], 'db', () => ({ status: 'DOWN', details: details as Record<string, unknown> }), {})
    await engine.report({ kind: 'readiness' })
    t.same(log.lines[0]?.['error'], error)
  }
})
