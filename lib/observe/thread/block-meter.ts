import { monitorEventLoopDelay } from 'node:perf_hooks'
import { TURN_MS } from './shared-state.js'

/** A shorter time is no block, in milliseconds. */
export const SHORTEST_BLOCK_MS = 100

/** Counts the calls of the measuring timer. A copy in another thread shows the same count. */
export interface Turns {
  readonly count: number
}

/** Measures the blocks of the event loop. */
export interface BlockMeter {
  readonly turns: Turns
  /** Returns the longest block since the last call, in milliseconds, and 0 without a block. */
  take (): number
  stop (): void
}

/**
 * Measures with the timer of Node's histogram, which is cheap, because it runs no JavaScript. A record is the time
 * between two calls of this timer. A block begins somewhere in the interval before its due time, so the result is right
 * up to half an interval.
 */
export class LoopBlockMeter implements BlockMeter {
  readonly #histogram = monitorEventLoopDelay({ resolution: TURN_MS })

  get turns (): Turns {
    return this.#histogram
  }

  constructor () {
    this.#histogram.enable()
  }

  /** Resets the histogram only after a block: a reset makes it blind until its next call. */
  take (): number {
    const longestMs = this.#histogram.max / 1e6 - TURN_MS / 2
    if (longestMs < SHORTEST_BLOCK_MS) return 0
    this.#histogram.reset()
    return longestMs
  }

  stop (): void {
    this.#histogram.disable()
  }
}
