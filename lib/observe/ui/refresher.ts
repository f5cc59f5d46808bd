import type { Clock } from '../../base/clock.js'
import { TIMED_OUT, withTimeout } from '../../base/with-timeout.js'

/** The page shows results that are at most this old, in milliseconds: ten viewers cause no more runs than one. */
const LONGEST_AGE_MS = 5_000

/** The longest time that a page waits for the checks, in milliseconds. Afterwards it shows their latest results. */
const LONGEST_WAIT_MS = 2_000

/** Runs all checks for the viewers of the page, at most once in 5 s. */
export class Refresher {
  readonly #run: () => unknown
  readonly #clock: Clock
  #current: Promise<void> | undefined
  #startedAt = -Infinity
  #time: string | undefined

  /** `run` runs all checks, and may return a promise. */
  constructor (run: () => unknown, clock: Clock) {
    this.#run = run
    this.#clock = clock
  }

  /** When all checks had last answered, in ISO 8601. */
  get time (): string | undefined {
    return this.#time
  }

  /** Runs the checks if their results are too old. Resolves to false if a check has not answered yet. */
  async refresh (): Promise<boolean> {
    const now = this.#clock.now()
    if (this.#current === undefined || now - this.#startedAt >= LONGEST_AGE_MS) {
      this.#startedAt = now
      this.#current = this.#runAll()
    }
    return await withTimeout(LONGEST_WAIT_MS, this.#current, this.#clock) !== TIMED_OUT
  }

  /** After an error, the next viewer tries again. */
  async #runAll (): Promise<void> {
    try {
      await this.#run()
      this.#time = this.#clock.date().toISOString()
    } catch (error) {
      this.#startedAt = -Infinity
      throw error
    }
  }
}
