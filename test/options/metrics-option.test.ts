import { metrics as api } from '@opentelemetry/api'
import * as client from 'prom-client'
import t from 'tap'
import { openTelemetry, prometheus } from '../../lib/metrics/index.js'
import { readOptions } from '../support/options.js'

const TARGET = 'a Registry of prom-client, for example register or new Registry(), or openTelemetry(meter) from ' +
  'fastify-management-endpoints/metrics, or an array of both'

await t.test('metrics accepts a registry, the result of prometheus() or openTelemetry(), and an array of them', (t) => {
  const { register } = client
  const meter = api.getMeter('health')
  const read = (metrics: unknown): unknown => readOptions({ metrics }).settings.metrics
  t.same(read(register), [{ registry: register }])
  t.same(read(prometheus(register)), [{ registry: register }])
  t.same(read(openTelemetry(meter)), [{ meter }])
  t.same(read([register, openTelemetry(meter)]), [{ registry: register }, { meter }])
  t.same(read(undefined), [])
  t.end()
})

await t.test('metrics accepts a registry of another copy of prom-client', (t) => {
  const registry = {
    contentType: 'text/plain',
    registerMetric: () => undefined,
    getSingleMetric: () => undefined,
    removeSingleMetric: () => undefined,
    metrics: () => ''
  }
  t.same(readOptions({ metrics: registry }).settings.metrics, [{ registry }])
  t.end()
})

await t.test('readSettings() throws when metrics is wrong, and names the value and the rule', (t) => {
  const trap = new Proxy({}, { get: () => { throw new Error('trap') }, ownKeys: () => { throw new Error('trap') } })
  for (const [metrics, path, got, expected = TARGET] of [
    [true, 'metrics', 'the boolean true'],
    ['/metrics', 'metrics', 'the string "/metrics"'],
    [null, 'metrics', 'null'],
    [{ ...client }, 'metrics', 'an object'],
    [client.Registry, 'metrics', 'a function'],
    [api.getMeter('health'), 'metrics', 'an object of class NoopMeter'],
    [{ registry: client }, 'metrics', 'an object'],
    [trap, 'metrics', 'an object'],
    [[client.register, {}], 'metrics[1]', 'an object'],
    [[], 'metrics', 'an array of 0', 'an array that is not empty'],
    [
      [client.register, prometheus(client.register)], 'metrics', 'one of them twice',
      'an array with each registry and each meter once'
    ]
  ] as const) {
    const message = `option "${path}" must be ${expected}, got ${got}`
    t.throws(() => readOptions({ metrics }), { code: 'FST_MANAGEMENT_OPTION_INVALID', message }, message)
  }
  t.end()
})
