import type { FastifyBaseLogger } from 'fastify'
import type { Clock } from '../../base/clock.js'
import { chain } from '../../base/maybe-promise.js'
import type { MaybePromise } from '../../base/maybe-promise.js'
import type { Component } from '../component.js'
import { failure, toOutcome } from './result.js'
import type { CheckResult, Outcome } from './result.js'
import { isPassing } from '../status.js'

/** What a check is handed at each run. */
export interface CheckContext {
  /**
   * Aborted when the timeout is over, when the check is removed and when the app closes: hand it to whatever takes one, so
   * that the work ends with the wait.
   */
  readonly signal: AbortSignal
  /**
   * How long this run may take, in milliseconds from its start. A check that ends by itself a little earlier can say what it has
   * waited for.
   */
  readonly timeout: number
  /** The app's logger, bound to the check's name. */
  readonly log: FastifyBaseLogger
}

/** Says whether one thing works, by what it returns (see `CheckResult`), throws or rejects with. */
export type CheckFunction = (context: CheckContext) => CheckResult | Promise<CheckResult>

/** The outcome of a call, as a component with its time and duration. */
export type Run = Outcome & Required<Pick<Component, 'time' | 'durationMs'>>

/** How an attempt ended: by itself, or because its time was up. */
export interface Ending {
  readonly run: Run
  readonly timedOut: boolean
}

/** Who is told how an attempt ended, once; with nothing when it was cancelled. */
export type OnEnd = (ending: Ending | undefined) => void

/** What an attempt needs from around it. */
export interface AttemptDependencies {
  readonly clock: Clock
  readonly log: FastifyBaseLogger
  /** In milliseconds. */
  readonly timeout: number
  /** Told when a call that had timed out settles after all: whether it passes. */
  readonly onLate: (passes: boolean) => void
}

type State = 'live' | 'settled' | 'abandoned' | 'cancelled'

/**
 * One call of a check's function. It is live until it settles, until its time is up and it is abandoned, or until it is
 * cancelled. What it does not need, it does not make: a signal that nobody looks at, a timer for what settles at once.
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

  /** Calls the function, unless it has been cancelled before. It must be done once. */
  start (checkFunction: CheckFunction, onEnd: OnEnd): void {
    if (this.#state === 'live') this.#begin(checkFunction, onEnd)
    else onEnd(undefined)
  }

  /** From now on somebody waits for it, so that its timer keeps the process alive. */
  hold (): void {
    if (this.#isAwaited) return
    this.#isAwaited = true
    if (this.#cancelTimer !== undefined) this.#setTimer()
  }

  /** Ends it early: the signal is aborted, the timer gone, and what the function comes to is nobody's business. */
  cancel (reason: string): void {
    if (this.#state === 'live') this.#end('cancelled', undefined, new DOMException(reason, 'AbortError'))
  }

  #begin (checkFunction: CheckFunction, onEnd: OnEnd): void {
    this.#onEnd = onEnd
    const outcome = this.#call(checkFunction)
    void chain(outcome, (outcome) => this.#settle(outcome))
    // A promise that is settled already needs no timer: this comes after it.
    if (outcome instanceof Promise) queueMicrotask(() => queueMicrotask(() => this.#setTimer()))
  }

  /** What the function comes to. What may be a promise, of whatever make, is waited for. */
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
    this.#end('abandoned', { run: this.#runOf(failure(reason)), timedOut: true }, new DOMException(reason, 'TimeoutError'))
  }

  #end (state: Exclude<State, 'live'>, ending: Ending | undefined, abortReason?: Error): void {
    this.#state = state
    this.#cancelTimer?.()
    this.#onEnd(ending)
    this.#abortReason = abortReason
    if (abortReason !== undefined) this.#controller?.abort(abortReason)
  }

  #runOf (outcome: Outcome): Run {
    const { clock } = this.#surroundings
    return { ...outcome, time: clock.date().toISOString(), durationMs: Math.round((clock.now() - this.#startedAt) * 1_000) / 1_000 }
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
