import { metrics as openTelemetryApi } from '@opentelemetry/api'
import { Registry, register } from 'prom-client'
import type { OpenMetricsContentType } from 'prom-client'
import type { ManagementOptions } from '../lib/index.js'
import { openTelemetry, prometheus } from '../lib/metrics/index.js'

const meter = openTelemetryApi.getMeter('health')

export const right: readonly ManagementOptions[] = [
  { metrics: register },
  { metrics: new Registry() },
  { metrics: new Registry<OpenMetricsContentType>() },
  { metrics: prometheus(register) },
  { metrics: openTelemetry(meter) },
  { metrics: [register, openTelemetry(meter)] },
  { metrics: undefined, endpoints: { metrics: false } }
]

export const wrong: readonly ManagementOptions[] = [
  // @ts-expect-error openTelemetry() is missing
  { metrics: meter },
  // @ts-expect-error not a registry
  { metrics: true },
  // @ts-expect-error the endpoint is in `endpoints`
  { metrics: '/metrics' }
]

// @ts-expect-error not a registry
prometheus(meter)
// @ts-expect-error not a meter
openTelemetry(register)
