import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import type { EventLoopUtilization, IntervalHistogram } from 'node:perf_hooks'

/** How the event loop has fared since the look before. */
export interface LoopReading {
  /** How much later than due a timer was called, in milliseconds. `p99` is the delay that was exceeded for one hundredth of the time. */
  readonly delayMs: { readonly mean: number, readonly p99: number, readonly max: number }
  /** How much of the time the loop did something other than wait, from 0 to 1. */
  readonly utilization: number
}

/** What measures an event loop. */
export interface Meter {
  /** What was measured since this was called before, or `undefined` if that was too short a time. */
  take (): LoopReading | undefined
  stop (): void
}

/** How often a timer is due, in milliseconds. */
const RESOLUTION_MS = 20

/**
 * Measures the event loop of this thread until it is stopped. It does not keep the process alive. What is taken is forgotten, and
 * with it when the timer was called last: up to the next call nothing is measured.
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
 * The 99th percentile of the time, in nanoseconds. Not of what is recorded: a block is recorded once, however long it is, and what is
 * on time meanwhile hides it (coordinated omission). As what is recorded are times, the longest are added up until they make a
 * hundredth of all: never more than a hundredth of those there are.
 */
export function percentile99 (histogram: Pick<IntervalHistogram, 'count' | 'mean' | 'percentile'>): number {
  const { count, mean } = histogram
  const atRank = (rank: number): number => histogram.percentile(100 * rank / count)
  let rank = count
  for (let left = count * mean / 100 - atRank(rank); left > 0; left -= atRank(rank)) rank -= 1
  return atRank(rank)
}

/** What is recorded, in nanoseconds, is the time from one call of the timer to the next: that between two that are on time is no delay. */
function delayOf (nanoseconds: number): number {
  return rounded(Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS))
}

function rounded (value: number): number {
  return Math.round(value * 1_000) / 1_000
}
