import type { Clock } from '../../base/clock.js'
import type { RunResult } from './result.js'
import type { CheckPolicy } from './options.js'

/**
 * Jitter: shortens the back-off by 5 to 15 %. At least 5 %, so that with the default options and a probe every 2 s, a
 * recovery is noticed within a minute.
 */
const MIN_JITTER = 0.05
const MAX_JITTER = 0.15

/**
 * Pauses a check after a timeout: exponential backoff with jitter. The pause doubles with each timeout in a row, from
 * the check's `timeout` up to `maxBackoff`. The jitter keeps replicas from running the check again in step.
 */
export class BackOff {
  readonly #policy: Pick<CheckPolicy, 'timeout' | 'maxBackoff'>
  readonly #clock: Clock
  #timeouts = 0
  #until = -Infinity
  #lastResult: RunResult | undefined
  #abandoned = 0
  #isNoticed = false

  constructor (policy: Pick<CheckPolicy, 'timeout' | 'maxBackoff'>, clock: Clock) {
    this.#policy = policy
    this.#clock = clock
  }

  /** The number of timeouts in a row. */
  get timeouts (): number {
    return this.#timeouts
  }

  /** The number of calls that have timed out and not ended yet. */
  get abandoned (): number {
    return this.#abandoned
  }

  /**
   * Returns true if the function hangs: its last run timed out, and at least one call has not ended. Returns true once,
   * and again only after a run has ended in time.
   */
  noticeHang (): boolean {
    const isNew = this.#timeouts > 0 && this.#abandoned > 0 && !this.#isNoticed
    this.#isNoticed ||= isNew
    return isNew
  }

  /** Returns the last result during the back-off. It replaces the skipped run. */
  skippedResult (now: number): RunResult | undefined {
    return now < this.#until ? this.#lastResult : undefined
  }

  /** Call this after a run has timed out. */
  timedOut (result: RunResult): void {
    const { timeout, maxBackoff } = this.#policy
    const maxPauseMs = Math.min(timeout * 2 ** this.#timeouts, maxBackoff)
    this.#timeouts += 1
    this.#abandoned += 1
    this.#lastResult = result
    const factor = 1 - MIN_JITTER - (MAX_JITTER - MIN_JITTER) * this.#clock.random()
    this.#until = this.#clock.now() + maxPauseMs * factor
  }

  /** Call this after a run has ended in time. */
  ended (): void {
    this.#isNoticed = false
    this.#reset()
  }

  /** Call this after a timed-out call has ended. Returns true if the check must run again at the next probe. */
  endedLate (passes: boolean): boolean {
    this.#abandoned -= 1
    if (!passes || this.#timeouts === 0) return false
    this.#reset()
    return true
  }

  #reset (): void {
    this.#timeouts = 0
    this.#until = -Infinity
  }
}
