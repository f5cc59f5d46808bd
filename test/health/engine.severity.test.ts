import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import t from 'tap'
import type { CheckOptions } from '../../lib/health/check/options.js'
import type { HealthEngine } from '../../lib/health/engine.js'
import { down, setUpEngine } from '../support/engine.js'

const OPEN: CheckOptions = { failureStatus: { readiness: 'DEGRADED' } }

async function statuses (engine: HealthEngine, ...kinds: readonly string[]): Promise<string[]> {
  const found: string[] = []
  for (const kind of kinds) found.push((await engine.report({ kind })).status)
  return found
}

await t.test('a check keeps the app closed until it first passes, and open afterwards', async (t) => {
  const { engine } = setUpEngine()
  let isUp = false
  engine.add(['startup', 'readiness'], 'db', () => isUp, OPEN)
  t.same(await statuses(engine, 'startup', 'readiness'), ['DOWN', 'OUT_OF_SERVICE'])
  isUp = true
  t.same(await statuses(engine, 'readiness', 'startup'), ['UP', 'UP'])
  isUp = false
  t.same(await statuses(engine, 'readiness', 'startup'), ['DEGRADED', 'UP'])
})

await t.test('one run serves reports on several kinds, each with its own status', async (t) => {
  const { engine } = setUpEngine()
  let runs = 0
  engine.add(['liveness', 'readiness', 'health'], 'db', () => { runs += 1; return false }, {
    ttl: 1_000, failureStatus: { readiness: 'DEGRADED', health: 'OUT_OF_SERVICE' }
  })
  t.same(await statuses(engine, 'liveness', 'readiness', 'health'), ['DOWN', 'DEGRADED', 'OUT_OF_SERVICE'])
  t.match(await engine.component('db'), { status: 'OUT_OF_SERVICE' })
  t.equal(runs, 1)
})

await t.test('a kind without an entry shows the status that the check returned', async (t) => {
  const { engine } = setUpEngine(['canary'])
  engine.add(['readiness', 'canary'], 'db', () => ({ status: 'OUT_OF_SERVICE' }), { failureStatus: { canary: 'DOWN' } })
  t.same(await statuses(engine, 'readiness', 'canary', 'health'), ['OUT_OF_SERVICE', 'DOWN', 'DOWN'])
})

await t.test('health counts the startup entry until startup has completed', async (t) => {
  const { engine, log } = setUpEngine()
  let isUp = false
  engine.add(['startup', 'readiness'], 'db', () => isUp, OPEN)
  t.same(await statuses(engine, 'health'), ['DOWN'])
  isUp = true
  t.same(await statuses(engine, 'startup'), ['UP'])
  isUp = false
  t.same(await statuses(engine, 'health'), ['DEGRADED'])
  t.match(log.lines, [{ from: 'UNKNOWN', to: 'DOWN' }, { from: 'DOWN', to: 'UP' }, { from: 'UP', to: 'DEGRADED' }])
  t.equal(log.lines.length, 3)
})

await t.test('the log and the channel use the entry for health', async (t) => {
  const { engine, log } = setUpEngine()
  const published: unknown[] = []
  const onStatus = (message: unknown): void => { published.push(message) }
  subscribe('fastify-management-endpoints:status', onStatus)
  engine.add(['liveness', 'readiness'], 'db', down, { failureStatus: { readiness: 'DOWN', health: 'DEGRADED' } })
  t.same(await statuses(engine, 'readiness'), ['DOWN'])
  engine.remove('db')
  unsubscribe('fastify-management-endpoints:status', onStatus)
  t.match(log.lines, [{ check: 'db', from: 'UNKNOWN', to: 'DEGRADED', message: 'check "db" is DEGRADED' }])
  t.match(published, [{ from: 'UNKNOWN', to: 'DEGRADED' }, { from: 'DEGRADED', to: 'UNKNOWN' }])
})

await t.test('a change of the kinds that changes the status in health is logged', async (t) => {
  const { engine, log } = setUpEngine()
  engine.add(['readiness'], 'db', down, { ...OPEN, ttl: 10_000 })
  t.same(await statuses(engine, 'readiness'), ['DEGRADED'])
  engine.add(['liveness'], 'db', down, {})
  t.same(await statuses(engine, 'liveness', 'health', 'readiness'), ['DOWN', 'DOWN', 'DEGRADED'])
  t.match(log.lines, [{ to: 'DEGRADED', durationMs: 0 }, {
    from: 'DEGRADED', to: 'DOWN', kinds: ['readiness', 'liveness'], error: 'the check returned false'
  }])
  t.equal('durationMs' in (log.lines[1] ?? {}), false, 'no run has caused the change')
  engine.close()
  engine.add(['startup'], 'db', down, {})
  t.equal(log.lines.length, 2, 'a closed engine logs nothing')
})

await t.test('the completion of startup logs the status of a check that has failed again meanwhile', async (t) => {
  const { engine, clock, log } = setUpEngine()
  const results = [true, false]
  engine.add(['startup', 'readiness'], 'db', () => results.shift() ?? false, OPEN)
  engine.add(['startup'], 'slow', () => new Promise<void>((resolve) => { clock.after(100, resolve) }), {})
  const startup = engine.report({ kind: 'startup' })
  t.equal(results.length, 1)
  await engine.component('db')
  t.match(log.lines, [{ from: 'UP', to: 'DOWN' }])
  await clock.pass(100)
  await startup
  t.match(log.lines, [{ from: 'UP', to: 'DOWN' }, { from: 'DOWN', to: 'DEGRADED' }])
})

await t.test('thresholds count runs, whatever the severity of a kind', async (t) => {
  const { engine } = setUpEngine()
  const results = [true, false, false, true, true]
  engine.add(['liveness', 'readiness'], 'db', () => results.shift() ?? true, {
    ...OPEN, failureThreshold: 2, successThreshold: 2
  })
  t.same(await statuses(engine, 'readiness', 'readiness', 'readiness', 'readiness', 'readiness'),
    ['UP', 'UP', 'DEGRADED', 'DEGRADED', 'UP'])
})

await t.test('a report for a peer shows a late check with the severity of its kind', async (t) => {
  const { engine, clock } = setUpEngine()
  engine.add(['readiness', 'liveness'], 'db', async () => await new Promise(() => undefined), OPEN)
  const [readiness, liveness] = ['readiness', 'liveness'].map((kind) => engine.report({ kind, peer: true }))
  await clock.pass(800)
  t.match([await readiness, await liveness], [{ status: 'DEGRADED' }, { status: 'DOWN' }])
})

await t.test('each check of a service dependency has the severity of its kind', async (t) => {
  const { engine, log } = setUpEngine()
  engine.addRemote('users', down, new Map([['readiness', down], ['liveness', down]]), {
    failureStatus: { readiness: 'DEGRADED', health: 'OUT_OF_SERVICE' }
  })
  t.same(await statuses(engine, 'readiness', 'liveness', 'health'), ['DEGRADED', 'DOWN', 'OUT_OF_SERVICE'])
  t.match(log.lines, [
    { kinds: ['readiness'], to: 'DEGRADED' }, { kinds: ['liveness'], to: 'DOWN' },
    { kinds: ['health'], to: 'OUT_OF_SERVICE' }
  ])
  t.match(await engine.report({ kind: 'readiness', peer: true }), { components: { users: { status: 'DEGRADED' } } })
})

await t.test('a default per kind applies to checks and service dependencies without their own', async (t) => {
  const { engine } = setUpEngine([], OPEN)
  engine.add(['readiness', 'liveness'], 'db', down, {})
  engine.addRemote('users', down, new Map([['readiness', down]]), {})
  t.match(await engine.report({ kind: 'readiness' }), {
    status: 'DEGRADED', components: { db: { status: 'DEGRADED' }, users: { status: 'DEGRADED' } }
  })
  t.same(await statuses(engine, 'liveness', 'health'), ['DOWN', 'DOWN'])
  engine.add(['readiness'], 'own', down, { failureStatus: { liveness: 'DEGRADED' } })
  t.match(await engine.component('own'), { status: 'DOWN' }, 'an own status per kind replaces the default')
})

await t.test('add() and addRemote() throw when failureStatus names an unknown kind, and add nothing', async (t) => {
  const code = 'FST_MANAGEMENT_KIND_UNKNOWN'
  for (const kind of ['readines', 'constructor', '__proto__', 'lifecycle', '']) {
    const failureStatus = JSON.parse(`{"${kind}":"DEGRADED"}`) as Record<string, 'DEGRADED'>
    const { engine } = setUpEngine()
    t.throws(() => engine.add(['readiness'], 'db', down, { failureStatus }), { code }, kind)
    t.throws(() => engine.addRemote('users', down, new Map(), { failureStatus }), { code }, kind)
    t.throws(() => setUpEngine([], { failureStatus }), { code }, kind)
    t.same((await engine.report({ kind: 'health' })).components, {})
  }
})

await t.test('add() compares a status per kind by its value', (t) => {
  const { engine } = setUpEngine()
  engine.add(['readiness'], 'db', down, { failureStatus: { readiness: 'DEGRADED', health: 'DOWN' } })
  engine.add(['liveness'], 'db', down, { failureStatus: { health: 'DOWN', startup: undefined, readiness: 'DEGRADED' } })
  t.throws(() => engine.add(['startup'], 'db', down, OPEN), {
    code: 'FST_MANAGEMENT_NAME_TAKEN',
    message: /another failureStatus \(health: DOWN, readiness: DEGRADED, not readiness: DEGRADED\)/
  })
  t.throws(() => engine.add(['startup'], 'db', down, { failureStatus: 'DEGRADED' }), { message: /not DEGRADED\)/ })
  t.end()
})

await t.test('add() warns once per check of failureStatus DEGRADED on liveness and startup', (t) => {
  const { engine, log } = setUpEngine()
  engine.add(['liveness', 'startup', 'readiness'], 'db', down, { failureStatus: 'DEGRADED' })
  engine.add(['liveness'], 'db', down, {})
  t.match(log.lines, [{
    level: 'warn',
    check: 'db',
    kinds: ['liveness', 'startup'],
    message: /"db" is DEGRADED, which answers 200: for liveness the orchestrator never restarts .* and for startup /
  }])
  engine.add(['readiness'], 'cache', down, { failureStatus: 'DEGRADED' })
  engine.add(['liveness'], 'fine', down, { failureStatus: { readiness: 'DEGRADED' } })
  t.equal(log.lines.length, 1)
  engine.add(['liveness'], 'cache', down, {})
  engine.addRemote('users', down, new Map([['startup', down]]), { failureStatus: { startup: 'DEGRADED' } })
  t.match(log.lines.slice(1), [{ check: 'cache', kinds: ['liveness'] }, { check: 'users', kinds: ['startup'] }])
  t.end()
})
