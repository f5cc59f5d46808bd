import { AggregatorRegistry, Counter, Gauge, Registry } from 'prom-client'
import * as prom13 from 'prom-client-13'
import * as prom14 from 'prom-client-14'
import type { OpenMetricsContentType } from 'prom-client'
import t from 'tap'
import { METRIC_NAMES } from '../../../lib/observe/metrics/definitions.js'
import { startMetrics } from '../../../lib/observe/metrics/start.js'
import { LoopBlocks } from '../../../lib/observe/thread/loop-blocks.js'
import type { PrometheusRegistry } from '../../../lib/options/metrics-option.js'
import { down, setUpEngine, up } from '../../support/engine.js'
import type { EngineSetUp } from '../../support/engine.js'
import { allSeriesIn, seriesIn } from '../../support/metrics.js'

const TAKEN = { code: 'FST_MANAGEMENT_METRICS_TAKEN' }

interface Started extends EngineSetUp {
  readonly stop: () => void
}

function start (registry: PrometheusRegistry, eventLoop?: LoopBlocks): Started {
  const setUp = setUpEngine()
  return { ...setUp, stop: startMetrics(setUp.engine, [{ registry }], setUp.fastify.log, eventLoop) }
}

await t.test('the blocks of the event loop are a histogram, if a thread serves the port', async (t) => {
  const registry = new Registry()
  const blocks = new LoopBlocks({ now: () => 0 })
  const { stop } = start(registry, blocks)
  blocks.add(300)
  blocks.add(3_000)
  t.same(await allSeriesIn(registry, 'health_event_loop_blocked_seconds_bucket'), {
    0.25: 0, 0.5: 1, 1: 1, 2.5: 1, 5: 2, 10: 2, 30: 2, '+Inf': 2
  })
  t.match(await registry.metrics(), /^health_event_loop_blocked_seconds_sum 3\.3\nhealth_event_loop_\w+_count 2$/m)
  registry.resetMetrics()
  t.match(await registry.metrics(), /^health_event_loop_blocked_seconds_sum 0$/m)
  t.throws(() => start(registry, blocks), TAKEN)
  stop()
  t.same(registry.getMetricsAsArray(), [])
})

await t.test('an app without such a thread has no metric of blocks', (t) => {
  const registry = new Registry()
  start(registry)
  t.equal(registry.getSingleMetric('health_event_loop_blocked_seconds'), undefined)
  t.end()
})

await t.test('a second instance on the same registry raises a coded error with a remedy', (t) => {
  const registry = new Registry()
  start(registry)
  t.throws(() => start(registry), {
    ...TAKEN,
    message: 'the health metrics cannot be added: the registry has the metric health_check_status already; ' +
      'close the other instance first, or give this one a new Registry() of prom-client'
  })
  t.end()
})

await t.test('a metric of the app under one of the names raises the error, and adds nothing', (t) => {
  const registry = new Registry()
  const own = new Gauge({ name: 'health_check_abandoned_runs', help: 'own', registers: [registry] })
  t.throws(() => start(registry), TAKEN)
  t.same(registry.getMetricsAsArray(), [own])
  t.end()
})

await t.test('the same registry twice in the option raises the error, and leaves no metric', (t) => {
  const registry = new Registry()
  const { engine, fastify } = setUpEngine()
  t.throws(() => startMetrics(engine, [{ registry }, { registry }], fastify.log), TAKEN)
  t.same(registry.getMetricsAsArray(), [])
  t.end()
})

await t.test('the end removes the metrics, and keeps the metrics of the app', (t) => {
  const registry = new Registry()
  const { stop } = start(registry)
  t.same(registry.getMetricsAsArray().map(({ name }) => name).sort(), [...METRIC_NAMES].sort())
  registry.removeSingleMetric('health_status')
  const own = new Counter({ name: 'health_status', help: 'own', registers: [registry] })
  stop()
  t.same(registry.getMetricsAsArray(), [own])
  start(new Registry())
  t.end()
})

await t.test('a registry with the type of OpenMetrics ends the names of counters with _total once', async (t) => {
  const registry = new Registry<OpenMetricsContentType>()
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE)
  const { engine, stop } = start(registry)
  engine.add(['readiness'], 'db', up, {})
  await engine.report({ kind: 'readiness' })
  for (let time = 1; time <= 2; time += 1) {
    const text = await registry.metrics()
    t.match(text, '# TYPE health_check_runs counter\n')
    t.match(text, 'health_check_runs_total{check="db",outcome="passed"} 1\n')
  }
  stop()
  t.same(registry.getMetricsAsArray(), [])
})

await t.test('prom-client 13 and 14 collect every metric, beside the metrics of the app', async (t) => {
  for (const { AggregatorRegistry, Counter, Registry } of [prom13, prom14 as unknown as typeof prom13]) {
    const registry = new Registry()
    new Counter({ name: 'orders_total', help: 'orders', registers: [registry] }).inc(2)
    registry.setDefaultLabels({ app: 'shop' })
    const { engine, stop } = start(registry)
    engine.add(['readiness'], 'db', up, {})
    await engine.report({ kind: 'readiness' })
    const text = await registry.metrics()
    t.match(text, 'orders_total{app="shop"} 2\n')
    t.match(text, 'health_check_status{check="db",kind="readiness",status="UP",app="shop"} 1\n')
    t.match(text, 'health_check_duration_seconds_bucket{le="+Inf",check="db",app="shop"} 1\n')
    t.same(METRIC_NAMES.filter((name) => !text.includes(`# TYPE ${name} `)), [])
    t.throws(() => start(registry), TAKEN)
    const worker = await registry.getMetricsAsJSON()
    const all = AggregatorRegistry.aggregate([worker, worker])
    t.match(await seriesIn(all, 'health_check_runs_total'), { 'db passed shop': 2 })
    stop()
    t.match(await registry.getMetricsAsJSON(), [{ name: 'orders_total' }])
    t.equal(METRIC_NAMES.some((name) => registry.getSingleMetric(name) !== undefined), false)
  }
})

await t.test('clear() of the registry removes the metrics, and the app works on', async (t) => {
  const registry = new Registry()
  const { engine, stop } = start(registry)
  engine.add(['readiness'], 'db', up, {})
  registry.clear()
  t.match(await engine.report({ kind: 'readiness' }), { status: 'UP' })
  t.equal((await registry.metrics()).trim(), '')
  stop()
  start(registry)
  t.equal(registry.getMetricsAsArray().length, METRIC_NAMES.length)
})

await t.test('the labels of a check win over default labels of the same name', async (t) => {
  const registry = new Registry()
  registry.setDefaultLabels({ check: 'default', kind: 'default' })
  const { engine } = start(registry)
  engine.add(['readiness'], 'db', up, {})
  await engine.report({ kind: 'readiness' })
  t.match(await registry.metrics(), 'health_check_status{check="db",kind="readiness",status="UP"} 1\n')
})

await t.test('default labels of the registry are added', async (t) => {
  const registry = new Registry()
  registry.setDefaultLabels({ app: 'shop' })
  const { engine } = start(registry)
  engine.add(['readiness'], 'db', up, {})
  t.match(await registry.metrics(), 'health_check_abandoned_runs{check="db",app="shop"} 0\n')
  t.match((await registry.getMetricsAsJSON()).find(({ name }) => name === 'health_check_abandoned_runs'), {
    type: 'gauge', values: [{ value: 0, labels: { check: 'db', app: 'shop' } }]
  })
})

await t.test('resetMetrics() of the registry sets counts to zero, and keeps statuses', async (t) => {
  const registry = new Registry()
  const { engine } = start(registry)
  engine.add(['readiness'], 'db', down, {})
  await engine.report({ kind: 'readiness' })
  registry.resetMetrics()
  t.same(await seriesIn(registry, 'health_check_runs_total'), {})
  t.same(await seriesIn(registry, 'health_check_duration_seconds_count'), {})
  t.same(await seriesIn(registry, 'health_check_status'), { 'db readiness DOWN': 1 })
})

await t.test('workers of a cluster add up: counts are sums, and a status holds in any worker', async (t) => {
  const [first, second] = [new Registry(), new Registry()]
  for (const [registry, check] of [[first, up], [second, down]] as const) {
    const { engine } = start(registry)
    engine.add(['readiness'], 'db', check, {})
    await engine.report({ kind: 'readiness' })
  }
  const all = AggregatorRegistry.aggregate([await first.getMetricsAsJSON(), await second.getMetricsAsJSON()] as never)
  t.same(await seriesIn(all, 'health_check_status'), { 'db readiness UP': 1, 'db readiness DOWN': 1 })
  t.same(await seriesIn(all, 'health_check_runs_total'), { 'db passed': 1, 'db failed': 1 })
  t.same(await seriesIn(all, 'health_check_duration_seconds_count'), { db: 2 })
})

await t.test('Registry.merge() joins the metrics with the metrics of another registry', async (t) => {
  const registry = new Registry()
  start(registry).engine.add(['readiness'], 'db', up, {})
  const other = new Registry()
  new Gauge({ name: 'books', help: 'books', registers: [other] }).set(2)
  const text = await Registry.merge([registry, other]).metrics()
  t.match(text, 'books 2')
  t.match(text, 'health_check_abandoned_runs{check="db"} 0')
})
