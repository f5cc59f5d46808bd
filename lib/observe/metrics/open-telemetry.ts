import type { Logger } from '../../base/logger.js'
import { reasonOf } from '../../base/describe.js'
import { logSafely } from '../../base/safe-log.js'
import { errors } from '../../errors.js'
import type { Observable, ObservableResult, OpenTelemetryMeter } from '../../options/metrics-option.js'
import { BLOCK_METRIC, METRICS } from './definitions.js'
import type { Labels } from './definitions.js'
import type { HealthMetrics } from './health-metrics.js'
import { KeptSeries } from './kept-series.js'
import { SAMPLES } from './samples.js'
import { BUCKETS } from './tally.js'

/** Marks a meter that an instance uses. Two copies of this package see the same mark. */
const MARK = Symbol.for('fastify-management-endpoints.metrics')

type Metric = Readonly<Record<'name' | 'help', string>>

type ObservedMetric = keyof typeof SAMPLES

/** The metrics whose value must be 0 after the removal of a check. */
const ENDING: readonly ObservedMetric[] = ['checkStatus', 'abandoned']

/**
 * Adds the metrics to a meter. The SDK reads all of them when it collects, except the durations, which are recorded
 * after each run. Returns a function that removes them.
 *
 * @throws FST_MANAGEMENT_METRICS_TAKEN if another instance uses this meter
 */
export function addToMeter (meter: OpenTelemetryMeter, metrics: HealthMetrics, log: Logger): () => void {
  if (Reflect.has(meter, MARK)) {
    throw new errors.MetricsTaken('another instance uses this meter', 'metrics.getMeter() with another name')
  }
  const observables = observablesOf(meter)
  if (isNoop(observables)) {
    logSafely(log, 'warn', {}, 'the OpenTelemetry meter records nothing: start the SDK before you get the meter')
    return () => undefined
  }
  const kept = new KeptSeries()
  const observe = (result: ObservableResult): void => {
    for (const [metric, observable] of observables) {
      const samples = SAMPLES[metric](metrics)
      const all = ENDING.includes(metric) ? kept.complete(metric, samples) : samples
      for (const { labels, value } of all) result.observe(observable, value, labels)
    }
  }
  const list = observables.map(([, observable]) => observable)
  recordDurations(meter, metrics, log)
  meter.addBatchObservableCallback(observe, list)
  Reflect.defineProperty(meter, MARK, { value: true, configurable: true })
  return () => {
    meter.removeBatchObservableCallback(observe, list)
    Reflect.deleteProperty(meter, MARK)
  }
}

function observablesOf (meter: OpenTelemetryMeter): readonly (readonly [ObservedMetric, Observable])[] {
  const metrics = Object.keys(SAMPLES) as ObservedMetric[]
  return metrics.map((metric) => {
    const { name, help: description } = METRICS[metric]
    const observable = metric === 'runs'
      ? meter.createObservableCounter(name, { description })
      : meter.createObservableGauge(name, { description, ...(metric === 'lastChange' && { unit: 's' }) })
    return [metric, observable]
  })
}

/** Without an SDK, all instruments of a kind are the same object. */
function isNoop (observables: readonly (readonly [ObservedMetric, Observable])[]): boolean {
  const gauges = observables.filter(([metric]) => metric !== 'runs').map(([, observable]) => observable)
  return new Set(gauges).size < gauges.length
}

/**
 * Records the duration of each run, and of each block of the event loop. A meter that throws is logged once, and does
 * not break the run.
 */
function recordDurations (meter: OpenTelemetryMeter, metrics: HealthMetrics, log: Logger): void {
  let isLogged = false
  const recorderOf = ({ name, help: description }: Metric, bounds: readonly number[]) => {
    const advice = { explicitBucketBoundaries: bounds.filter(Number.isFinite) }
    const histogram = meter.createHistogram(name, { description, unit: 's', advice })
    return (seconds: number, labels: Labels): void => {
      try {
        histogram.record(seconds, labels)
      } catch (error) {
        if (!isLogged) logSafely(log, 'warn', labels, `the OpenTelemetry meter failed to record: ${reasonOf(error)}`)
        isLogged = true
      }
    }
  }
  const recordRun = recorderOf(METRICS.duration, BUCKETS)
  metrics.onDuration((check, seconds) => recordRun(seconds, { check }))
  if (metrics.eventLoop === undefined) return
  const recordBlock = recorderOf(BLOCK_METRIC, metrics.eventLoop.bounds)
  metrics.eventLoop.onBlock((seconds) => recordBlock(seconds, {}))
}
