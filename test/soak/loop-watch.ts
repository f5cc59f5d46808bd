/** A period in which an event loop was late. Times count from the epoch, in milliseconds, to compare processes. */
export interface Lag {
  readonly from: number
  readonly to: number
  readonly lagMs: number
}

const SAMPLE_MS = 10

/** Shorter lags are ignored. The limit is low because many small lags add up. */
const LEAST_LAG_MS = 1

/** A loop counts as blocked in a period if its lags in that period exceed this sum. */
const BLOCKED_MS = 50

/** Returns a time that is comparable between processes on one machine, and finer than `Date`. */
export function sharedNow (): number {
  return performance.timeOrigin + performance.now()
}

/** Whether the lags between two times add up to a blocked event loop. */
export function wasBlocked (lags: readonly Lag[], from: number, to: number): boolean {
  const within = lags.filter((lag) => lag.from < to && lag.to > from)
  return within.reduce((sum, { lagMs }) => sum + lagMs, 0) > BLOCKED_MS
}

/** Samples the event loop and records its lags. */
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

  /** Returns and removes the recorded lags. */
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
