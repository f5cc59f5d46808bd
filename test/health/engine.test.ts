import type { FastifyInstance } from 'fastify'
import t from 'tap'
import type { CheckContext } from '../../lib/health/check/attempt.js'
import type { Health } from '../../lib/health/component.js'
import { HealthEngine } from '../../lib/health/engine.js'
import { Kinds } from '../../lib/health/kind.js'
import type { CheckOptions } from '../../lib/health/check/policy.js'
import { unstarted } from '../support/app.js'
import { ManualClock } from '../support/clock.js'
import { KeepingLog } from '../support/log.js'

interface Setting {
  readonly engine: HealthEngine
  readonly clock: ManualClock
  readonly log: KeepingLog
  readonly fastify: FastifyInstance
}

function setUp (kinds: readonly string[] = [], defaults: CheckOptions = {}): Setting {
  const clock = new ManualClock()
  const log = new KeepingLog()
  const fastify = unstarted(log)
  return { engine: new HealthEngine(new Kinds(kinds), { fastify, clock, defaults, isServing: () => true }), clock, log, fastify }
}

/** What is told of a report, as an object with nothing else to it. */
function plain ({ status, components }: Health): Health {
  return { status, components }
}

const up = (): boolean => true
const down = (): boolean => false
const hang = (): Promise<void> => new Promise(() => undefined)

await t.test('without checks every report is UP', async (t) => {
  const { engine } = setUp()
  for (const kind of engine.kinds) t.same(await engine.report({ kind }), { status: 'UP', components: {} })
})

await t.test('a report has the worst status of the checks of its kind, and health that of all', async (t) => {
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

await t.test('the checks of a report run at the same time', async (t) => {
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
  for (const kind of ['liveness', 'readiness', 'startup']) t.match(await engine.report({ kind }), { components: { a: { status: 'UP' } } })
  t.equal(runs, 4)
})

await t.test('another function under a taken name is refused, and nothing changes', async (t) => {
  const { engine } = setUp()
  engine.add(['liveness'], 'a', up, {})
  t.throws(() => engine.add(['liveness'], 'a', down, {}), { code: 'FST_MANAGEMENT_NAME_TAKEN', message: /"a" is taken: give this check another name/ })
  t.match(await engine.report({ kind: 'liveness' }), { status: 'UP' })
})

await t.test('the same function with another timeout is refused', async (t) => {
  const { engine } = setUp()
  engine.add(['liveness'], 'a', up, { timeout: 100 })
  t.throws(() => engine.add(['readiness'], 'a', up, { timeout: 200 }), { code: 'FST_MANAGEMENT_NAME_TAKEN', message: /another timeout \(100 ms, not 200\)/ })
  engine.add(['readiness'], 'a', up, { timeout: 100 })
  engine.add(['startup'], 'a', up, {})
  t.match(await engine.report({ kind: 'readiness' }), { components: { a: {} } })
})

await t.test('the same function with any other option is refused, and with the same ones joined', (t) => {
  const { engine } = setUp([], { interval: 1_000 })
  engine.add(['liveness'], 'a', up, { failureThreshold: 3 })
  t.throws(() => engine.add(['readiness'], 'a', up, { failureThreshold: 2 }), { code: 'FST_MANAGEMENT_NAME_TAKEN', message: /another failureThreshold \(3, not 2\)/ })
  t.throws(() => engine.add(['readiness'], 'a', up, { failureStatus: 'DEGRADED' }), { message: /another failureStatus \(none, not DEGRADED\)/ })
  t.throws(() => engine.add(['readiness'], 'a', up, { interval: 0 }), { message: /another interval \(1000 ms, not 0\)/ })
  engine.add(['readiness'], 'a', up, { failureThreshold: 3, interval: 1_000, failureStatus: undefined })
  t.end()
})

await t.test('what cannot be a check is refused', (t) => {
  const { engine } = setUp()
  t.throws(() => engine.add(['nope'], 'a', up, {}), { code: 'FST_MANAGEMENT_KIND_UNKNOWN' })
  t.throws(() => engine.add(['liveness'], '', up, {}), { code: 'FST_MANAGEMENT_NAME_INVALID' })
  for (const value of [undefined, null, 'up', {}, true, Promise.resolve(true)]) {
    t.throws(() => engine.add(['liveness'], 'a', value, {}), { code: 'FST_MANAGEMENT_FUNCTION_INVALID', message: /the check "a" must be a function, got / })
  }
  t.end()
})

await t.test('a removed check is in no report, and its name is free', async (t) => {
  const { engine } = setUp()
  engine.add(['liveness'], 'a', down, {})
  t.equal(engine.remove('a'), true)
  t.equal(engine.remove('a'), false)
  t.same(await engine.report({ kind: 'health' }), { status: 'UP', components: {} })
  engine.add(['liveness'], 'a', up, {})
  t.match(await engine.component('a', false), { status: 'UP' })
})

await t.test('a check that removes itself is in no report, and its result is not told of', async (t) => {
  const { engine, log } = setUp()
  engine.add(['liveness'], 'a', () => !engine.remove('a'), {})
  t.same(plain(await engine.report({ kind: 'liveness' })), { status: 'UP', components: {} })
  t.same(log.lines, [])
})

await t.test('a check that is removed while it runs is in no report: whoever waits is answered at once, without it', async (t) => {
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

await t.test('a check of the same name that comes after the removed one has nothing of it', async (t) => {
  const { engine, clock } = setUp()
  const late: { end: (value: boolean) => void }[] = []
  engine.add(['readiness'], 'a', () => new Promise((resolve) => { late.push({ end: resolve }) }), {})
  const report = engine.report({ kind: 'readiness' })
  await clock.pass(900)
  await report
  engine.remove('a')
  engine.add(['readiness'], 'a', up, {})
  t.match(await engine.report({ kind: 'readiness' }), { status: 'UP' }, 'the back-off is gone with the function that hung')
  late[0]?.end(false)
  await clock.pass(0)
  t.match(await engine.report({ kind: 'readiness' }), { status: 'UP' })
})

await t.test('checks with names of the prototype are checks', async (t) => {
  const { engine } = setUp()
  for (const name of ['constructor', 'toString', 'hasOwnProperty', 'valueOf']) engine.add(['liveness'], name, up, {})
  t.equal(JSON.stringify(Object.keys((await engine.report({ kind: 'liveness' })).components)), '["constructor","toString","hasOwnProperty","valueOf"]')
  t.equal(await engine.component('isPrototypeOf', false), undefined)
})

await t.test('a check that is left out is not run', async (t) => {
  const { engine } = setUp()
  engine.add(['readiness'], 'a', () => t.fail('was left out'), {})
  engine.add(['readiness'], 'b', up, {})
  t.same(Object.keys((await engine.report({ kind: 'readiness', exclude: new Set(['a', 'unknown']) })).components), ['b'])
})

await t.test('each change of status is logged once, info to UP and else warn', async (t) => {
  const { engine, log } = setUp()
  const results = [false, false, true, true]
  engine.add(['liveness', 'readiness'], 'db', () => results.shift() ?? true, {})
  for (let run = 0; run < 5; run++) await engine.report({ kind: 'readiness' })
  t.same(log.lines, [
    { level: 'warn', message: 'check "db" is DOWN', check: 'db', kinds: ['liveness', 'readiness'], from: 'UNKNOWN', to: 'DOWN', error: 'the check returned false', durationMs: 0 },
    { level: 'info', message: 'check "db" is UP', check: 'db', kinds: ['liveness', 'readiness'], from: 'DOWN', to: 'UP', error: undefined, durationMs: 0 }
  ])
})

await t.test('a check logs under its own name', async (t) => {
  const { engine, log } = setUp()
  engine.add(['liveness'], 'db', ({ log }: CheckContext) => log.info('looked'), {})
  await engine.report({ kind: 'liveness' })
  t.match(log.lines, [{ check: 'db', level: 'info', message: 'looked' }])
})

await t.test('startup is UP without checks, and that is not for good', async (t) => {
  const { engine } = setUp()
  t.match(await engine.report({ kind: 'startup' }), { status: 'UP' })
  engine.add(['startup'], 'a', down, {})
  t.match(await engine.report({ kind: 'startup' }), { status: 'DOWN' })
})

await t.test('startup, once all its checks have passed, stays UP and runs them no more', async (t) => {
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

await t.test('a startup check of another kind too still runs for that one', async (t) => {
  const { engine } = setUp()
  let runs = 0
  engine.add(['startup', 'liveness'], 'a', () => { runs += 1 }, {})
  await engine.report({ kind: 'startup' })
  await engine.report({ kind: 'startup' })
  t.equal(runs, 1)
  await engine.report({ kind: 'liveness' })
  t.equal(runs, 2)
})

await t.test('a startup check that comes too late is refused', async (t) => {
  const { engine } = setUp()
  engine.add(['startup'], 'a', up, {})
  await engine.report({ kind: 'startup' })
  t.throws(() => engine.add(['startup'], 'b', up, {}), { code: 'FST_MANAGEMENT_STARTUP_COMPLETED', message: /"b" comes too late/ })
  engine.add(['readiness'], 'b', up, {})
})

await t.test('startup is not over while a check was left out, or came while the others ran', async (t) => {
  const { engine } = setUp()
  const results = [false, true]
  engine.add(['startup'], 'a', () => {
    if (results.length === 1) engine.add(['startup'], 'late', down, {})
  }, {})
  engine.add(['startup'], 'b', () => results.shift() ?? true, {})
  t.match(await engine.report({ kind: 'startup', exclude: new Set(['b']) }), { status: 'UP' })
  t.match(await engine.report({ kind: 'startup' }), { status: 'DOWN' }, 'b was left out')
  t.match(await engine.report({ kind: 'startup' }), { status: 'UP' }, 'late was not asked')
  t.match(await engine.report({ kind: 'startup' }), { status: 'DOWN' }, 'but counts')
})

await t.test('startup is over when the check that had not passed is removed', async (t) => {
  const { engine } = setUp()
  engine.add(['startup'], 'a', up, {})
  engine.add(['startup'], 'b', down, {})
  t.match(await engine.report({ kind: 'startup' }), { status: 'DOWN' })
  engine.remove('b')
  t.match(await engine.report({ kind: 'startup' }), { status: 'UP' })
  t.throws(() => engine.add(['startup'], 'c', up, {}), { code: 'FST_MANAGEMENT_STARTUP_COMPLETED' })
})

await t.test('startup is not over because a check has passed that another one has replaced', async (t) => {
  const { engine, clock } = setUp()
  engine.add(['startup'], 'a', () => new Promise<void>((resolve) => { clock.after(10, resolve) }), {})
  const report = engine.report({ kind: 'startup' })
  engine.remove('a')
  engine.add(['startup'], 'a', down, {})
  await clock.pass(10)
  await report
  t.match(await engine.report({ kind: 'startup' }), { status: 'DOWN' })
})

await t.test('a startup check that hung before it passed does not count against health', async (t) => {
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

await t.test('reports on several kinds that are made at the same time share a run', async (t) => {
  const { engine, clock } = setUp()
  let runs = 0
  engine.add(['startup', 'readiness'], 'a', () => { runs += 1; return new Promise<void>((resolve) => { clock.after(100, resolve) }) }, {})
  const startup = engine.report({ kind: 'startup' })
  await clock.pass(50)
  const others = [{ kind: 'health' }, { kind: 'readiness' }, { kind: 'startup' }].map(async (question) => await engine.report(question))
  await clock.pass(50)
  t.match([await startup, ...await Promise.all(others)], [{ status: 'UP' }, { status: 'UP' }, { status: 'UP' }, { status: 'UP' }])
  t.equal(runs, 1)
})

await t.test('service dependencies are asked for health, and for the kinds that cascade', async (t) => {
  const { engine } = setUp()
  engine.addRemote('users', () => ({ status: 'UP', details: { all: true } }), new Map([['readiness', () => ({ status: 'DEGRADED' as const })]]), {})
  t.match(await engine.report({ kind: 'health' }), { status: 'UP', components: { users: { details: { all: true } } } })
  t.match(await engine.report({ kind: 'readiness' }), { status: 'DEGRADED', components: { users: { status: 'DEGRADED' } } })
  t.same(await engine.report({ kind: 'liveness' }), { status: 'UP', components: {} })
})

await t.test('a service dependency has a name that is free, as a check has', (t) => {
  const { engine } = setUp()
  engine.add(['health'], 'a', up, {})
  t.throws(() => engine.addRemote('a', up, new Map(), {}), { code: 'FST_MANAGEMENT_NAME_TAKEN' })
  t.throws(() => engine.addRemote('ping', up, new Map(), {}), { code: 'FST_MANAGEMENT_NAME_INVALID' })
  engine.addRemote('users', up, new Map(), {})
  t.throws(() => engine.add(['health'], 'users', up, {}), { code: 'FST_MANAGEMENT_NAME_TAKEN' })
  t.end()
})

await t.test('a report for a peer asks no service, and shows what is known of it as information', async (t) => {
  const { engine } = setUp()
  let asked = 0
  engine.add(['readiness'], 'db', up, {})
  engine.addRemote('users', () => { asked += 1; return { status: 'DOWN', components: { deep: { status: 'DOWN' } } } }, new Map(), {})
  t.match(await engine.report({ kind: 'health', peer: true }), { status: 'UP', components: { db: { status: 'UP' }, users: { status: 'UNKNOWN' } } })
  t.same(await engine.component('users', true), { status: 'UNKNOWN' })
  t.equal(asked, 0)
  t.match(await engine.report({ kind: 'health' }), { status: 'DOWN' })
  const forPeer = await engine.report({ kind: 'health', peer: true })
  t.match(forPeer, { status: 'UP', components: { users: { status: 'DOWN', time: String, durationMs: Number } } })
  t.equal(forPeer.components['users']?.components, undefined, 'what it is made of would grow with every round')
  t.equal(asked, 1)
})

await t.test('a report for a peer waits 600 ms, and the check goes on', async (t) => {
  const { engine, clock, log } = setUp()
  engine.add(['health'], 'slow', () => new Promise((resolve) => { clock.after(700, () => resolve(true)) }), {})
  const report = engine.report({ kind: 'health', peer: true })
  await clock.pass(600)
  t.match(await report, { status: 'DOWN', components: { slow: { status: 'DOWN', details: { error: /no result after 600 ms/ } } } })
  await clock.pass(100)
  t.same(log.lines, [], 'in that answer only')
})

await t.test('a report for a peer that is in time is as any other', async (t) => {
  const { engine } = setUp()
  engine.add(['health'], 'db', down, {})
  t.match(await engine.report({ kind: 'health', peer: true }), { status: 'DOWN', components: { db: { details: { error: 'the check returned false' } } } })
})

await t.test('a report for a peer does not end startup', async (t) => {
  const { engine } = setUp()
  const results = [true, false]
  engine.add(['startup'], 'a', () => results.shift() ?? false, {})
  await engine.report({ kind: 'startup', peer: true })
  t.match(await engine.report({ kind: 'startup' }), { status: 'DOWN' })
})

await t.test('a report for a peer shows a check that is not in time as a failed run would be shown, and changes nothing', async (t) => {
  const { engine, clock, log } = setUp()
  const slow = (): Promise<boolean> => new Promise((resolve) => { clock.after(700, () => resolve(true)) })
  const first = [true]
  engine.add(['readiness'], 'tolerated', () => first.shift() ?? slow(), { failureThreshold: 2 })
  engine.add(['readiness'], 'optional', slow, { failureStatus: 'DEGRADED' })
  engine.add(['readiness'], 'stale', slow.bind(undefined), { interval: 1_000, failureThreshold: 2, failureStatus: 'OUT_OF_SERVICE' })
  const own = engine.report({ kind: 'readiness' })
  await clock.pass(700)
  t.match(plain(await own), { status: 'UP' })
  const forPeer = engine.report({ kind: 'readiness', peer: true, exclude: new Set(['stale']) })
  await clock.pass(600)
  t.match(plain(await forPeer), { status: 'DEGRADED', components: { tolerated: { status: 'UP' }, optional: { status: 'DEGRADED', details: { error: /no result after 600 ms/ } } } })
  await clock.pass(10_000)
  const late = engine.report({ kind: 'readiness', peer: true })
  await clock.pass(600)
  t.match(plain(await late), { components: { tolerated: { status: 'UP' }, stale: { status: 'OUT_OF_SERVICE' } } })
  await clock.pass(100)
  t.same(log.lines, [])
})

await t.test('a startup check that fails does not end startup, whatever it is shown as', async (t) => {
  const { engine } = setUp()
  const results = [false, true]
  let runs = 0
  engine.add(['startup'], 'a', () => { runs += 1; return results.shift() ?? true }, { failureStatus: 'DEGRADED' })
  for (const status of ['DEGRADED', 'UP', 'UP']) t.match(await engine.report({ kind: 'startup' }), { status })
  t.equal(runs, 2)
})

await t.test('a startup check that passes but is still shown as failing has not passed', async (t) => {
  const { engine } = setUp()
  const results = [false, true, true]
  engine.add(['startup'], 'a', () => results.shift() ?? true, { failureStatus: 'DEGRADED', successThreshold: 2 })
  for (const status of ['DEGRADED', 'DEGRADED', 'UP']) t.match(await engine.report({ kind: 'startup' }), { status })
  t.throws(() => engine.add(['startup'], 'b', up, {}), { code: 'FST_MANAGEMENT_STARTUP_COMPLETED' })
})

await t.test('once startup is over nothing runs for it in the background', async (t) => {
  const { engine, clock } = setUp()
  const runs = { own: 0, whole: 0, startup: 0 }
  engine.add(['startup'], 'own', () => { runs.own += 1 }, { interval: 100 })
  engine.addRemote('users', () => { runs.whole += 1 }, new Map([['startup', () => { runs.startup += 1 }]]), { interval: 100 })
  engine.start()
  await clock.pass(0)
  await engine.report({ kind: 'startup' })
  await clock.pass(1_000)
  t.same({ ...runs, whole: runs.whole > 5 }, { own: 1, startup: 1, whole: true })
  engine.start()
  await clock.pass(1_000)
  t.equal(runs.own, 1)
})

await t.test('a startup check that comes to answer for another kind too runs in the background again', async (t) => {
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

await t.test('a run that is under way when startup ends is nobody\'s business any more', async (t) => {
  const { engine, clock, log } = setUp()
  let signal: AbortSignal | undefined
  const runs: ((context: CheckContext) => unknown)[] = [
    up,
    (context) => { signal = context.signal; return new Promise((resolve) => { clock.after(100, () => resolve(false)) }) }
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

await t.test('the same startup check added again after startup is the check that is there', async (t) => {
  const { engine } = setUp()
  engine.add(['startup'], 'a', up, {})
  await engine.report({ kind: 'startup' })
  engine.add(['startup'], 'a', up, {})
  t.match(await engine.report({ kind: 'startup' }), { status: 'UP' })
})

await t.test('a check that takes the place of one that is waited for is asked in its stead', async (t) => {
  const { engine, clock } = setUp()
  engine.add(['readiness'], 'a', hang, {})
  const report = engine.report({ kind: 'readiness' })
  await clock.pass(300)
  engine.remove('a')
  engine.add(['readiness'], 'a', down, {})
  t.match(plain(await report), { status: 'DOWN', components: { a: { details: { error: 'the check returned false' } } } })
})

await t.test('a check that takes the place of another has no more than what is left of the time', async (t) => {
  const { engine, clock } = setUp()
  engine.add(['readiness'], 'a', hang, {})
  const [report, component] = [engine.report({ kind: 'readiness' }), engine.component('a', false)]
  await clock.pass(300)
  engine.remove('a')
  engine.add(['readiness'], 'a', hang.bind(undefined), { failureStatus: 'OUT_OF_SERVICE' })
  await clock.pass(500)
  t.match(plain(await report), { status: 'OUT_OF_SERVICE', components: { a: { details: { error: /no result in time/ } } } })
  t.match(await component, { status: 'OUT_OF_SERVICE' })
})

await t.test('a check that comes back under another kind is not in the answer', async (t) => {
  const { engine, clock } = setUp()
  engine.add(['readiness'], 'a', hang, {})
  const report = engine.report({ kind: 'readiness' })
  await clock.pass(300)
  engine.remove('a')
  engine.add(['liveness'], 'a', down, {})
  t.same(plain(await report), { status: 'UP', components: {} })
})

await t.test('a report with and without what is left out runs each check once', async (t) => {
  const { engine, clock } = setUp()
  const runs = { a: 0, b: 0 }
  engine.add(['readiness'], 'a', () => { runs.a += 1 }, {})
  engine.add(['readiness'], 'b', () => { runs.b += 1; return hang() }, {})
  const { whole, without } = engine.reportBothWays({ kind: 'readiness' }, new Set(['b']))
  t.match(plain(await without), { status: 'UP', components: { a: { status: 'UP' } } })
  await clock.pass(800)
  t.match(await whole, { status: 'DOWN' })
  t.same(runs, { a: 1, b: 1 })
})

await t.test('a logger that asks for a report does not make a second run', async (t) => {
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

await t.test('a logger that removes a check when it is said to hang ends it', async (t) => {
  const { engine, clock, fastify } = setUp()
  const signals: AbortSignal[] = []
  engine.add(['readiness'], 'a', ({ signal }: CheckContext) => { signals.push(signal); return hang() }, {})
  const first = engine.report({ kind: 'readiness' })
  await clock.pass(1_600)
  await first
  Object.assign(fastify.log, { warn: () => engine.remove('a') })
  t.same(plain(await engine.report({ kind: 'readiness' })), { status: 'UP', components: {} })
  t.same(signals.map(({ aborted }) => aborted), [true, true])
  t.equal(clock.waiting, 0)
})

await t.test('a check that is removed by whoever is told how its run ended is in no report', async (t) => {
  const { engine, clock, fastify } = setUp()
  engine.add(['readiness'], 'a', () => new Promise((resolve) => { clock.after(10, () => resolve(false)) }), {})
  Object.assign(fastify.log, { warn: () => engine.remove('a') })
  const report = engine.report({ kind: 'readiness' })
  await clock.pass(10)
  t.same(plain(await report), { status: 'UP', components: {} })
})

await t.test('for a peer a check that takes the place of another has no more than what is left of the peer\'s time', async (t) => {
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
