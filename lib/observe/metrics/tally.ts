import { isPassing } from '../../health/status.js'
import type { RunResult } from '../../health/check/result.js'

/** The outcomes of a run in the metrics. A cancelled run has no result, so it does not count. */
export const OUTCOMES = ['passed', 'failed', 'timed_out'] as const

/**
 * The upper bounds of the buckets for durations, in seconds. The default timeout of a check is 0.8 s. The last bucket
 * contains all runs.
 */
export const BUCKETS: readonly number[] = [0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 10, Infinity]

/** Counts the runs of one check by outcome and duration. Its size does not depend on the number of runs. */
export class Tally {
  readonly runs: Record<typeof OUTCOMES[number], number> = { passed: 0, failed: 0, timed_out: 0 }
  readonly #upTo = new Map<number, number>()
  #seconds = 0

  /** Adds up tallies: a service dependency has a check for each kind. */
  static sum (tallies: Iterable<Tally>): Tally {
    const sum = new Tally()
    for (const tally of tallies) {
      for (const outcome of OUTCOMES) sum.runs[outcome] += tally.runs[outcome]
      for (const [bound, count] of tally.#upTo) sum.#count(bound, count)
      sum.#seconds += tally.#seconds
    }
    return sum
  }

  /** The total duration of all runs, in seconds. */
  get seconds (): number {
    return this.#seconds
  }

  /** The number of runs that took at most this time, which must be one of the bounds. */
  upTo (bound: number): number {
    return this.#upTo.get(bound) ?? 0
  }

  /** Counts a run, and returns its duration in seconds. */
  add ({ status, durationMs }: RunResult, timedOut: boolean): number {
    const seconds = durationMs / 1_000
    this.runs[timedOut ? 'timed_out' : isPassing(status) ? 'passed' : 'failed'] += 1
    for (const bound of BUCKETS) if (seconds <= bound) this.#count(bound, 1)
    this.#seconds += seconds
    return seconds
  }

  #count (bound: number, count: number): void {
    this.#upTo.set(bound, this.upTo(bound) + count)
  }
}
