import type { CheckPolicy } from './options.js'

/** Knows for how long the last result of a check counts. */
export class Freshness {
  readonly #lifetimeMs: number
  readonly #isInBackground: boolean
  #lastResultAt = -Infinity
  #until = -Infinity

  constructor ({ interval, timeout, ttl }: Pick<CheckPolicy, 'interval' | 'timeout' | 'ttl'>) {
    this.#lifetimeMs = interval > 0 ? 2 * interval + timeout : ttl
    this.#isInBackground = interval > 0
  }

  /** Returns true while the last result is returned without a new run. */
  isFresh (now: number): boolean {
    return now < this.#until
  }

  /** Returns true if the check runs in the background, and its last result is too old to count. */
  isStale (now: number): boolean {
    return this.#isInBackground && this.ageMs(now) >= this.#lifetimeMs
  }

  /** Returns the time since the last result, in milliseconds. */
  ageMs (now: number): number {
    return now - this.#lastResultAt
  }

  /** Call this with each new result. */
  renew (now: number): void {
    this.#lastResultAt = now
    this.#until = now + this.#lifetimeMs
  }

  /** Makes the next probe run the check. */
  end (): void {
    this.#until = -Infinity
  }
}
