import type { Clock } from '../../base/clock.js'

/** The upper bounds of the buckets, in seconds. The last bucket contains all blocks. */
const BOUNDS: readonly number[] = [0.25, 0.5, 1, 2.5, 5, 10, 30, Infinity]

/** For this time a block is in verbose answers, in milliseconds. */
const RECENT_MS = 60_000

/** Receives the duration of each block, in seconds. */
export type BlockListener = (seconds: number) => void

/** Counts the blocks of the event loop that took at least 100 ms. */
export class LoopBlocks {
  readonly bounds = BOUNDS
  readonly #clock: Pick<Clock, 'now'>
  readonly #upTo = new Map<number, number>()
  readonly #listeners: BlockListener[] = []
  #recent: readonly { readonly endedAt: number, readonly durationMs: number }[] = []
  #seconds = 0

  constructor (clock: Pick<Clock, 'now'>) {
    this.#clock = clock
  }

  /** The longest block that ended within the last minute, in milliseconds; 0 without a block. */
  get blockedMs (): number {
    const since = this.#clock.now() - RECENT_MS
    const durations = this.#recent.filter(({ endedAt }) => endedAt >= since).map(({ durationMs }) => durationMs)
    return Math.round(Math.max(0, ...durations))
  }

  /** The total duration of all blocks, in seconds. */
  get seconds (): number {
    return this.#seconds
  }

  /** The number of blocks that took at most this time, which must be one of the bounds. */
  upTo (bound: number): number {
    return this.#upTo.get(bound) ?? 0
  }

  /** Calls back after each block. */
  onBlock (listener: BlockListener): void {
    this.#listeners.push(listener)
  }

  add (durationMs: number): void {
    const endedAt = this.#clock.now()
    const since = endedAt - RECENT_MS
    this.#recent = [...this.#recent.filter((block) => block.endedAt >= since), { endedAt, durationMs }]
    const seconds = durationMs / 1_000
    this.#seconds += seconds
    for (const bound of BOUNDS) if (seconds <= bound) this.#upTo.set(bound, this.upTo(bound) + 1)
    for (const listener of this.#listeners) listener(seconds)
  }

  /** Sets all counts to zero. */
  reset (): void {
    this.#upTo.clear()
    this.#seconds = 0
  }
}
