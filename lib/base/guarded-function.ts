import type { FastifyBaseLogger } from 'fastify'
import type { Clock } from './clock.js'
import { TIMED_OUT, withTimeout } from './with-timeout.js'
import { reasonOf } from './describe.js'

/** What a guarded function gives when it threw, rejected or took too long. */
export const FAILED = Symbol('failed')

/** How long a user's function may take, in milliseconds: as long as a check by default. */
const PATIENCE_MS = 800

/**
 * How long after a line no other is logged, in milliseconds. Whether a function of the request fails may be in the hands of
 * who sends the request, and the log must not be.
 */
const QUIET_MS = 10_000

/** Calls one function of the user's so that it can neither break nor hang an answer, and logs when it begins or ceases to fail. */
export class GuardedFunction {
  readonly #name: string
  readonly #log: FastifyBaseLogger
  readonly #clock: Clock
  #isLoggedAsFailing = false
  #quietUntil = 0

  constructor (name: string, log: FastifyBaseLogger, clock: Clock) {
    this.#name = name
    this.#log = log
    this.#clock = clock
  }

  async run<T> (work: () => T | Promise<T>, patienceMs = PATIENCE_MS): Promise<T | typeof FAILED> {
    try {
      const result = await withTimeout(patienceMs, call(work), this.#clock)
      if (result === TIMED_OUT) return this.#failed(`timed out after ${patienceMs} ms`)
      this.#works()
      return result
    } catch (error) {
      return this.#failed(reasonOf(error))
    }
  }

  #failed (error: string): typeof FAILED {
    if (this.#isNews(true)) this.#log.warn({ function: this.#name, error }, `the function "${this.#name}" fails`)
    return FAILED
  }

  #works (): void {
    if (this.#isNews(false)) this.#log.info({ function: this.#name }, `the function "${this.#name}" works again`)
  }

  #isNews (isFailing: boolean): boolean {
    if (isFailing === this.#isLoggedAsFailing || this.#clock.now() < this.#quietUntil) return false
    this.#isLoggedAsFailing = isFailing
    this.#quietUntil = this.#clock.now() + QUIET_MS
    return true
  }
}

/** So that what is thrown at once is a rejection too. */
async function call<T> (work: () => T | Promise<T>): Promise<T> {
  return await work()
}
