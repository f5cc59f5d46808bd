import { meter as meterRule, registry as registryRule } from '../../options/metrics-option.js'
import type {
  OpenTelemetryMeter, OpenTelemetryTarget, PrometheusRegistry, PrometheusTarget
} from '../../options/metrics-option.js'

/**
 * Adds the health metrics to a registry of prom-client, like the registry itself in the option `metrics`.
 *
 * @throws FST_MANAGEMENT_OPTION_INVALID if the value is not a registry
 * @example
 * await fastify.register(management, { metrics: [prometheus(register), openTelemetry(meter)] })
 * @see `docs/metrics.md#with-prometheus`
 * @see https://github.com/siimon/prom-client
 */
export function prometheus (registry: PrometheusRegistry): PrometheusTarget {
  return { registry: registryRule(registry, 'prometheus(registry)') }
}

/**
 * Adds the health metrics to a meter of OpenTelemetry, if the SDK was started before your app got the meter.
 *
 * @throws FST_MANAGEMENT_OPTION_INVALID if the value is not a meter
 * @example
 * await fastify.register(management, { metrics: openTelemetry(metrics.getMeter('health')) })
 * @see `docs/metrics.md#with-opentelemetry`
 * @see https://opentelemetry.io/docs/languages/js/instrumentation/#metrics
 */
export function openTelemetry (meter: OpenTelemetryMeter): OpenTelemetryTarget {
  return { meter: meterRule(meter, 'openTelemetry(meter)') }
}
