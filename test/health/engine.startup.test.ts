import t from 'tap'
import type { CheckContext } from '../../lib/health/check/check-function.js'
import { hang } from '../support/check.js'
import { down, plain, setUpEngine, up } from '../support/engine.js'
import type { EngineSetUp } from '../support/engine.js'

/** An engine whose startup has completed with the check "a". */
async function completedStartup (): Promise<EngineSetUp> {
  const setUp = setUpEngine()
  setUp.engine.add(['startup', 'readiness'], 'a', up, {})
  await setUp.engine.report({ kind: 'startup' })
  return setUp
}

await t.test('startup is UP but not complete when it has no checks', async (t) => {
  const { engine } = setUpEngine()
  t.match(await engine.report({ kind: 'startup' }), { status: 'UP' })
  engine.add(['startup'], 'a', down, {})
  t.match(await engine.report({ kind: 'startup' }), { status: 'DOWN' })
})

await t.test('startup stays UP and does not run its checks again after all have passed', async (t) => {
  const { engine } = setUpEngine()
  const results = [false, true]
  let runs = 0
  engine.add(['startup'], 'a', () => { runs += 1; return results.shift() ?? false }, {})
  engine.add(['startup'], 'b', () => ({ status: 'DEGRADED' }), {})
  t.match(await engine.report({ kind: 'startup' }), { status: 'DOWN' })
  t.match(await engine.report({ kind: 'startup' }), { status: 'DEGRADED' })
  const latched = await engine.report({ kind: 'startup' })
  t.match(latched, { status: 'UP', components: { a: { status: 'UP' }, b: { status: 'DEGRADED' } } })
  t.match(await engine.report({ kind: 'health' }), { components: { a: { status: 'UP' } } })
  t.match(await engine.component('a'), { status: 'UP' })
  t.equal(runs, 2)
})

await t.test('a startup check with another kind still runs for that kind after startup', async (t) => {
  const { engine } = setUpEngine()
  let runs = 0
  engine.add(['startup', 'liveness'], 'a', () => { runs += 1 }, {})
  await engine.report({ kind: 'startup' })
  await engine.report({ kind: 'startup' })
  t.equal(runs, 1)
  await engine.report({ kind: 'liveness' })
  t.equal(runs, 2)
})

await t.test('add() throws for a check of the kind startup alone after startup has completed', async (t) => {
  const { engine } = await completedStartup()
  t.throws(() => engine.add(['startup'], 'b', up, {}), {
    code: 'FST_MANAGEMENT_STARTUP_COMPLETED',
    message: /"b" was added too late: startup has completed/
  })
  engine.add(['readiness'], 'b', up, {})
  t.throws(() => engine.add(['startup', 'startup'], 'b', up, {}), { code: 'FST_MANAGEMENT_STARTUP_COMPLETED' })
  t.match(await engine.report({ kind: 'readiness' }), { components: { b: { status: 'UP' } } }, 'b stays')
})

await t.test('add() adds a check for its other kinds after startup has completed', async (t) => {
  const { engine } = await completedStartup()
  engine.remove('a')
  engine.add(['startup', 'readiness'], 'a', down, {})
  t.match(await engine.report({ kind: 'readiness' }), { status: 'DOWN', components: { a: { status: 'DOWN' } } })
  t.same(plain(await engine.report({ kind: 'startup' })), { status: 'UP', components: {} })
})

await t.test('add() adds the other kinds to an existing check after startup has completed', async (t) => {
  const { engine } = await completedStartup()
  engine.add(['health'], 'b', down, {})
  engine.add(['startup', 'readiness'], 'b', down, {})
  t.match(await engine.report({ kind: 'readiness' }), { status: 'DOWN' })
  t.match(await engine.report({ kind: 'startup' }), { status: 'UP' })
})

await t.test('add() keeps an automatic check when it throws after startup has completed', async (t) => {
  const { engine } = await completedStartup()
  engine.addAutomatic(['readiness'], 'postgres', () => down)
  t.throws(() => engine.add(['startup'], 'postgres', up, {}), { code: 'FST_MANAGEMENT_STARTUP_COMPLETED' })
  t.match(await engine.report({ kind: 'readiness' }), { status: 'DOWN' })
  engine.add(['startup', 'readiness'], 'postgres', up, {})
  t.match(await engine.report({ kind: 'readiness' }), { status: 'UP', components: { postgres: { status: 'UP' } } })
})

await t.test('addAutomatic() adds a check for its other kinds after startup has completed', async (t) => {
  const { engine } = await completedStartup()
  t.equal(engine.addAutomatic(['startup', 'readiness'], 'postgres', () => down), true)
  t.match(await engine.report({ kind: 'readiness' }), { status: 'DOWN' })
})

await t.test('startup does not complete if a check was excluded, or added during the report', async (t) => {
  const { engine } = setUpEngine()
  const results = [false, true]
  engine.add(['startup'], 'a', () => {
    if (results.length === 1) engine.add(['startup'], 'late', down, {})
  }, {})
  engine.add(['startup'], 'b', () => results.shift() ?? true, {})
  t.match(await engine.report({ kind: 'startup', exclude: new Set(['b']) }), { status: 'UP' })
  t.match(await engine.report({ kind: 'startup' }), { status: 'DOWN' }, 'b was excluded')
  t.match(await engine.report({ kind: 'startup' }), { status: 'UP' }, '"late" has not run yet')
  t.match(await engine.report({ kind: 'startup' }), { status: 'DOWN' }, '"late" has run')
})

await t.test('startup completes when the only failing check is removed', async (t) => {
  const { engine } = setUpEngine()
  engine.add(['startup'], 'a', up, {})
  engine.add(['startup'], 'b', down, {})
  t.match(await engine.report({ kind: 'startup' }), { status: 'DOWN' })
  engine.remove('b')
  t.match(await engine.report({ kind: 'startup' }), { status: 'UP' })
  t.throws(() => engine.add(['startup'], 'c', up, {}), { code: 'FST_MANAGEMENT_STARTUP_COMPLETED' })
})

await t.test('startup does not complete through the pass of a replaced check', async (t) => {
  const { engine, clock } = setUpEngine()
  engine.add(['startup'], 'a', () => new Promise<void>((resolve) => { clock.after(10, resolve) }), {})
  const report = engine.report({ kind: 'startup' })
  engine.remove('a')
  engine.add(['startup'], 'a', down, {})
  await clock.pass(10)
  await report
  t.match(await engine.report({ kind: 'startup' }), { status: 'DOWN' })
})

await t.test('health is UP after a startup check has hung and then passed', async (t) => {
  const { engine, clock } = setUpEngine()
  let runs = 0
  engine.add(['startup'], 'a', () => runs++ === 0 ? hang() : undefined, {})
  const first = engine.report({ kind: 'startup' })
  await clock.pass(100)
  const second = engine.report({ kind: 'startup' })
  await clock.pass(700)
  t.match([await first, await second], [{ status: 'DOWN' }, { status: 'DOWN' }])
  t.equal(runs, 1)
  await clock.pass(800)
  t.match(await engine.report({ kind: 'startup' }), { status: 'UP' })
  t.match(await engine.report({ kind: 'health' }), { status: 'UP' })
  t.equal(runs, 2)
})

await t.test('a report for a peer does not complete startup', async (t) => {
  const { engine } = setUpEngine()
  const results = [true, false]
  engine.add(['startup'], 'a', () => results.shift() ?? false, {})
  await engine.report({ kind: 'startup', peer: true })
  t.match(await engine.report({ kind: 'startup' }), { status: 'DOWN' })
})

await t.test('startup does not complete when failureStatus shows a failed check as DEGRADED', async (t) => {
  const { engine } = setUpEngine()
  const results = [false, true]
  let runs = 0
  engine.add(['startup'], 'a', () => { runs += 1; return results.shift() ?? true }, { failureStatus: 'DEGRADED' })
  for (const status of ['DEGRADED', 'UP', 'UP']) t.match(await engine.report({ kind: 'startup' }), { status })
  t.equal(runs, 2)
})

await t.test('startup does not complete before a check reaches its success threshold', async (t) => {
  const { engine } = setUpEngine()
  const results = [false, true, true]
  engine.add(['startup'], 'a', () => results.shift() ?? true, { failureStatus: 'DEGRADED', successThreshold: 2 })
  for (const status of ['DEGRADED', 'DEGRADED', 'UP']) t.match(await engine.report({ kind: 'startup' }), { status })
  t.throws(() => engine.add(['startup'], 'b', up, {}), { code: 'FST_MANAGEMENT_STARTUP_COMPLETED' })
})

await t.test('background runs for startup end when startup completes', async (t) => {
  const { engine, clock } = setUpEngine()
  const runs = { own: 0, whole: 0, startup: 0 }
  engine.add(['startup'], 'own', () => { runs.own += 1 }, { interval: 100 })
  engine.addRemote(
    'users',
    () => { runs.whole += 1 },
    new Map([['startup', () => { runs.startup += 1 }]]),
    { interval: 100 }
  )
  engine.start()
  await clock.pass(0)
  await engine.report({ kind: 'startup' })
  await clock.pass(1_000)
  t.same({ ...runs, whole: runs.whole > 5 }, { own: 1, startup: 1, whole: true })
  engine.start()
  await clock.pass(1_000)
  t.equal(runs.own, 1)
})

await t.test('background runs resume when a completed startup check is added for another kind', async (t) => {
  const { engine, clock } = setUpEngine()
  let runs = 0
  const count = (): void => { runs += 1 }
  engine.add(['startup'], 'a', count, { interval: 100 })
  engine.start()
  await clock.pass(0)
  await engine.report({ kind: 'startup' })
  await clock.pass(1_000)
  engine.add(['liveness'], 'a', count, {})
  await clock.pass(1_000)
  t.ok(runs > 5)
})

await t.test('a run under way when startup completes is aborted, and its result is ignored', async (t) => {
  const { engine, clock, log } = setUpEngine()
  let signal: AbortSignal | undefined
  const runs: ((context: CheckContext) => unknown)[] = [
    up,
    (context) => {
      signal = context.signal
      return new Promise((resolve) => { clock.after(100, () => resolve(false)) })
    }
  ]
  engine.add(['startup'], 'quick', (context: CheckContext) => runs.shift()?.(context), {})
  engine.add(['startup'], 'slow', () => new Promise<void>((resolve) => { clock.after(50, resolve) }), {})
  const startup = engine.report({ kind: 'startup' })
  const health = engine.report({ kind: 'health' })
  await clock.pass(50)
  t.match([await startup, await health], [{ status: 'UP' }, { status: 'UP', components: { quick: { status: 'UP' } } }])
  t.match(signal, { aborted: true, reason: { message: 'startup is over' } })
  await clock.pass(1_000)
  t.same(log.lines, [])
})

await t.test('add() accepts a completed startup check that is added again', async (t) => {
  const { engine } = setUpEngine()
  engine.add(['startup'], 'a', up, {})
  await engine.report({ kind: 'startup' })
  engine.add(['startup'], 'a', up, {})
  t.match(await engine.report({ kind: 'startup' }), { status: 'UP' })
})
