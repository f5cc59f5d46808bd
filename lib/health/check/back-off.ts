import type { Clock } from '../../base/clock.js'
import type { RunResult } from './result.js'
import type { CheckPolicy } from './options.js'

/**
 * Jitter: shortens each pause by 5 to 15 %, so that replicas do not run their checks in step. At least 5 %, so that
 * with the default options a recovery is noticed within 10 s, or within a minute if the timed-out call never ends.
 */
const MIN_JITTER = 0.05
const MAX_JITTER = 0.15

/** The default of `maxBackoff` while a call that has timed out is still running, in milliseconds. */
const LONGEST_WHILE_RUNNING_MS = 60_000

/** Otherwise the longest time from the start of a run to the next start, in milliseconds. */
const LONGEST_PERIOD_MS = 10_000

/** The shortest pause if the timeout is about as long as that period, or longer, in milliseconds. */
const LEAST_PAUSE_MS = 1_000

/**
 * Pauses a check after a timeout: exponential backoff with jitter. The pause doubles with each timeout in a row, from
 * the check's `timeout` up to `maxBackoff`. By default it grows up to a minute while a timed-out call is still running.
 * If all calls have ended, it grows until runs start 10 s apart. Runs in the background never start more often.
 */
export class BackOff {
  readonly #policy: Pick<CheckPolicy, 'timeout' | 'maxBackoff'>
  readonly #clock: Clock
  #timeouts = 0
  /** The end of the pause. */
  #until = -Infinity
  /** The earliest time of a run in the background. */
  #retryAt = -Infinity
  #lastResult: RunResult | undefined
  #abandoned = 0
  #isNoticed = false
  #hasPassedLate = false

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

  /** The time of the next run in the background. It may be in the past. */
  get retryAt (): number {
    return Math.max(this.#until, this.#retryAt)
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
    const { timeout, maxBackoff = LONGEST_WHILE_RUNNING_MS } = this.#policy
    const factor = 1 - MIN_JITTER - (MAX_JITTER - MIN_JITTER) * this.#clock.random()
    const pauseMs = factor * timeout * 2 ** this.#timeouts
    const now = this.#clock.now()
    this.#timeouts += 1
    this.#abandoned += 1
    this.#lastResult = result
    this.#until = now + Math.min(pauseMs, factor * maxBackoff)
    this.#retryAt = now + Math.min(pauseMs, Math.max(factor * LONGEST_PERIOD_MS - timeout, factor * LEAST_PAUSE_MS))
  }

  /** Call this after a run has ended in time. */
  ended (): void {
    this.#isNoticed = false
    this.#reset()
  }

  /**
   * Call this after a timed-out call has ended. Returns true if the next probe must run the check: it was the first
   * call that passed late. Further late passes do not end the pause, so a function that always passes late is not
   * called more often than a function that hangs.
   */
  endedLate (passes: boolean): boolean {
    this.#abandoned -= 1
    if (this.#timeouts === 0) return false
    const isFirstPass = passes && !this.#hasPassedLate
    this.#hasPassedLate ||= passes
    if (isFirstPass) this.#until = -Infinity
    else if (passes || this.#abandoned === 0) this.#shorten()
    return isFirstPass
  }

  /** Ends the pause, unless a timed-out call is still running. */
  forget (): void {
    if (this.#abandoned === 0) this.#reset()
  }

  /** No call is live any more. A `maxBackoff` of the user still applies. */
  #shorten (): void {
    if (this.#policy.maxBackoff === undefined) this.#until = Math.min(this.#until, this.#retryAt)
  }

  #reset (): void {
    this.#timeouts = 0
    this.#until = -Infinity
    this.#hasPassedLate = false
  }
}
