export { openTelemetry, prometheus } from '../observe/metrics/targets.js'
export type {
  MetricsTarget, OpenTelemetryMeter, OpenTelemetryTarget, PrometheusRegistry, PrometheusTarget
} from '../options/metrics-option.js'
