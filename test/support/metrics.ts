import { AggregationTemporality, MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics'
import type { Meter } from '@opentelemetry/api'
import type { PrometheusRegistry } from '../../lib/options/metrics-option.js'

/** The values of the series of one metric, by the values of their labels: `db readiness UP`. */
export type Values = Readonly<Record<string, number>>

/** Collects a registry, and returns the series of a metric with a value other than 0. */
export async function seriesIn (registry: PrometheusRegistry, name: string): Promise<Values> {
  return Object.fromEntries(Object.entries(await allSeriesIn(registry, name)).filter(([, value]) => value !== 0))
}

/** Collects a registry, and returns all series of a metric. */
export async function allSeriesIn (registry: PrometheusRegistry, name: string): Promise<Values> {
  const lines = (await registry.metrics()).split('\n').filter((line) => line.startsWith(`${name}{`))
  return Object.fromEntries(lines.map((line) => {
    const labels = [...line.matchAll(/="([^"]*)"/g)].map(([, value]) => value)
    return [labels.join(' '), Number(line.split(' ').at(-1))]
  }))
}

class ManualReader extends MetricReader {
  protected override async onForceFlush (): Promise<void> { await Promise.resolve() }
  protected override async onShutdown (): Promise<void> { await Promise.resolve() }
}

/** An OpenTelemetry SDK that collects when a test asks for it. */
export class TestSdk {
  readonly #reader = new ManualReader({ aggregationTemporalitySelector: () => AggregationTemporality.CUMULATIVE })
  readonly #provider = new MeterProvider({ readers: [this.#reader] })

  meter (name = 'health'): Meter {
    return this.#provider.getMeter(name)
  }

  /** The names of all metrics that have data. */
  async names (): Promise<readonly string[]> {
    return (await this.#collect()).map(({ descriptor: { name } }) => name).sort()
  }

  /** The series of a metric with a value other than 0. */
  async series (name: string): Promise<Readonly<Record<string, unknown>>> {
    const metric = (await this.#collect()).find(({ descriptor }) => descriptor.name === name)
    const entries = (metric?.dataPoints ?? []).map(({ attributes, value }) =>
      [Object.values(attributes).join(' '), value] as const)
    return Object.fromEntries(entries.filter(([, value]) => value !== 0))
  }

  async #collect () {
    const { resourceMetrics } = await this.#reader.collect()
    return resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics)
  }
}
