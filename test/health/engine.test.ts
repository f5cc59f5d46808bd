import type { FastifyInstance } from 'fastify'
import t from 'tap'
import type { CheckContext } from '../../lib/health/check/check-function.js'
import type { Health } from '../../lib/health/component.js'
import { HealthEngine } from '../../lib/health/engine.js'
import { Kinds } from '../../lib/health/kind.js'
import type { CheckOptions } from '../../lib/health/check/policy.js'
import { unstartedApp } from '../support/app.js'
import { ManualClock } from '../support/clock.js'
import { RecordingLog } from '../support/log.js'

interface Setting {
  readonly engine: HealthEngine
  readonly clock: ManualClock
  readonly log: RecordingLog
  readonly fastify: FastifyInstance
}

function setUp (kinds: readonly string[] = [], defaults: CheckOptions = {}): Setting {
  const clock = new ManualClock()
  const log = new RecordingLog()
  const fastify = unstartedApp(log)
  const engine = new HealthEngine(new Kinds(kinds), {
    log: fastify.log,
    owner: fastify,
    clock,
    defaults,
    isServing: () => true
  })
  return { engine, clock, log, fastify }
}

/** Copies a report into a plain object with its status and components. */
function plain ({ status, components }: Health): Health {
  return { status, components }
}

const up = (): boolean => true
const down = (): boolean => false
const hang = (): Promise<void> => new Promise(() => undefined)

await t.test('every report is UP when there are no checks', async (t) => {
  const { engine } = setUp()
  for (const kind of engine.kinds) t.same(await engine.report({ kind }), { status: 'UP', components: {} })
})

await t.test('a report has the worst status of its kind\'s checks, and health the worst status of all', async (t) => {
  const { engine } = setUp(['canary'])
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
  const { engine, clock } = setUp()
  for (const name of ['a', 'b', 'c']) engine.add(['readiness'], name, hang, {})
  const report = engine.report({ kind: 'readiness' })
  await clock.pass(800)
  t.match(await report, { status: 'DOWN', components: { a: { durationMs: 800 }, c: { durationMs: 800 } } })
})

await t.test('a check under several kinds runs once per report', async (t) => {
  const { engine } = setUp()
  let runs = 0
  const count = (): void => { runs += 1 }
  engine.add(['liveness', 'readiness'], 'a', count, {})
  engine.add(['startup'], 'a', count, {})
  await engine.report({ kind: 'health' })
  t.equal(runs, 1)
  for (const kind of ['liveness', 'readiness', 'startup']) {
    t.match(await engine.report({ kind }), { components: { a: { status: 'UP' } } })
  }
  t.equal(runs, 4)
})

await t.test('add() throws when another function has the name, and keeps that function', async (t) => {
  const { engine } = setUp()
  engine.add(['liveness'], 'a', up, {})
  t.throws(() => engine.add(['liveness'], 'a', down, {}), {
    code: 'FST_MANAGEMENT_NAME_TAKEN',
    message: /"a" is taken: give this check another name/
  })
  t.match(await engine.report({ kind: 'liveness' }), { status: 'UP' })
})

await t.test('add() throws when the same function is added with another timeout', async (t) => {
  const { engine } = setUp()
  engine.add(['liveness'], 'a', up, { timeout: 100 })
  t.throws(() => engine.add(['readiness'], 'a', up, { timeout: 200 }), {
    code: 'FST_MANAGEMENT_NAME_TAKEN',
    message: /another timeout \(100 ms, not 200\)/
  })
  engine.add(['readiness'], 'a', up, { timeout: 100 })
  engine.add(['startup'], 'a', up, {})
  t.match(await engine.report({ kind: 'readiness' }), { components: { a: {} } })
})

await t.test('add() adds kinds for the same function and options, and throws when an option differs', (t) => {
  const { engine } = setUp([], { interval: 1_000 })
  engine.add(['liveness'], 'a', up, { failureThreshold: 3 })
  t.throws(() => engine.add(['readiness'], 'a', up, { failureThreshold: 2 }), {
    code: 'FST_MANAGEMENT_NAME_TAKEN',
    message: /another failureThreshold \(3, not 2\)/
  })
  t.throws(() => engine.add(['readiness'], 'a', up, { failureStatus: 'DEGRADED' }), {
    message: /another failureStatus \(none, not DEGRADED\)/
  })
  t.throws(() => engine.add(['readiness'], 'a', up, { interval: 0 }), {
    message: /another interval \(1000 ms, not 0\)/
  })
  engine.add(['readiness'], 'a', up, { failureThreshold: 3, interval: 1_000, failureStatus: undefined })
  t.end()
})

await t.test('add() throws when the kind, the name or the function is invalid', (t) => {
  const { engine } = setUp()
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
  const { engine } = setUp()
  engine.add(['liveness'], 'a', down, {})
  t.equal(engine.remove('a'), true)
  t.equal(engine.remove('a'), false)
  t.same(await engine.report({ kind: 'health' }), { status: 'UP', components: {} })
  engine.add(['liveness'], 'a', up, {})
  t.match(await engine.component('a', false), { status: 'UP' })
})

await t.test('a check that removes itself is in no report, and its result is not logged', async (t) => {
  const { engine, log } = setUp()
  engine.add(['liveness'], 'a', () => !engine.remove('a'), {})
  t.same(plain(await engine.report({ kind: 'liveness' })), { status: 'UP', components: {} })
  t.same(log.lines, [])
})

await t.test('remove() during a run completes waiting reports at once, without the check', async (t) => {
  const { engine, clock, log } = setUp()
  let signal: AbortSignal | undefined
  engine.add(['readiness'], 'a', (context: CheckContext) => { signal = context.signal; return hang() }, {})
  engine.add(['readiness'], 'b', up, {})
  const [report, component] = [engine.report({ kind: 'readiness' }), engine.component('a', false)]
  await clock.pass(100)
  engine.remove('a')
  t.match(plain(await report), { status: 'UP', components: { b: { status: 'UP' } } })
  t.equal(await component, undefined)
  t.match(signal, { aborted: true, reason: { name: 'AbortError', message: 'the check "a" has been removed' } })
  t.equal(clock.waiting, 0)
  t.same(log.lines, [])
})

await t.test('a new check under the name of a removed check shares no state with it', async (t) => {
  const { engine, clock } = setUp()
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
  const { engine } = setUp()
  for (const name of ['constructor', 'toString', 'hasOwnProperty', 'valueOf']) engine.add(['liveness'], name, up, {})
  t.equal(
    JSON.stringify(Object.keys((await engine.report({ kind: 'liveness' })).components)),
    '["constructor","toString","hasOwnProperty","valueOf"]'
  )
  t.equal(await engine.component('isPrototypeOf', false), undefined)
})

await t.test('an excluded check does not run', async (t) => {
  const { engine } = setUp()
  engine.add(['readiness'], 'a', () => t.fail('is excluded'), {})
  engine.add(['readiness'], 'b', up, {})
  const { components } = await engine.report({ kind: 'readiness', exclude: new Set(['a', 'unknown']) })
  t.same(Object.keys(components), ['b'])
})

await t.test('each change of status is logged once: to UP as info, otherwise as warn', async (t) => {
  const { engine, log } = setUp()
  const results = [false, false, true, true]
  engine.add(['liveness', 'readiness'], 'db', () => results.shift() ?? true, {})
  for (let run = 0; run < 5; run++) await engine.report({ kind: 'readiness' })
  const common = { check: 'db', kinds: ['liveness', 'readiness'], durationMs: 0 }
  t.same(log.lines, [
    {
      ...common,
      level: 'warn',
      message: 'check "db" is DOWN',
      from: 'UNKNOWN',
      to: 'DOWN',
      error: 'the check returned false'
    },
    { ...common, level: 'info', message: 'check "db" is UP', from: 'DOWN', to: 'UP', error: undefined }
  ])
})

await t.test('the logger of a check adds the name of the check', async (t) => {
  const { engine, log } = setUp()
  engine.add(['liveness'], 'db', ({ log }: CheckContext) => log.info('looked'), {})
  await engine.report({ kind: 'liveness' })
  t.match(log.lines, [{ check: 'db', level: 'info', message: 'looked' }])
})

await t.test('startup is UP but not complete when it has no checks', async (t) => {
  const { engine } = setUp()
  t.match(await engine.report({ kind: 'startup' }), { status: 'UP' })
  engine.add(['startup'], 'a', down, {})
  t.match(await engine.report({ kind: 'startup' }), { status: 'DOWN' })
})

await t.test('startup stays UP and does not run its checks again after all have passed', async (t) => {
  const { engine } = setUp()
  const results = [false, true]
  let runs = 0
  engine.add(['startup'], 'a', () => { runs += 1; return results.shift() ?? false }, {})
  engine.add(['startup'], 'b', () => ({ status: 'DEGRADED' }), {})
  t.match(await engine.report({ kind: 'startup' }), { status: 'DOWN' })
  t.match(await engine.report({ kind: 'startup' }), { status: 'DEGRADED' })
  const latched = await engine.report({ kind: 'startup' })
  t.match(latched, { status: 'UP', components: { a: { status: 'UP' }, b: { status: 'DEGRADED' } } })
  t.match(await engine.report({ kind: 'health' }), { components: { a: { status: 'UP' } } })
  t.match(await engine.component('a', false), { status: 'UP' })
  t.equal(runs, 2)
})

await t.test('a startup check with another kind still runs for that kind after startup', async (t) => {
  const { engine } = setUp()
  let runs = 0
  engine.add(['startup', 'liveness'], 'a', () => { runs += 1 }, {})
  await engine.report({ kind: 'startup' })
  await engine.report({ kind: 'startup' })
  t.equal(runs, 1)
  await engine.report({ kind: 'liveness' })
  t.equal(runs, 2)
})

await t.test('add() throws for a new startup check after startup has completed', async (t) => {
  const { engine } = setUp()
  engine.add(['startup'], 'a', up, {})
  await engine.report({ kind: 'startup' })
  t.throws(() => engine.add(['startup'], 'b', up, {}), {
    code: 'FST_MANAGEMENT_STARTUP_COMPLETED',
    message: /"b" was added too late/
  })
  engine.add(['readiness'], 'b', up, {})
})

await t.test('startup does not complete if a check was excluded, or added during the report', async (t) => {
  const { engine } = setUp()
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
  const { engine } = setUp()
  engine.add(['startup'], 'a', up, {})
  engine.add(['startup'], 'b', down, {})
  t.match(await engine.report({ kind: 'startup' }), { status: 'DOWN' })
  engine.remove('b')
  t.match(await engine.report({ kind: 'startup' }), { status: 'UP' })
  t.throws(() => engine.add(['startup'], 'c', up, {}), { code: 'FST_MANAGEMENT_STARTUP_COMPLETED' })
})

await t.test('startup does not complete through the pass of a replaced check', async (t) => {
  const { engine, clock } = setUp()
  engine.add(['startup'], 'a', () => new Promise<void>((resolve) => { clock.after(10, resolve) }), {})
  const report = engine.report({ kind: 'startup' })
  engine.remove('a')
  engine.add(['startup'], 'a', down, {})
  await clock.pass(10)
  await report
  t.match(await engine.report({ kind: 'startup' }), { status: 'DOWN' })
})

await t.test('health is UP after a startup check has hung and then passed', async (t) => {
  const { engine, clock } = setUp()
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

await t.test('simultaneous reports of several kinds share a run', async (t) => {
  const { engine, clock } = setUp()
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

await t.test('service dependencies are requested for health and for the kinds that cascade', async (t) => {
  const { engine } = setUp()
  const byKind = new Map([['readiness', () => ({ status: 'DEGRADED' as const })]])
  engine.addRemote('users', () => ({ status: 'UP', details: { all: true } }), byKind, {})
  t.match(await engine.report({ kind: 'health' }), { status: 'UP', components: { users: { details: { all: true } } } })
  t.match(await engine.report({ kind: 'readiness' }), {
    status: 'DEGRADED',
    components: { users: { status: 'DEGRADED' } }
  })
  t.same(await engine.report({ kind: 'liveness' }), { status: 'UP', components: {} })
})

await t.test('addRemote() throws when the name is taken or reserved', (t) => {
  const { engine } = setUp()
  engine.add(['health'], 'a', up, {})
  t.throws(() => engine.addRemote('a', up, new Map(), {}), { code: 'FST_MANAGEMENT_NAME_TAKEN' })
  t.throws(() => engine.addRemote('ping', up, new Map(), {}), { code: 'FST_MANAGEMENT_NAME_INVALID' })
  engine.addRemote('users', up, new Map(), {})
  t.throws(() => engine.add(['health'], 'users', up, {}), { code: 'FST_MANAGEMENT_NAME_TAKEN' })
  t.end()
})

await t.test('a report for a peer requests no service and shows its last status as information', async (t) => {
  const { engine } = setUp()
  let requests = 0
  engine.add(['readiness'], 'db', up, {})
  engine.addRemote('users', () => {
    requests += 1
    return { status: 'DOWN', components: { deep: { status: 'DOWN' } } }
  }, new Map(), {})
  t.match(await engine.report({ kind: 'health', peer: true }), {
    status: 'UP',
    components: { db: { status: 'UP' }, users: { status: 'UNKNOWN' } }
  })
  t.same(await engine.component('users', true), { status: 'UNKNOWN' })
  t.equal(requests, 0)
  t.match(await engine.report({ kind: 'health' }), { status: 'DOWN' })
  const forPeer = await engine.report({ kind: 'health', peer: true })
  t.match(forPeer, { status: 'UP', components: { users: { status: 'DOWN', time: String, durationMs: Number } } })
  t.equal(forPeer.components['users']?.components, undefined, 'nested parts would grow with every round')
  t.equal(requests, 1)
})

await t.test('a report for a peer waits 600 ms, and the check continues', async (t) => {
  const { engine, clock, log } = setUp()
  engine.add(['health'], 'slow', () => new Promise((resolve) => { clock.after(700, () => resolve(true)) }), {})
  const report = engine.report({ kind: 'health', peer: true })
  await clock.pass(600)
  t.match(await report, {
    status: 'DOWN',
    components: { slow: { status: 'DOWN', details: { error: /no result after 600 ms/ } } }
  })
  await clock.pass(100)
  t.same(log.lines, [], 'only this report shows DOWN')
})

await t.test('a report for a peer shows the results that are in time', async (t) => {
  const { engine } = setUp()
  engine.add(['health'], 'db', down, {})
  t.match(await engine.report({ kind: 'health', peer: true }), {
    status: 'DOWN',
    components: { db: { details: { error: 'the check returned false' } } }
  })
})

await t.test('a report for a peer does not complete startup', async (t) => {
  const { engine } = setUp()
  const results = [true, false]
  engine.add(['startup'], 'a', () => results.shift() ?? false, {})
  await engine.report({ kind: 'startup', peer: true })
  t.match(await engine.report({ kind: 'startup' }), { status: 'DOWN' })
})

await t.test('a report for a peer shows a late check like a failed run, and records no failure', async (t) => {
  const { engine, clock, log } = setUp()
  const slow = (): Promise<boolean> => new Promise((resolve) => { clock.after(700, () => resolve(true)) })
  const first = [true]
  engine.add(['readiness'], 'tolerated', () => first.shift() ?? slow(), { failureThreshold: 2 })
  engine.add(['readiness'], 'optional', slow, { failureStatus: 'DEGRADED' })
  engine.add(['readiness'], 'stale', slow.bind(undefined), {
    interval: 1_000,
    failureThreshold: 2,
    failureStatus: 'OUT_OF_SERVICE'
  })
  const own = engine.report({ kind: 'readiness' })
  await clock.pass(700)
  t.match(plain(await own), { status: 'UP' })
  const forPeer = engine.report({ kind: 'readiness', peer: true, exclude: new Set(['stale']) })
  await clock.pass(600)
  t.match(plain(await forPeer), {
    status: 'DEGRADED',
    components: {
      tolerated: { status: 'UP' },
      optional: { status: 'DEGRADED', details: { error: /no result after 600 ms/ } }
    }
  })
  await clock.pass(10_000)
  const late = engine.report({ kind: 'readiness', peer: true })
  await clock.pass(600)
  t.match(plain(await late), { components: { tolerated: { status: 'UP' }, stale: { status: 'OUT_OF_SERVICE' } } })
  await clock.pass(100)
  t.same(log.lines, [])
})

await t.test('startup does not complete when failureStatus shows a failed check as DEGRADED', async (t) => {
  const { engine } = setUp()
  const results = [false, true]
  let runs = 0
  engine.add(['startup'], 'a', () => { runs += 1; return results.shift() ?? true }, { failureStatus: 'DEGRADED' })
  for (const status of ['DEGRADED', 'UP', 'UP']) t.match(await engine.report({ kind: 'startup' }), { status })
  t.equal(runs, 2)
})

await t.test('startup does not complete before a check reaches its success threshold', async (t) => {
  const { engine } = setUp()
  const results = [false, true, true]
  engine.add(['startup'], 'a', () => results.shift() ?? true, { failureStatus: 'DEGRADED', successThreshold: 2 })
  for (const status of ['DEGRADED', 'DEGRADED', 'UP']) t.match(await engine.report({ kind: 'startup' }), { status })
  t.throws(() => engine.add(['startup'], 'b', up, {}), { code: 'FST_MANAGEMENT_STARTUP_COMPLETED' })
})

await t.test('background runs for startup end when startup completes', async (t) => {
  const { engine, clock } = setUp()
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
  const { engine, clock } = setUp()
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
  const { engine, clock, log } = setUp()
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
  const { engine } = setUp()
  engine.add(['startup'], 'a', up, {})
  await engine.report({ kind: 'startup' })
  engine.add(['startup'], 'a', up, {})
  t.match(await engine.report({ kind: 'startup' }), { status: 'UP' })
})

await t.test('a waiting report probes the check that replaces a removed check', async (t) => {
  const { engine, clock } = setUp()
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
  const { engine, clock } = setUp()
  engine.add(['readiness'], 'a', hang, {})
  const [report, component] = [engine.report({ kind: 'readiness' }), engine.component('a', false)]
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

await t.test('a waiting report omits a check that is replaced under another kind', async (t) => {
  const { engine, clock } = setUp()
  engine.add(['readiness'], 'a', hang, {})
  const report = engine.report({ kind: 'readiness' })
  await clock.pass(300)
  engine.remove('a')
  engine.add(['liveness'], 'a', down, {})
  t.same(plain(await report), { status: 'UP', components: {} })
})

await t.test('reportPair() runs each check once for the complete and the filtered report', async (t) => {
  const { engine, clock } = setUp()
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
  const { engine, clock, fastify } = setUp()
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
  const { engine, clock, fastify } = setUp()
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
  const { engine, clock, fastify } = setUp()
  engine.add(['readiness'], 'a', () => new Promise((resolve) => { clock.after(10, () => resolve(false)) }), {})
  Object.assign(fastify.log, { warn: () => engine.remove('a') })
  const report = engine.report({ kind: 'readiness' })
  await clock.pass(10)
  t.same(plain(await report), { status: 'UP', components: {} })
})

await t.test('a replacing check in a report for a peer has only the rest of the 600 ms', async (t) => {
  const { engine, clock } = setUp()
  engine.add(['readiness'], 'a', hang, {})
  const report = engine.report({ kind: 'readiness', peer: true })
  await clock.pass(300)
  engine.remove('a')
  engine.add(['readiness'], 'a', hang.bind(undefined), {})
  let isAnswered = false
  const answered = Promise.resolve(report).then(() => { isAnswered = true })
  await clock.pass(299)
  t.equal(isAnswered, false)
  await clock.pass(1)
  t.equal(isAnswered, true)
  await answered
})
