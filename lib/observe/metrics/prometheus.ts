import { errors } from '../../errors.js'
import type { PrometheusRegistry } from '../../options/metrics-option.js'
import { BLOCK_METRIC, METRIC_NAMES, METRICS } from './definitions.js'
import type { Labels, Sample } from './definitions.js'
import type { HealthMetrics } from './health-metrics.js'
import { SAMPLES } from './samples.js'
import { BUCKETS } from './tally.js'
import type { Tally } from './tally.js'

type Read = () => readonly PrometheusSample[]

/** A sample, with its own name if the name of the metric has a suffix. */
interface PrometheusSample extends Sample {
  readonly metricName?: string
}

/** How prom-client adds up the metrics of the workers of a cluster. */
type Aggregator = 'max' | 'sum'

/**
 * Adds the metrics to a registry. They are objects with the methods of prom-client's metrics, so that this package does
 * not load prom-client: the registry reads the values when it is collected. Returns a function that removes them.
 *
 * @throws FST_MANAGEMENT_METRICS_TAKEN if the registry has a metric of one of these names
 */
export function addToRegistry (registry: PrometheusRegistry, metrics: HealthMetrics): () => void {
  const names = metrics.eventLoop === undefined ? METRIC_NAMES : [...METRIC_NAMES, BLOCK_METRIC.name]
  const taken = names.find((name) => registry.getSingleMetric(name) !== undefined)
  if (taken !== undefined) {
    throw new errors.MetricsTaken(`the registry has the metric ${taken} already`, 'a new Registry() of prom-client')
  }
  const added = metricsOf(metrics)
  for (const metric of added) registry.registerMetric(metric)
  return () => {
    for (const metric of added) metric.removeFrom(registry)
  }
}

function metricsOf (metrics: HealthMetrics): readonly PrometheusMetric[] {
  const gauge = (of: 'checkStatus' | 'status' | 'lastChange' | 'abandoned', aggregator: Aggregator): PrometheusMetric =>
    new PrometheusMetric({ ...METRICS[of], type: 'gauge', aggregator, read: () => SAMPLES[of](metrics) })
  const reset = (): void => metrics.reset()
  return [
    gauge('checkStatus', 'max'),
    gauge('status', 'max'),
    new PrometheusMetric({ ...METRICS.duration, type: 'histogram', read: () => durations(metrics), reset }),
    new PrometheusMetric({ ...METRICS.runs, type: 'counter', read: () => SAMPLES.runs(metrics), reset }),
    gauge('lastChange', 'max'),
    gauge('abandoned', 'sum'),
    ...blockMetrics(metrics, reset)
  ]
}

/** Only an app with a thread for the separate port measures the blocks of its event loop. */
function blockMetrics ({ eventLoop }: HealthMetrics, reset: () => void): readonly PrometheusMetric[] {
  if (eventLoop === undefined) return []
  const read = (): readonly PrometheusSample[] => histogram(BLOCK_METRIC.name, eventLoop.bounds, eventLoop, {})
  return [new PrometheusMetric({ ...BLOCK_METRIC, type: 'histogram', read, reset })]
}

function durations (metrics: HealthMetrics): readonly PrometheusSample[] {
  return metrics.checks().flatMap(({ check, tally }) => histogram(METRICS.duration.name, BUCKETS, tally, { check }))
}

function histogram (
  name: string, bounds: readonly number[], counts: Pick<Tally, 'upTo' | 'seconds'>, labels: Labels
): readonly PrometheusSample[] {
  return [
    ...bounds.map((bound) =>
      ({ metricName: `${name}_bucket`, labels: { le: le(bound), ...labels }, value: counts.upTo(bound) })),
    { metricName: `${name}_sum`, labels, value: counts.seconds },
    { metricName: `${name}_count`, labels, value: counts.upTo(Infinity) }
  ]
}

/** Prometheus' name for the label of a bucket is "less than or equal". */
function le (bound: number): string {
  return bound === Infinity ? '+Inf' : String(bound)
}

interface MetricOptions {
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly read: Read
  readonly aggregator?: Aggregator
  readonly reset?: () => void
}

/** A metric as a registry of prom-client calls it. */
class PrometheusMetric {
  readonly #registeredName: string
  readonly #read: Read
  readonly #reset: (() => void) | undefined
  /** prom-client changes the names of counters if the registry has the type of OpenMetrics. */
  name: string
  readonly help: string
  readonly type: MetricOptions['type']
  readonly aggregator: Aggregator

  constructor ({ name, help, type, read, aggregator = 'sum', reset }: MetricOptions) {
    this.#registeredName = name
    this.#read = read
    this.#reset = reset
    this.name = name
    this.help = help
    this.type = type
    this.aggregator = aggregator
  }

  /** prom-client calls this at each collection. */
  async get (): Promise<object> {
    const { name, help, type, aggregator } = this
    return await Promise.resolve({ name, help, type, aggregator, values: this.#read() })
  }

  /** prom-client calls this in `registry.resetMetrics()`. Only counts can be reset. */
  reset (): void {
    this.#reset?.()
  }

  /** Removes the metric, unless the app has replaced it. */
  removeFrom (registry: PrometheusRegistry): void {
    if (registry.getSingleMetric(this.#registeredName) === this) registry.removeSingleMetric(this.#registeredName)
  }
}
