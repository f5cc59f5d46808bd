import t from 'tap'
import type { CheckContext } from '../../lib/health/check/check-function.js'
import { hang } from '../support/check.js'
import { down, plain, setUpEngine, up } from '../support/engine.js'

await t.test('every report is UP when there are no checks', async (t) => {
  const { engine } = setUpEngine()
  for (const kind of engine.kinds) t.same(await engine.report({ kind }), { status: 'UP', components: {} })
})

await t.test('a report has the worst status of its kind\'s checks, and health the worst status of all', async (t) => {
  const { engine } = setUpEngine(['canary'])
  engine.add(['liveness'], 'a', up, {})
  engine.add(['readiness'], 'b', () => ({ status: 'OUT_OF_SERVICE' }), {})
  engine.add(['canary'], 'c', () => ({ status: 'DEGRADED' }), {})
  engine.add(['health'], 'd', down, {})
  t.match(await engine.report({ kind: 'liveness' }), { status: 'UP', components: { a: { status: 'UP' } } })
  t.match(await engine.report({ kind: 'readiness' }), { status: 'OUT_OF_SERVICE' })
  t.match(await engine.report({ kind: 'canary' }), { status: 'DEGRADED' })
  const health = await engine.report({ kind: 'health' })
  t.equal(health.status, 'DOWN')
  t.same(Object.keys(health.components), ['a', 'b', 'c', 'd'])
})

await t.test('the checks of a report run concurrently', async (t) => {
  const { engine, clock } = setUpEngine()
  for (const name of ['a', 'b', 'c']) engine.add(['readiness'], name, hang, {})
  const report = engine.report({ kind: 'readiness' })
  await clock.pass(800)
  t.match(await report, { status: 'DOWN', components: { a: { durationMs: 800 }, c: { durationMs: 800 } } })
})

await t.test('a check under several kinds runs once per report', async (t) => {
  const { engine } = setUpEngine()
  let runs = 0
  const count = (): void => { runs += 1 }
  engine.add(['liveness', 'readiness'], 'a', count, {})
  engine.add(['startup'], 'a', count, {})
  await engine.report({ kind: 'health' })
  t.equal(runs, 1)
  for (const kind of ['liveness', 'readiness']) {
    t.match(await engine.report({ kind }), { components: { a: { status: 'UP' } } })
  }
  t.equal(runs, 3)
})

await t.test('add() throws when another function has the name, and keeps that function', async (t) => {
  const { engine } = setUpEngine()
  engine.add(['liveness'], 'a', up, {})
  t.throws(() => engine.add(['liveness'], 'a', down, {}), {
    code: 'FST_MANAGEMENT_NAME_TAKEN',
    message: /"a" is taken: give this check another name/
  })
  t.match(await engine.report({ kind: 'liveness' }), { status: 'UP' })
})

await t.test('add() throws when the same function is added with another timeout', async (t) => {
  const { engine } = setUpEngine()
  engine.add(['liveness'], 'a', up, { timeout: 100 })
  t.throws(() => engine.add(['readiness'], 'a', up, { timeout: 200 }), {
    code: 'FST_MANAGEMENT_NAME_TAKEN',
    message: /another timeout \(100 ms, not 200 ms\)/
  })
  engine.add(['readiness'], 'a', up, { timeout: 100 })
  engine.add(['startup'], 'a', up, {})
  t.match(await engine.report({ kind: 'readiness' }), { components: { a: {} } })
})

await t.test('add() adds kinds for the same function and options, and throws when an option differs', (t) => {
  const { engine } = setUpEngine([], { interval: 1_000 })
  engine.add(['liveness'], 'a', up, { failureThreshold: 3 })
  t.throws(() => engine.add(['readiness'], 'a', up, { failureThreshold: 2 }), {
    code: 'FST_MANAGEMENT_NAME_TAKEN',
    message: /another failureThreshold \(3, not 2\)/
  })
  t.throws(() => engine.add(['readiness'], 'a', up, { failureStatus: 'DEGRADED' }), {
    message: /another failureStatus \(none, not DEGRADED\)/
  })
  t.throws(() => engine.add(['readiness'], 'a', up, { interval: 0 }), {
    message: /another interval \(1000 ms, not 0 ms\)/
  })
  engine.add(['readiness'], 'a', up, { failureThreshold: 3, interval: 1_000, failureStatus: undefined })
  t.end()
})

await t.test('add() throws when the kind, the name or the function is invalid', (t) => {
  const { engine } = setUpEngine()
  t.throws(() => engine.add(['nope'], 'a', up, {}), { code: 'FST_MANAGEMENT_KIND_UNKNOWN' })
  t.throws(() => engine.add(['liveness'], '', up, {}), { code: 'FST_MANAGEMENT_NAME_INVALID' })
  for (const value of [undefined, null, 'up', {}, true, Promise.resolve(true)]) {
    t.throws(() => engine.add(['liveness'], 'a', value, {}), {
      code: 'FST_MANAGEMENT_FUNCTION_INVALID',
      message: /the check "a" must be a function, got /
    })
  }
  t.end()
})

await t.test('remove() takes a check out of all reports and frees its name', async (t) => {
  const { engine } = setUpEngine()
  engine.add(['liveness'], 'a', down, {})
  t.equal(engine.remove('a'), true)
  t.equal(engine.remove('a'), false)
  t.same(await engine.report({ kind: 'health' }), { status: 'UP', components: {} })
  engine.add(['liveness'], 'a', up, {})
  t.match(await engine.component('a'), { status: 'UP' })
})

await t.test('a check that removes itself is in no report, and its result is not logged', async (t) => {
  const { engine, log } = setUpEngine()
  engine.add(['liveness'], 'a', () => !engine.remove('a'), {})
  t.same(plain(await engine.report({ kind: 'liveness' })), { status: 'UP', components: {} })
  t.same(log.lines, [])
})

await t.test('remove() during a run completes waiting reports at once, without the check', async (t) => {
  const { engine, clock, log } = setUpEngine()
  let signal: AbortSignal | undefined
  engine.add(['readiness'], 'a', (context: CheckContext) => { signal = context.signal; return hang() }, {})
  engine.add(['readiness'], 'b', up, {})
  const [report, component] = [engine.report({ kind: 'readiness' }), engine.component('a')]
  await clock.pass(100)
  engine.remove('a')
  t.match(plain(await report), { status: 'UP', components: { b: { status: 'UP' } } })
  t.equal(await component, undefined)
  t.match(signal, { aborted: true, reason: { name: 'AbortError', message: 'the check "a" has been removed' } })
  t.equal(clock.waiting, 0)
  t.same(log.lines, [])
})

await t.test('a new check under the name of a removed check shares no state with it', async (t) => {
  const { engine, clock } = setUpEngine()
  const late: { end: (value: boolean) => void }[] = []
  engine.add(['readiness'], 'a', () => new Promise((resolve) => { late.push({ end: resolve }) }), {})
  const report = engine.report({ kind: 'readiness' })
  await clock.pass(900)
  await report
  engine.remove('a')
  engine.add(['readiness'], 'a', up, {})
  t.match(await engine.report({ kind: 'readiness' }), { status: 'UP' }, 'the back-off ended with the removed check')
  late[0]?.end(false)
  await clock.pass(0)
  t.match(await engine.report({ kind: 'readiness' }), { status: 'UP' })
})

await t.test('a check can have the name of a property of Object.prototype', async (t) => {
  const { engine } = setUpEngine()
  for (const name of ['constructor', 'toString', 'hasOwnProperty', 'valueOf']) engine.add(['liveness'], name, up, {})
  t.equal(
    JSON.stringify(Object.keys((await engine.report({ kind: 'liveness' })).components)),
    '["constructor","toString","hasOwnProperty","valueOf"]'
  )
  t.equal(await engine.component('isPrototypeOf'), undefined)
})

await t.test('an excluded check does not run', async (t) => {
  const { engine } = setUpEngine()
  engine.add(['readiness'], 'a', () => t.fail('is excluded'), {})
  engine.add(['readiness'], 'b', up, {})
  const { components } = await engine.report({ kind: 'readiness', exclude: new Set(['a', 'unknown']) })
  t.same(Object.keys(components), ['b'])
})

await t.test('each change of status is logged once: to UP as info, otherwise as warn', async (t) => {
  const { engine, log } = setUpEngine()
  const results = [false, false, true, true]
  engine.add(['liveness', 'readiness'], 'db', () => results.shift() ?? true, {})
  for (let run = 0; run < 5; run++) await engine.report({ kind: 'readiness' })
  const common = { check: 'db', kinds: ['liveness', 'readiness'], durationMs: 0 }
  t.same(log.lines, [
    {
      ...common,
      level: 'warn',
      message: 'check "db" is DOWN: the check returned false',
      from: 'UNKNOWN',
      to: 'DOWN',
      error: 'the check returned false'
    },
    { ...common, level: 'info', message: 'check "db" is UP', from: 'DOWN', to: 'UP', error: undefined }
  ])
})

await t.test('the logger of a check adds the name of the check', async (t) => {
  const { engine, log } = setUpEngine()
  engine.add(['liveness'], 'db', ({ log }: CheckContext) => log.info('looked'), {})
  await engine.report({ kind: 'liveness' })
  t.match(log.lines, [{ check: 'db', level: 'info', message: 'looked' }])
})

await t.test('simultaneous reports of several kinds share a run', async (t) => {
  const { engine, clock } = setUpEngine()
  let runs = 0
  engine.add(['startup', 'readiness'], 'a', () => {
    runs += 1
    return new Promise<void>((resolve) => { clock.after(100, resolve) })
  }, {})
  const startup = engine.report({ kind: 'startup' })
  await clock.pass(50)
  const others = ['health', 'readiness', 'startup'].map(async (kind) => await engine.report({ kind }))
  await clock.pass(50)
  t.match(
    [await startup, ...await Promise.all(others)],
    [{ status: 'UP' }, { status: 'UP' }, { status: 'UP' }, { status: 'UP' }]
  )
  t.equal(runs, 1)
})

await t.test('a waiting report probes the check that replaces a removed check', async (t) => {
  const { engine, clock } = setUpEngine()
  engine.add(['readiness'], 'a', hang, {})
  const report = engine.report({ kind: 'readiness' })
  await clock.pass(300)
  engine.remove('a')
  engine.add(['readiness'], 'a', down, {})
  t.match(plain(await report), {
    status: 'DOWN',
    components: { a: { details: { error: 'the check returned false' } } }
  })
})

await t.test('a replacing check has only the rest of the removed check\'s timeout', async (t) => {
  const { engine, clock } = setUpEngine()
  engine.add(['readiness'], 'a', hang, {})
  const [report, component] = [engine.report({ kind: 'readiness' }), engine.component('a')]
  await clock.pass(300)
  engine.remove('a')
  engine.add(['readiness'], 'a', hang.bind(undefined), { failureStatus: 'OUT_OF_SERVICE' })
  await clock.pass(500)
  t.match(plain(await report), {
    status: 'OUT_OF_SERVICE',
    components: { a: { details: { error: /no result in time/ } } }
  })
  t.match(await component, { status: 'OUT_OF_SERVICE' })
})

await t.test('a waiting report probes the last check when a check is replaced twice', async (t) => {
  const { engine, clock } = setUpEngine()
  engine.add(['readiness'], 'a', hang, {})
  const report = engine.report({ kind: 'readiness' })
  await clock.pass(300)
  engine.remove('a')
  engine.add(['readiness'], 'a', hang.bind(undefined), { timeout: 10_000 })
  await clock.pass(300)
  engine.remove('a')
  engine.add(['readiness'], 'a', hang.bind(undefined), { timeout: 10_000 })
  await clock.pass(200)
  t.match(plain(await report), { status: 'DOWN', components: { a: { details: { error: /no result in time/ } } } })
})

await t.test('a check that replaces itself in each run is DOWN', async (t) => {
  const { engine } = setUpEngine()
  let runs = 0
  const replaceItself = (): void => {
    runs += 1
    engine.remove('a')
    engine.add(['readiness'], 'a', () => replaceItself(), {})
  }
  replaceItself()
  t.match(plain(await engine.report({ kind: 'readiness' })), { status: 'DOWN', components: { a: { status: 'DOWN' } } })
  t.ok(runs < 20, `${runs} runs`)
})

await t.test('a waiting report finds the check that replaces an automatic check', async (t) => {
  const { engine, clock } = setUpEngine()
  engine.addAutomatic(['readiness'], 'postgres', () => hang)
  const report = engine.report({ kind: 'readiness' })
  await clock.pass(300)
  engine.add(['readiness'], 'postgres', down, {})
  t.match(plain(await report), { status: 'DOWN', components: { postgres: { status: 'DOWN' } } })
})

await t.test('add() keeps an automatic check when the app\'s logger throws', async (t) => {
  const { engine, fastify } = setUpEngine()
  engine.addAutomatic(['readiness'], 'postgres', () => down)
  Object.assign(fastify.log, { child: () => { throw new Error('the logger is broken') } })
  t.throws(() => engine.add(['readiness'], 'postgres', up, {}), { message: 'the logger is broken' })
  t.match(await engine.report({ kind: 'readiness' }), { status: 'DOWN', components: { postgres: { status: 'DOWN' } } })
})

await t.test('a waiting report omits a check that is replaced under another kind', async (t) => {
  const { engine, clock } = setUpEngine()
  engine.add(['readiness'], 'a', hang, {})
  const report = engine.report({ kind: 'readiness' })
  await clock.pass(300)
  engine.remove('a')
  engine.add(['liveness'], 'a', down, {})
  t.same(plain(await report), { status: 'UP', components: {} })
})

await t.test('reportPair() runs each check once for the complete and the filtered report', async (t) => {
  const { engine, clock } = setUpEngine()
  const runs = { a: 0, b: 0 }
  engine.add(['readiness'], 'a', () => { runs.a += 1 }, {})
  engine.add(['readiness'], 'b', () => { runs.b += 1; return hang() }, {})
  const { complete, filtered } = engine.reportPair({ kind: 'readiness' }, new Set(['b']))
  t.match(plain(await filtered), { status: 'UP', components: { a: { status: 'UP' } } })
  await clock.pass(800)
  t.match(await complete, { status: 'DOWN' })
  t.same(runs, { a: 1, b: 1 })
})

await t.test('a logger that requests a report does not cause a second run', async (t) => {
  const { engine, clock, fastify } = setUpEngine()
  let calls = 0
  engine.add(['readiness'], 'a', () => { calls += 1; return hang() }, {})
  const first = engine.report({ kind: 'readiness' })
  await clock.pass(1_600)
  await first
  Object.assign(fastify.log, { warn: async () => await engine.report({ kind: 'readiness' }) })
  const second = engine.report({ kind: 'readiness' })
  await clock.pass(800)
  t.match(await second, { status: 'DOWN' })
  t.equal(calls, 2)
})

await t.test('a logger can remove a check when it logs that the check hangs', async (t) => {
  const { engine, clock, fastify } = setUpEngine()
  const signals: AbortSignal[] = []
  engine.add(['readiness'], 'a', ({ signal }: CheckContext) => {
    signals.push(signal)
    return hang()
  }, {})
  const first = engine.report({ kind: 'readiness' })
  await clock.pass(1_600)
  await first
  Object.assign(fastify.log, { warn: () => engine.remove('a') })
  t.same(plain(await engine.report({ kind: 'readiness' })), { status: 'UP', components: {} })
  t.same(signals.map(({ aborted }) => aborted), [true, true])
  t.equal(clock.waiting, 0)
})

await t.test('a check that the logger removes after its run is in no report', async (t) => {
  const { engine, clock, fastify } = setUpEngine()
  engine.add(['readiness'], 'a', () => new Promise((resolve) => { clock.after(10, () => resolve(false)) }), {})
  Object.assign(fastify.log, { warn: () => engine.remove('a') })
  const report = engine.report({ kind: 'readiness' })
  await clock.pass(10)
  t.same(plain(await report), { status: 'UP', components: {} })
})
