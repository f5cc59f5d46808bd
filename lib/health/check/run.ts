import type { Clock } from '../../base/clock.js'
import type { Logger } from '../../base/logger.js'
import { chain } from '../../base/maybe-promise.js'
import type { MaybePromise } from '../../base/maybe-promise.js'
import type { CheckContext, CheckFunction } from './check-function.js'
import { failure, toOutcome } from './result.js'
import type { Outcome, RunResult } from './result.js'
import { isPassing } from '../status.js'

/** The end of a run: it has settled or timed out. */
export interface Ending {
  readonly run: RunResult
  readonly timedOut: boolean
}

/** Called once when a run ends, with `undefined` if the run was cancelled. */
export type OnEnd = (ending: Ending | undefined) => void

/** The parts that a run needs. */
export interface AttemptDependencies {
  readonly clock: Clock
  readonly log: Logger
  /** In milliseconds. */
  readonly timeout: number
  /** Called when the function settles after the timeout. */
  readonly onLate: (passes: boolean) => void
}

type State = 'live' | 'settled' | 'abandoned' | 'cancelled'

/**
 * One call of a check's function. It is live until it settles, times out (then it is abandoned), or is cancelled.
 * Creates the signal only when the function reads it, and a timer only if the function does not settle at once.
 */
export class Attempt {
  readonly #surroundings: AttemptDependencies
  readonly #startedAt: number
  #onEnd: OnEnd = () => undefined
  #state: State = 'live'
  #isAwaited = false
  #cancelTimer: (() => void) | undefined
  #controller: AbortController | undefined
  #abortReason: Error | undefined

  constructor (surroundings: AttemptDependencies) {
    this.#surroundings = surroundings
    this.#startedAt = surroundings.clock.now()
  }

  /** Calls the function, unless the run has been cancelled before. Call this once. */
  start (checkFunction: CheckFunction, onEnd: OnEnd): void {
    if (this.#state === 'live') this.#begin(checkFunction, onEnd)
    else onEnd(undefined)
  }

  /** Keeps the process alive until the run ends, because a caller waits for it. */
  hold (): void {
    if (this.#isAwaited) return
    this.#isAwaited = true
    if (this.#cancelTimer !== undefined) this.#setTimer()
  }

  /** Ends the run early: aborts the signal, removes the timer, and ignores the function's result. */
  cancel (reason: string): void {
    if (this.#state === 'live') this.#end('cancelled', undefined, new DOMException(reason, 'AbortError'))
  }

  #begin (checkFunction: CheckFunction, onEnd: OnEnd): void {
    this.#onEnd = onEnd
    const outcome = this.#call(checkFunction)
    void chain(outcome, (outcome) => this.#settle(outcome))
    // Later than the result of a promise that is settled already, which needs no timer.
    if (outcome instanceof Promise) queueMicrotask(() => queueMicrotask(() => this.#setTimer()))
  }

  /** Calls the function and returns its outcome. Awaits every object, because any object may be a thenable. */
  #call (checkFunction: CheckFunction): MaybePromise<Outcome> {
    try {
      const returned: unknown = checkFunction(this.#context())
      return isObject(returned) ? judgeLater(returned) : toOutcome(returned)
    } catch (error) {
      return failure(error)
    }
  }

  #context (): CheckContext {
    const signal = (): AbortSignal => this.#signal()
    const { timeout, log } = this.#surroundings
    return { get signal () { return signal() }, timeout, log }
  }

  #signal (): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.#abortReason !== undefined) this.#controller.abort(this.#abortReason)
    return this.#controller.signal
  }

  #setTimer (): void {
    if (this.#state !== 'live') return
    const { clock, timeout } = this.#surroundings
    this.#cancelTimer?.()
    const leftMs = Math.max(0, this.#startedAt + timeout - clock.now())
    const timeOut = (): void => this.#timeOut()
    this.#cancelTimer = this.#isAwaited ? clock.after(leftMs, timeOut) : clock.inBackground(leftMs, timeOut)
  }

  #settle (outcome: Outcome): void {
    if (this.#state === 'live') this.#end('settled', { run: this.#runOf(outcome), timedOut: false })
    else if (this.#state === 'abandoned') this.#surroundings.onLate(isPassing(outcome.status))
  }

  #timeOut (): void {
    const reason = `timed out after ${this.#surroundings.timeout} ms`
    const run = this.#runOf(failure(reason))
    this.#end('abandoned', { run, timedOut: true }, new DOMException(reason, 'TimeoutError'))
  }

  #end (state: Exclude<State, 'live'>, ending: Ending | undefined, abortReason?: Error): void {
    this.#state = state
    this.#cancelTimer?.()
    this.#onEnd(ending)
    this.#abortReason = abortReason
    if (abortReason !== undefined) this.#controller?.abort(abortReason)
  }

  #runOf (outcome: Outcome): RunResult {
    const { clock } = this.#surroundings
    const durationMs = Math.round((clock.now() - this.#startedAt) * 1_000) / 1_000
    return { ...outcome, time: clock.date().toISOString(), durationMs }
  }
}

async function judgeLater (returned: unknown): Promise<Outcome> {
  try {
    return toOutcome(await returned)
  } catch (error) {
    return failure(error)
  }
}

function isObject (value: unknown): boolean {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}
