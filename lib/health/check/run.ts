import type { Clock } from '../../base/clock.js'
import { settled } from '../../base/timers.js'
import { guardedController } from '../../base/guarded-signal.js'
import type { Logger } from '../../base/logger.js'
import { Deferred } from '../../base/deferred.js'
import { isPromise, settle } from '../../base/maybe-promise.js'
import type { MaybePromise } from '../../base/maybe-promise.js'
import { LIFE } from './check-function.js'
import type { CheckFunction, LivingContext } from './check-function.js'
import { failure, thrownIn, toOutcome } from './result.js'
import type { Outcome, RunResult } from './result.js'
import { withChanges } from '../content.js'
import { isPassing } from '../status.js'
import { isThenable } from '../../base/type-guards.js'

/** The parts that a run needs. */
export interface RunDependencies {
  readonly clock: Clock
  readonly log: Logger
  /** In milliseconds. */
  readonly timeout: number
  /** Called when the function settles after the timeout. */
  readonly onLate: (passes: boolean) => void
  /** Called when a listener of the signal throws or rejects. */
  readonly onListenerError: (error: unknown) => void
  /** Has the signal of the check's life. */
  readonly background: { readonly life: AbortSignal }
}

type State = 'live' | 'settled' | 'abandoned' | 'cancelled'

/**
 * One call of a check's function. It is live until it settles, times out (then it is abandoned), or is cancelled.
 * Creates the signal only when the function reads it, and a timer only if the function does not settle at once.
 */
export class Run {
  readonly #dependencies: RunDependencies
  readonly #startedAt: number
  #state: State = 'live'
  #isAwaited = false
  /** Waits for the result of an asynchronous function. */
  #deferred: Deferred<RunResult | undefined> | undefined
  #cancelTimer: (() => void) | undefined
  #controller: AbortController | undefined
  #abortReason: Error | undefined
  #thrown: unknown

  constructor (dependencies: RunDependencies) {
    this.#dependencies = dependencies
    this.#startedAt = dependencies.clock.now()
  }

  /** True if the run has ended because its timeout has passed. */
  get timedOut (): boolean {
    return this.#state === 'abandoned'
  }

  /** The value that the function threw. Only the run refers to it, so it does not outlive the run. */
  get thrown (): unknown {
    return this.#thrown
  }

  /**
   * Calls the function once. Returns its result, or `undefined` if the run is cancelled, also before this call. Never
   * rejects. Fast path: a synchronous function costs no promise and no timer.
   */
  start (checkFunction: CheckFunction): MaybePromise<RunResult | undefined> {
    return this.#state === 'live' ? this.#begin(checkFunction) : undefined
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

  #begin (checkFunction: CheckFunction): MaybePromise<RunResult | undefined> {
    const outcome = this.#call(checkFunction)
    // The function may have removed its own check.
    if (this.#state !== 'live') return undefined
    return isPromise(outcome) ? this.#waitFor(outcome) : this.#settle(outcome)
  }

  #waitFor (outcome: Promise<Outcome>): Promise<RunResult | undefined> {
    this.#deferred = new Deferred()
    void outcome.then((outcome) => this.#settle(outcome))
    void this.#setFirstTimer()
    return this.#deferred.promise
  }

  /** Calls the function and returns its outcome. */
  #call (checkFunction: CheckFunction): MaybePromise<Outcome> {
    try {
      const returned: unknown = checkFunction(this.#context())
      return isThenable(returned) ? this.#await(returned) : this.#outcomeOf(returned)
    } catch (error) {
      return this.#failure(error)
    }
  }

  async #await (returned: PromiseLike<unknown>): Promise<Outcome> {
    try {
      return this.#outcomeOf(await settle(returned))
    } catch (error) {
      return this.#failure(error)
    }
  }

  #outcomeOf (returned: unknown): Outcome {
    if (typeof returned === 'object') this.#thrown = thrownIn(returned)
    return toOutcome(returned)
  }

  #failure (error: unknown): Outcome {
    this.#thrown = error
    return failure(error)
  }

  #context (): LivingContext {
    const signal = (): AbortSignal => this.#signal()
    const { timeout, log, background } = this.#dependencies
    return { get signal () { return signal() }, timeout, log, get [LIFE] () { return background.life } }
  }

  #signal (): AbortSignal {
    this.#controller ??= guardedController(this.#dependencies.onListenerError)
    if (this.#abortReason !== undefined) this.#controller.abort(this.#abortReason)
    return this.#controller.signal
  }

  /** Waits for the result of a promise that is settled already: it needs no timer. */
  async #setFirstTimer (): Promise<void> {
    await settled
    await settled
    this.#setTimer()
  }

  #setTimer (): void {
    if (this.#state !== 'live') return
    const { clock, timeout } = this.#dependencies
    this.#cancelTimer?.()
    const leftMs = Math.max(0, this.#startedAt + timeout - clock.now())
    const timeOut = (): void => this.#timeOut()
    this.#cancelTimer = this.#isAwaited ? clock.after(leftMs, timeOut) : clock.inBackground(leftMs, timeOut)
  }

  #settle (outcome: Outcome): RunResult | undefined {
    if (this.#state === 'abandoned') this.#dependencies.onLate(isPassing(outcome.status))
    return this.#state === 'live' ? this.#end('settled', this.#resultOf(outcome)) : undefined
  }

  #timeOut (): void {
    const reason = `timed out after ${this.#dependencies.timeout} ms`
    this.#end('abandoned', this.#resultOf(failure(reason)), new DOMException(reason, 'TimeoutError'))
  }

  #end (state: Exclude<State, 'live'>, result: RunResult | undefined, abortReason?: Error): RunResult | undefined {
    this.#state = state
    this.#cancelTimer?.()
    this.#deferred?.resolve(result)
    this.#abortReason = abortReason
    if (abortReason !== undefined) this.#controller?.abort(abortReason)
    return result
  }

  #resultOf (outcome: Outcome): RunResult {
    const { clock } = this.#dependencies
    const durationMs = Math.round((clock.now() - this.#startedAt) * 1_000) / 1_000
    return withChanges(outcome, { time: clock.date().toISOString(), durationMs })
  }
}
