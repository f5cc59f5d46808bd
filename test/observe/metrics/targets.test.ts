import { metrics as api } from '@opentelemetry/api'
import * as client from 'prom-client'
import t from 'tap'
import { openTelemetry, prometheus } from '../../../lib/metrics/index.js'

await t.test('prometheus() returns the registry, and openTelemetry() the meter', (t) => {
  const meter = api.getMeter('health')
  t.same(prometheus(client.register), { registry: client.register })
  t.equal(openTelemetry(meter).meter, meter)
  t.end()
})

await t.test('prometheus() throws if the value is not a registry', (t) => {
  const gauge = new client.Gauge({ name: 'a', help: 'a', registers: [] })
  for (const value of [undefined, null, client, gauge, '/metrics']) {
    t.throws(() => prometheus(value as never), {
      code: 'FST_MANAGEMENT_OPTION_INVALID',
      message: /^option "prometheus\(registry\)" must be a Registry of prom-client, for example register or new /
    })
  }
  t.end()
})

await t.test('openTelemetry() throws if the value is not a meter', (t) => {
  const broken = { get createHistogram () { throw new Error('broken') } }
  for (const value of [undefined, client.register, api.getMeterProvider(), broken]) {
    t.throws(() => openTelemetry(value as never), {
      code: 'FST_MANAGEMENT_OPTION_INVALID',
      message: /^option "openTelemetry\(meter\)" must be a Meter of OpenTelemetry, for example metrics.getMeter/
    })
  }
  t.end()
})
