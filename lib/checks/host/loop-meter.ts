import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import type { EventLoopUtilization, IntervalHistogram } from 'node:perf_hooks'

/** The delay and utilization of the event loop since the previous reading. */
export interface LoopReading {
  /** The delay of a timer, in milliseconds. `p99` is the 99th percentile of the delay over time. */
  readonly delayMs: { readonly mean: number, readonly p99: number, readonly max: number }
  /** The share of the time in which the loop was busy, from 0 to 1. */
  readonly utilization: number
}

/** Measures an event loop. */
export interface Meter {
  /** Returns the measurements since the previous call, or `undefined` if the time between was too short. */
  take (): LoopReading | undefined
  stop (): void
}

/** The interval of the measuring timer, in milliseconds. */
const RESOLUTION_MS = 20

/**
 * Measures the event loop of this thread until `stop()`. Does not keep the process alive. `take()` resets the
 * measurements, including the time of the timer's last call, so measuring starts again at the timer's next call.
 */
export class LoopMeter implements Meter {
  readonly #histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  #utilization: EventLoopUtilization = performance.eventLoopUtilization()

  constructor () {
    this.#histogram.enable()
  }

  take (): LoopReading | undefined {
    const { count, mean, max } = this.#histogram
    if (count === 0) return undefined
    const utilization = performance.eventLoopUtilization()
    const reading = {
      delayMs: { mean: delayOf(mean), p99: delayOf(percentile99(this.#histogram)), max: delayOf(max) },
      utilization: rounded(performance.eventLoopUtilization(utilization, this.#utilization).utilization)
    }
    this.#utilization = utilization
    this.#histogram.reset()
    return reading
  }

  stop (): void {
    this.#histogram.disable()
  }
}

/**
 * Returns the 99th percentile over time, in nanoseconds. The percentile over the number of records would hide blocks: a
 * block is recorded only once, however long it is, among many records on time (coordinated omission). Each record is a
 * duration, so this function sums the longest records until the sum is a hundredth of the total time. It needs at most
 * a hundredth of all records.
 */
export function percentile99 (histogram: Pick<IntervalHistogram, 'count' | 'mean' | 'percentile'>): number {
  const { count, mean } = histogram
  const atRank = (rank: number): number => histogram.percentile(100 * rank / count)
  let rank = count
  for (let rest = count * mean / 100 - atRank(rank); rest > 0; rest -= atRank(rank)) rank -= 1
  return atRank(rank)
}

/**
 * Converts a record to a delay in milliseconds. A record is the time between two calls of the timer, in nanoseconds,
 * and includes the timer's own interval.
 */
function delayOf (nanoseconds: number): number {
  return rounded(Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS))
}

function rounded (value: number): number {
  return Math.round(value * 1_000) / 1_000
}
