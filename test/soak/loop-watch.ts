/** A time in which an event loop was late, in milliseconds since the epoch, to compare with another process's. */
export interface Lag {
  readonly from: number
  readonly to: number
  readonly lagMs: number
}

const SAMPLE_MS = 10

/** What is not worth keeping: many small lags add up too. */
const LEAST_LAG_MS = 1

/** How late the loops must have been in all, within a time, to have been blocked then. */
const BLOCKED_MS = 50

/** The time that two processes on one machine have in common, finer than `Date`. */
export function sharedNow (): number {
  return performance.timeOrigin + performance.now()
}

/** Whether the event loops that these are of were blocked between two times. */
export function wasBlocked (lags: readonly Lag[], from: number, to: number): boolean {
  const within = lags.filter((lag) => lag.from < to && lag.to > from)
  return within.reduce((sum, { lagMs }) => sum + lagMs, 0) > BLOCKED_MS
}

/** Samples the event loop, and knows when it was late. */
export class LoopWatch {
  #lags: Lag[] = []
  #lastAt = sharedNow()
  #worstMs = 0
  #timer: NodeJS.Timeout | undefined

  get worstMs (): number {
    return this.#worstMs
  }

  start (): void {
    this.#lastAt = sharedNow()
    this.#timer ??= setInterval(() => this.#sample(), SAMPLE_MS).unref()
  }

  stop (): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  /** Gives the lags since the last time it was asked. */
  takeLags (): readonly Lag[] {
    const lags = this.#lags
    this.#lags = []
    return lags
  }

  #sample (): void {
    const now = sharedNow()
    const lagMs = now - this.#lastAt - SAMPLE_MS
    this.#worstMs = Math.max(this.#worstMs, lagMs)
    if (lagMs > LEAST_LAG_MS) this.#lags.push({ from: this.#lastAt, to: now, lagMs })
    this.#lastAt = now
  }
}
