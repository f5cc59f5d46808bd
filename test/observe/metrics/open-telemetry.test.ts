import { createNoopMeter } from '@opentelemetry/api'
import type { Meter } from '@opentelemetry/api'
import t from 'tap'
import { METRIC_NAMES } from '../../../lib/observe/metrics/definitions.js'
import { startMetrics } from '../../../lib/observe/metrics/start.js'
import { LoopBlocks } from '../../../lib/observe/thread/loop-blocks.js'
import { down, setUpEngine, up } from '../../support/engine.js'
import type { EngineSetUp } from '../../support/engine.js'
import { hang } from '../../support/check.js'
import { TestSdk } from '../../support/metrics.js'

const TAKEN = { code: 'FST_MANAGEMENT_METRICS_TAKEN' }

function start (meter: Meter): EngineSetUp & { readonly stop: () => void } {
  const setUp = setUpEngine()
  return { ...setUp, stop: startMetrics(setUp.engine, [{ meter }], setUp.fastify.log) }
}

await t.test('the SDK collects every metric', async (t) => {
  const sdk = new TestSdk()
  const { engine, clock } = start(sdk.meter())
  engine.add(['readiness'], 'db', up, {})
  engine.add(['readiness'], 'queue', hang, {})
  const report = engine.report({ kind: 'readiness' })
  await clock.pass(800)
  await report
  t.same(await sdk.names(), [...METRIC_NAMES].sort())
  t.same(await sdk.series('health_check_status'), { 'db readiness UP': 1, 'queue readiness DOWN': 1 })
  t.match(await sdk.series('health_status'), { 'readiness DOWN': 1 })
  t.same(await sdk.series('health_check_runs_total'), { 'db passed': 1, 'queue timed_out': 1 })
  t.same(await sdk.series('health_check_last_change_timestamp_seconds'), { queue: 0.8 })
  t.same(await sdk.series('health_check_abandoned_runs'), { queue: 1 })
  t.match(await sdk.series('health_check_duration_seconds'), {
    db: { count: 1 },
    queue: { count: 1, sum: 0.8, buckets: { boundaries: [0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 10] } }
  })
})

await t.test('the SDK collects the blocks of the event loop, if a thread serves the port', async (t) => {
  const sdk = new TestSdk()
  const { engine, fastify } = setUpEngine()
  const blocks = new LoopBlocks({ now: () => 0 })
  startMetrics(engine, [{ meter: sdk.meter() }], fastify.log, blocks)
  blocks.add(300)
  t.match(await sdk.series('health_event_loop_blocked_seconds'), {
    '': { count: 1, sum: 0.3, buckets: { boundaries: [0.25, 0.5, 1, 2.5, 5, 10, 30] } }
  })
})

await t.test('collecting never runs a check', async (t) => {
  const sdk = new TestSdk()
  const { engine } = start(sdk.meter())
  let runs = 0
  engine.add(['readiness'], 'db', () => { runs += 1 }, {})
  await sdk.names()
  t.equal(runs, 0)
})

await t.test('a removed check has the value 0, although the SDK keeps its series', async (t) => {
  const sdk = new TestSdk()
  const { engine, clock } = start(sdk.meter())
  engine.add(['readiness'], 'db', down, {})
  engine.add(['readiness'], 'queue', hang, {})
  const report = engine.report({ kind: 'readiness' })
  await clock.pass(800)
  await report
  t.same(await sdk.series('health_check_status'), { 'db readiness DOWN': 1, 'queue readiness DOWN': 1 })
  engine.remove('db')
  engine.remove('queue')
  for (let time = 1; time <= 2; time += 1) {
    t.same(await sdk.series('health_check_status'), {})
    t.same(await sdk.series('health_check_abandoned_runs'), {})
  }
})

await t.test('a second instance on the same meter raises a coded error with a remedy', (t) => {
  const sdk = new TestSdk()
  const { stop } = start(sdk.meter())
  t.throws(() => start(sdk.meter()), {
    ...TAKEN,
    message: 'the health metrics cannot be added: another instance uses this meter; ' +
      'close the other instance first, or give this one metrics.getMeter() with another name'
  })
  start(sdk.meter('other'))
  stop()
  start(sdk.meter())
  t.end()
})

await t.test('a meter without an SDK is logged, and used by any number of instances', (t) => {
  const meter = createNoopMeter()
  const { log, stop } = start(meter)
  const other = start(meter)
  stop()
  other.stop()
  t.match(log.lines, [{
    level: 'warn', message: 'the OpenTelemetry meter records nothing: start the SDK before you get the meter'
  }])
  t.end()
})

await t.test('a meter that throws is logged once, and does not change the status', async (t) => {
  const meter = new TestSdk().meter()
  const record = (): void => { throw new Error('the exporter is full') }
  const { engine, log } = start(Object.assign(meter, { createHistogram: () => ({ record }) }))
  engine.add(['readiness'], 'db', up, {})
  t.match(await engine.report({ kind: 'readiness' }), { status: 'UP' })
  await engine.report({ kind: 'readiness' })
  t.match(log.lines.filter(({ level }) => level === 'warn'), [
    { check: 'db', message: 'the OpenTelemetry meter failed to record: the exporter is full' }
  ])
})
