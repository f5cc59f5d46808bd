import type { FastifyBaseLogger } from 'fastify'
import type { Clock } from './clock.js'
import { TIMED_OUT, within } from './deadline.js'
import { reasonOf } from './describe.js'
import { redactText } from './redact.js'

/** What a guarded function gives when it threw, rejected or took too long. */
export const FAILED = Symbol('failed')

/** How long a user's function may take, in milliseconds: as long as a check by default. */
const PATIENCE_MS = 800

/** Calls one function of the user's so that it can neither break nor hang an answer, and logs when it begins or ceases to fail. */
export class Guard {
  readonly #name: string
  readonly #log: FastifyBaseLogger
  readonly #clock: Clock
  #failing = false

  constructor (name: string, log: FastifyBaseLogger, clock: Clock) {
    this.#name = name
    this.#log = log
    this.#clock = clock
  }

  async run<T> (work: () => T | Promise<T>): Promise<T | typeof FAILED> {
    try {
      const result = await within(PATIENCE_MS, call(work), this.#clock)
      if (result === TIMED_OUT) return this.#failed(`timed out after ${PATIENCE_MS} ms`)
      this.#works()
      return result
    } catch (error) {
      return this.#failed(reasonOf(error))
    }
  }

  #failed (reason: string): typeof FAILED {
    if (!this.#failing) this.#log.warn({ function: this.#name, error: redactText(reason) }, `the function "${this.#name}" fails`)
    this.#failing = true
    return FAILED
  }

  #works (): void {
    if (this.#failing) this.#log.info({ function: this.#name }, `the function "${this.#name}" works again`)
    this.#failing = false
  }
}

/** So that what is thrown at once is a rejection too. */
async function call<T> (work: () => T | Promise<T>): Promise<T> {
  return await work()
}
