import type { Clock } from './clock.js'
import { TIMED_OUT, withTimeout } from './with-timeout.js'
import { reasonOf } from './describe.js'
import type { Logger } from './logger.js'
import { settle } from './maybe-promise.js'
import { logSafely } from './safe-log.js'

/** The result of a guarded function that threw, rejected or timed out. */
export const FAILED = Symbol('failed')

/** The default time limit for a function, in milliseconds. It equals the default timeout of a check. */
const TIMEOUT_MS = 800

/**
 * The shortest time between two log lines, in milliseconds. A client may be able to make a function of the request
 * fail, but it must not be able to fill the log.
 */
const QUIET_MS = 10_000

/**
 * Calls a function from the options so that an error or a hang of the function cannot break an answer. Logs when the
 * function starts to fail and when it works again.
 */
export class GuardedFunction {
  readonly #name: string
  readonly #log: Logger
  readonly #clock: Clock
  readonly #timeoutMs: number
  #isLoggedAsFailing = false
  #quietUntil = 0

  constructor (name: string, log: Logger, clock: Clock, timeoutMs = TIMEOUT_MS) {
    this.#name = name
    this.#log = log
    this.#clock = clock
    this.#timeoutMs = timeoutMs
  }

  /**
   * Calls the function and waits for its result. A caller may wait for less than the time limit. If that time is over,
   * the caller receives `FAILED`, and nothing is logged, because the function may still work.
   */
  async run<T> (work: () => T | Promise<T>, waitMs = this.#timeoutMs): Promise<T | typeof FAILED> {
    const running = this.#run(work)
    if (waitMs >= this.#timeoutMs) return await running
    const result = await withTimeout(waitMs, running, this.#clock)
    return result === TIMED_OUT ? FAILED : result
  }

  async #run<T> (work: () => T | Promise<T>): Promise<T | typeof FAILED> {
    try {
      const result = await withTimeout(this.#timeoutMs, call(work), this.#clock)
      if (result === TIMED_OUT) return this.#failed(`timed out after ${this.#timeoutMs} ms`)
      this.#works()
      return result
    } catch (error) {
      return this.#failed(reasonOf(error))
    }
  }

  #failed (error: string): typeof FAILED {
    if (this.#shouldLog(true)) this.#write('warn', { error }, 'fails')
    return FAILED
  }

  #works (): void {
    if (this.#shouldLog(false)) this.#write('info', {}, 'works again')
  }

  #write (level: 'info' | 'warn', fields: object, end: string): void {
    logSafely(this.#log, level, { function: this.#name, ...fields }, `the function "${this.#name}" ${end}`)
  }

  /** Whether this is a change that may be logged now. If so, the change counts as logged. */
  #shouldLog (isFailing: boolean): boolean {
    if (isFailing === this.#isLoggedAsFailing || this.#clock.now() < this.#quietUntil) return false
    this.#isLoggedAsFailing = isFailing
    this.#quietUntil = this.#clock.now() + QUIET_MS
    return true
  }
}

/** Turns an error that is thrown synchronously into a rejection. */
async function call<T> (work: () => T | Promise<T>): Promise<T> {
  return await settle(work())
}
