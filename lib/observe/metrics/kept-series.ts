import type { Labels, Sample } from './definitions.js'

/** The most series that are remembered. Older series are forgotten. */
const MOST_SERIES = 10_000

/**
 * Gives the series of removed checks the value 0. OpenTelemetry's SDK keeps the last value of each series. Otherwise a
 * check that was removed while it was `DOWN` would stay `DOWN`.
 */
export class KeptSeries {
  /** The labels of all series that have had another value than 0. */
  readonly #labels = new Map<string, Labels>()

  /** Returns the samples of a metric, and a 0 for each earlier series that is missing. */
  complete (metric: string, samples: readonly Sample[]): readonly Sample[] {
    const current = new Set<string>()
    for (const { labels, value } of samples) {
      const key = keyOf(metric, labels)
      current.add(key)
      if (value !== 0) this.#remember(key, labels)
    }
    const missing = [...this.#labels].filter(([key]) => key.startsWith(metric) && !current.has(key))
    return [...samples, ...missing.map(([, labels]) => ({ labels, value: 0 }))]
  }

  #remember (key: string, labels: Labels): void {
    this.#labels.delete(key)
    this.#labels.set(key, labels)
    for (const oldest of this.#labels.keys()) {
      if (this.#labels.size <= MOST_SERIES) break
      this.#labels.delete(oldest)
    }
  }
}

function keyOf (metric: string, labels: Labels): string {
  return metric + JSON.stringify(labels)
}
