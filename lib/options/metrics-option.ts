import { attemptOr } from '../base/attempt-or.js'
import { nonEmptyListOf, refuse } from '../base/rules.js'
import type { Rule } from '../base/rules.js'
import { hasMethods, isRecord } from '../base/type-guards.js'
import { errors } from '../errors.js'

/**
 * A `Registry` of prom-client 13 or later, or any object with these methods.
 *
 * @see `docs/metrics.md#with-prometheus`
 */
export interface PrometheusRegistry {
  /** The content type of the text. */
  readonly contentType: string
  registerMetric (metric: object): void
  getSingleMetric (name: string): unknown
  removeSingleMetric (name: string): void
  /** Returns the text of all metrics. */
  metrics (): string | Promise<string>
}

/** An instrument of OpenTelemetry whose values are read when they are collected. */
export type Observable = object

/** Receives the values of observables. */
export interface ObservableResult {
  observe (observable: Observable, value: number, attributes: Readonly<Record<string, string>>): void
}

/** Options of an OpenTelemetry instrument. */
export interface InstrumentOptions {
  description: string
  unit?: string
  advice?: { explicitBucketBoundaries: number[] }
}

/**
 * A `Meter` of `@opentelemetry/api` 1.3 or later, or any object with these methods.
 *
 * @see `docs/metrics.md#with-opentelemetry`
 */
export interface OpenTelemetryMeter {
  createHistogram (name: string, options: InstrumentOptions): {
    record (value: number, attributes: Record<string, string>): void
  }
  createObservableCounter (name: string, options: InstrumentOptions): Observable
  createObservableGauge (name: string, options: InstrumentOptions): Observable
  addBatchObservableCallback (callback: (result: ObservableResult) => void, observables: Observable[]): void
  removeBatchObservableCallback (callback: (result: ObservableResult) => void, observables: Observable[]): void
}

/**
 * The result of `prometheus(registry)`: the registry that receives the metrics.
 *
 * @see `docs/metrics.md#with-prometheus`
 */
export interface PrometheusTarget {
  readonly registry: PrometheusRegistry
}

/**
 * The result of `openTelemetry(meter)`: the meter that receives the metrics.
 *
 * @see `docs/metrics.md#with-opentelemetry`
 */
export interface OpenTelemetryTarget {
  readonly meter: OpenTelemetryMeter
}

/**
 * The receiver of the metrics of an app.
 *
 * @see `docs/metrics.md#with-prometheus`
 */
export type MetricsTarget = PrometheusTarget | OpenTelemetryTarget

/**
 * The value of the option `metrics`: a registry, or the results of `prometheus()` and `openTelemetry()`.
 *
 * @see `docs/metrics.md`
 */
export type MetricsOption = PrometheusRegistry | MetricsTarget | readonly (PrometheusRegistry | MetricsTarget)[]

const REGISTRY = 'a Registry of prom-client, for example register or new Registry()'
const METER = 'a Meter of OpenTelemetry, for example metrics.getMeter("health")'
const TARGET = `${REGISTRY}, or openTelemetry(meter) from fastify-management-endpoints/metrics, or an array of both`

/** Accepts a registry of prom-client. */
export const registry: Rule<PrometheusRegistry> = (value, path) =>
  isRegistry(value) ? value : refuse(value, path, REGISTRY)

/** Accepts a meter of OpenTelemetry. */
export const meter: Rule<OpenTelemetryMeter> = (value, path) => isMeter(value) ? value : refuse(value, path, METER)

/** The rule of the option `metrics`. */
export const metrics: Rule<readonly MetricsTarget[]> = (value, path) => {
  if (!Array.isArray(value)) return [target(value, path)]
  const targets = nonEmptyListOf(target)(value, path)
  const receivers = targets.map((target) => 'registry' in target ? target.registry : target.meter)
  if (new Set<object>(receivers).size === targets.length) return targets
  throw new errors.OptionInvalid(path, 'an array with each registry and each meter once', 'one of them twice')
}

const target: Rule<MetricsTarget> = (value, path) => {
  if (isRegistry(value)) return { registry: value }
  const { registry, meter } = isRecord(value) ? attemptOr(() => ({ ...value }), {}) as Record<string, unknown> : {}
  if (isRegistry(registry)) return { registry }
  return isMeter(meter) ? { meter } : refuse(value, path, TARGET)
}

function isRegistry (value: unknown): value is PrometheusRegistry {
  return attemptOr(() => hasMethods(value, 'registerMetric', 'getSingleMetric', 'removeSingleMetric', 'metrics'), false)
}

function isMeter (value: unknown): value is OpenTelemetryMeter {
  return attemptOr(() => hasMethods(value, 'createHistogram', 'createObservableCounter', 'createObservableGauge',
    'addBatchObservableCallback', 'removeBatchObservableCallback'), false)
}
