import type { Clock } from '../../base/clock.js'
import type { Run } from './attempt.js'
import type { CheckPolicy } from './policy.js'

/** By how much a wait is cut, at least and at most: so that with the timeout, and a probe each second, one of a minute stays below it. */
const LEAST_CUT = 0.05
const MOST_CUT = 0.15

/**
 * What is known of a function that does not come to its end, and how long it is left alone: the wait doubles with each run
 * that times out, from the timeout to a longest, and is cut by chance, so that replicas do not come back in step
 * (exponential backoff with jitter).
 */
export class BackOff {
  readonly #policy: Pick<CheckPolicy, 'timeout' | 'maxBackoff'>
  readonly #clock: Clock
  #timeouts = 0
  #until = -Infinity
  #lastRun: Run | undefined
  #abandoned = 0
  #isSaid = false

  constructor (policy: Pick<CheckPolicy, 'timeout' | 'maxBackoff'>, clock: Clock) {
    this.#policy = policy
    this.#clock = clock
  }

  /** How many runs in a row have timed out. */
  get timeouts (): number {
    return this.#timeouts
  }

  /** How many calls that timed out have not ended yet. */
  get abandoned (): number {
    return this.#abandoned
  }

  /** Gives once, until a run ends in time, that the function hangs: its last run timed out, and some call has not ended. */
  takeNews (): boolean {
    const isNews = this.#timeouts > 0 && this.#abandoned > 0 && !this.#isSaid
    this.#isSaid ||= isNews
    return isNews
  }

  /** While the function is left alone: the run that stands for the one that is skipped. */
  skips (now: number): Run | undefined {
    return now < this.#until ? this.#lastRun : undefined
  }

  /** After a run that timed out. */
  timedOut (run: Run): void {
    const { timeout, maxBackoff } = this.#policy
    const longestMs = Math.min(timeout * 2 ** this.#timeouts, maxBackoff)
    this.#timeouts += 1
    this.#abandoned += 1
    this.#lastRun = run
    this.#until = this.#clock.now() + longestMs * (1 - LEAST_CUT - (MOST_CUT - LEAST_CUT) * this.#clock.random())
  }

  /** After a run that ended in time. */
  ended (): void {
    this.#isSaid = false
    this.#over()
  }

  /** After a call that had timed out has ended after all. Gives whether that is a reason to look again. */
  endedLate (passes: boolean): boolean {
    this.#abandoned -= 1
    if (!passes || this.#timeouts === 0) return false
    this.#over()
    return true
  }

  #over (): void {
    this.#timeouts = 0
    this.#until = -Infinity
  }
}
