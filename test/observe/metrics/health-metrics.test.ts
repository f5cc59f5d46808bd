import { Registry } from 'prom-client'
import t from 'tap'
import { startMetrics } from '../../../lib/observe/metrics/start.js'
import { down, setUpEngine, up } from '../../support/engine.js'
import type { EngineSetUp } from '../../support/engine.js'
import { hang } from '../../support/check.js'
import { allSeriesIn, seriesIn } from '../../support/metrics.js'

interface SetUp extends EngineSetUp {
  readonly registry: Registry
}

function setUp (kinds: readonly string[] = []): SetUp {
  const engineSetUp = setUpEngine(kinds)
  const registry = new Registry()
  startMetrics(engineSetUp.engine, [{ registry }], engineSetUp.fastify.log)
  return { ...engineSetUp, registry }
}

await t.test('health_check_status has one series for each check, kind and status', async (t) => {
  const { engine, registry } = setUp(['replication'])
  engine.add(['readiness', 'replication'], 'db', up, {})
  t.same(await allSeriesIn(registry, 'health_check_status'), {
    'db readiness DOWN': 0,
    'db readiness OUT_OF_SERVICE': 0,
    'db readiness DEGRADED': 0,
    'db readiness UP': 0,
    'db readiness UNKNOWN': 1,
    'db replication DOWN': 0,
    'db replication OUT_OF_SERVICE': 0,
    'db replication DEGRADED': 0,
    'db replication UP': 0,
    'db replication UNKNOWN': 1
  })
})

await t.test('health_check_status follows the reported status', async (t) => {
  const { engine, registry } = setUp()
  let status: 'UP' | 'DEGRADED' | 'OUT_OF_SERVICE' | 'DOWN' = 'UP'
  engine.add(['readiness'], 'db', () => ({ status }), {})
  for (status of ['UP', 'DEGRADED', 'OUT_OF_SERVICE', 'DOWN', 'UP'] as const) {
    await engine.report({ kind: 'readiness' })
    t.same(await seriesIn(registry, 'health_check_status'), { [`db readiness ${status}`]: 1 })
  }
})

await t.test('health_check_status follows the thresholds of the check', async (t) => {
  const { engine, registry } = setUp()
  let passes = true
  engine.add(['readiness'], 'db', () => passes, { failureThreshold: 2 })
  await engine.report({ kind: 'readiness' })
  passes = false
  await engine.report({ kind: 'readiness' })
  t.same(await seriesIn(registry, 'health_check_status'), { 'db readiness UP': 1 })
  await engine.report({ kind: 'readiness' })
  t.same(await seriesIn(registry, 'health_check_status'), { 'db readiness DOWN': 1 })
})

await t.test('health_check_status has the failureStatus of each kind', async (t) => {
  const { engine, registry } = setUp()
  engine.add(['readiness', 'liveness'], 'db', down, { failureStatus: { readiness: 'DEGRADED' } })
  await engine.report({ kind: 'readiness' })
  t.same(await seriesIn(registry, 'health_check_status'), { 'db readiness DEGRADED': 1, 'db liveness DOWN': 1 })
  t.match(await seriesIn(registry, 'health_status'), { 'readiness DEGRADED': 1, 'liveness DOWN': 1, 'health DOWN': 1 })
})

await t.test('collecting never runs a check', async (t) => {
  const { engine, registry } = setUp()
  let runs = 0
  engine.add(['readiness'], 'db', () => { runs += 1 }, {})
  await registry.metrics()
  await registry.getMetricsAsJSON()
  t.equal(runs, 0)
})

await t.test('all series of a removed check disappear', async (t) => {
  const { engine, registry } = setUp()
  engine.add(['readiness'], 'db', down, {})
  engine.add(['readiness'], 'cache', up, {})
  await engine.report({ kind: 'readiness' })
  engine.remove('db')
  const text = await registry.metrics()
  t.notMatch(text, /"db"/)
  t.match(text, /"cache"/)
})

await t.test('a check that was removed and added again starts from zero', async (t) => {
  const { engine, registry } = setUp()
  engine.add(['readiness'], 'db', down, {})
  await engine.report({ kind: 'readiness' })
  engine.remove('db')
  engine.add(['readiness'], 'db', up, {})
  t.same(await seriesIn(registry, 'health_check_runs_total'), {})
  t.same(await seriesIn(registry, 'health_check_status'), { 'db readiness UNKNOWN': 1 })
})

await t.test('health_check_runs_total counts runs by outcome', async (t) => {
  const { engine, registry, clock } = setUp()
  engine.add(['readiness'], 'db', up, {})
  engine.add(['readiness'], 'cache', () => ({ status: 'DEGRADED' }), {})
  engine.add(['readiness'], 'mail', down, {})
  engine.add(['readiness'], 'queue', hang, { timeout: 500 })
  const report = engine.report({ kind: 'readiness' })
  await clock.pass(500)
  await report
  t.same(await seriesIn(registry, 'health_check_runs_total'), {
    'db passed': 1, 'cache passed': 1, 'mail failed': 1, 'queue timed_out': 1
  })
  t.equal(Object.keys(await allSeriesIn(registry, 'health_check_runs_total')).length, 12, 'each outcome has a series')
})

await t.test('a cancelled run does not count', async (t) => {
  const { engine, registry } = setUp()
  engine.add(['readiness'], 'db', hang, {})
  const report = engine.report({ kind: 'readiness' })
  engine.close()
  await report
  t.same(await seriesIn(registry, 'health_check_runs_total'), {})
})

await t.test('health_check_abandoned_runs counts the runs that hang, until they end', async (t) => {
  const { engine, registry, clock } = setUp()
  let end = (): void => undefined
  engine.add(['readiness'], 'queue', async () => await new Promise<void>((resolve) => { end = resolve }), {})
  const report = engine.report({ kind: 'readiness' })
  await clock.pass(800)
  await report
  t.same(await seriesIn(registry, 'health_check_abandoned_runs'), { queue: 1 })
  end()
  await clock.pass(0)
  t.same(await allSeriesIn(registry, 'health_check_abandoned_runs'), { queue: 0 })
})

await t.test('health_check_last_change_timestamp_seconds is absent before the first run', async (t) => {
  const { engine, registry, clock } = setUp()
  let passes = true
  engine.add(['readiness'], 'db', () => passes, {})
  t.same(await allSeriesIn(registry, 'health_check_last_change_timestamp_seconds'), {})
  await clock.pass(1_500)
  await engine.report({ kind: 'readiness' })
  await clock.pass(1_000)
  await engine.report({ kind: 'readiness' })
  t.same(await allSeriesIn(registry, 'health_check_last_change_timestamp_seconds'), { db: 1.5 })
  passes = false
  await engine.report({ kind: 'readiness' })
  t.same(await allSeriesIn(registry, 'health_check_last_change_timestamp_seconds'), { db: 2.5 })
})

await t.test('health_check_duration_seconds counts runs in cumulative buckets', async (t) => {
  const { engine, registry, clock } = setUp()
  const wait = (delayMs: number) => async (): Promise<void> => {
    await new Promise<void>((resolve) => { clock.after(delayMs, resolve) })
  }
  engine.add(['readiness'], 'db', wait(25), { timeout: 60_000 })
  engine.add(['readiness'], 'report', wait(20_000), { timeout: 60_000 })
  const report = engine.report({ kind: 'readiness' })
  await clock.pass(20_000)
  await report
  t.same(await seriesIn(registry, 'health_check_duration_seconds_bucket'), {
    '0.025 db': 1,
    '0.1 db': 1,
    '0.25 db': 1,
    '0.5 db': 1,
    '1 db': 1,
    '2.5 db': 1,
    '10 db': 1,
    '+Inf db': 1,
    '+Inf report': 1
  })
  t.same(await seriesIn(registry, 'health_check_duration_seconds_sum'), { db: 0.025, report: 20 })
  t.same(await seriesIn(registry, 'health_check_duration_seconds_count'), { db: 1, report: 1 })
})

await t.test('a service dependency adds up the checks of its kinds', async (t) => {
  const { engine, registry, clock } = setUp()
  await clock.pass(1_000)
  engine.addRemote('users', up, new Map([['readiness', down]]), {})
  await engine.report({ kind: 'readiness' })
  t.same(await seriesIn(registry, 'health_check_status'), { 'users readiness DOWN': 1, 'users health UNKNOWN': 1 })
  await clock.pass(1_000)
  await engine.report({ kind: 'health' })
  t.same(await seriesIn(registry, 'health_check_status'), { 'users readiness DOWN': 1, 'users health UP': 1 })
  t.same(await seriesIn(registry, 'health_check_runs_total'), { 'users passed': 1, 'users failed': 1 })
  t.same(await seriesIn(registry, 'health_check_duration_seconds_count'), { users: 2 })
  t.same(await seriesIn(registry, 'health_check_last_change_timestamp_seconds'), { users: 2 }, 'the later change')
})

await t.test('health_status has a status for each kind', async (t) => {
  const { registry } = setUp(['replication'])
  t.same(await seriesIn(registry, 'health_status'), {
    'liveness UP': 1, 'readiness UP': 1, 'startup UP': 1, 'health UP': 1, 'replication UP': 1
  }, 'a kind without checks is UP')
})

await t.test('health_status is UNKNOWN until one of the checks has run, and then ignores unknown checks', async (t) => {
  const { engine, registry } = setUp()
  engine.add(['readiness'], 'db', up, {})
  engine.add(['health'], 'mail', up, {})
  t.match(await seriesIn(registry, 'health_status'), { 'readiness UNKNOWN': 1, 'health UNKNOWN': 1 })
  await engine.report({ kind: 'readiness' })
  t.match(await seriesIn(registry, 'health_status'), { 'readiness UP': 1, 'health UP': 1 })
})

await t.test('health_status contains the lifecycle', async (t) => {
  const { engine, registry } = setUp()
  engine.add(['readiness'], 'db', up, {})
  engine.lifecycle.takeOutOfService('maintenance')
  t.match(await seriesIn(registry, 'health_status'), { 'readiness OUT_OF_SERVICE': 1, 'health OUT_OF_SERVICE': 1 })
  engine.lifecycle.markBroken('lost')
  t.match(await seriesIn(registry, 'health_status'), { 'readiness DOWN': 1, 'liveness DOWN': 1 })
})

await t.test('health_status of readiness is OUT_OF_SERVICE until startup has completed', async (t) => {
  const { engine, registry } = setUp()
  let isMigrated = false
  engine.add(['startup'], 'migration', () => isMigrated, {})
  engine.add(['readiness'], 'db', up, {})
  await engine.report({ kind: 'readiness' })
  t.match(await seriesIn(registry, 'health_status'), { 'readiness OUT_OF_SERVICE': 1, 'startup DOWN': 1 })
  isMigrated = true
  await engine.report({ kind: 'readiness' })
  t.match(await seriesIn(registry, 'health_status'), { 'readiness UP': 1, 'startup UP': 1 })
  t.match(await seriesIn(registry, 'health_check_status'), { 'migration startup UP': 1 })
})

await t.test('a check of startup and readiness keeps UP for startup when it fails later', async (t) => {
  const { engine, registry } = setUp()
  let passes = true
  engine.add(['startup', 'readiness'], 'db', () => passes, {})
  await engine.report({ kind: 'startup' })
  passes = false
  await engine.report({ kind: 'readiness' })
  t.same(await seriesIn(registry, 'health_check_status'), { 'db startup UP': 1, 'db readiness DOWN': 1 })
  t.match(await seriesIn(registry, 'health_status'), { 'startup UP': 1, 'readiness DOWN': 1 })
})
