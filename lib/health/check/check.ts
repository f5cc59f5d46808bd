import type { Clock } from '../../base/clock.js'
import type { Logger } from '../../base/logger.js'
import type { MaybePromise } from '../../base/maybe-promise.js'
import type { CheckFunction } from './check-function.js'
import { Attempt } from './run.js'
import type { Ending } from './run.js'
import { BackOff } from './back-off.js'
import type { CheckPolicy } from './policy.js'
import { failure } from './result.js'
import type { RunResult } from './result.js'
import { Schedule } from './schedule.js'
import { Thresholds } from './thresholds.js'
import { isPassing } from '../status.js'
import type { ComponentStatus } from '../status.js'

/** A change of a check's reported status. The first result is a change from `UNKNOWN`. */
export interface StatusChange {
  readonly check: string
  readonly from: ComponentStatus
  /** `UNKNOWN` if the check was removed. */
  readonly to: ComponentStatus
  /** The reason of a failure: `details.error`. It is a text, unless the check has set it to another value. */
  readonly error: unknown
  /** Duration of the run that caused the change, in milliseconds. Absent if no run caused it. */
  readonly durationMs?: number
}

/** A run, as described before it begins. */
export interface RunStart {
  readonly check: string
  /** 1 plus the number of timeouts in a row before this run. A late pass resets it to 1. */
  readonly attempt: number
  /** Number of runs that have timed out and not ended yet. */
  readonly abandoned: number
}

/** Called when a run ends. `abandoned` is the number of runs that have timed out and not ended yet. */
export type OnTracedEnd = (ending: Ending | undefined, abandoned: number) => void

/** Receives the events of a check. */
export interface CheckObserver {
  /** True while the tracing channel has subscribers. */
  readonly isTracing: boolean
  /** Calls `begin`, and publishes messages before and after the run. */
  trace (start: RunStart, begin: (onEnd: OnTracedEnd) => void): void
  changed (change: StatusChange): void
  /** The check is due again, but a timed-out run has not ended yet. Called once until a run ends in time. */
  hangs (check: string, abandoned: number): void
}

/** The parts that a check needs. */
export interface CheckDependencies {
  readonly clock: Clock
  readonly log: Logger
  readonly observer: CheckObserver
}

/**
 * The result of a check, or a promise of it. `undefined` if the check was removed, or closed before its first result.
 */
export type MaybeRun = MaybePromise<RunResult | undefined>

type Tell = (run: RunResult | undefined) => void

/** One named function. Decides when to run it, and which result to report. */
export class Check {
  readonly name: string
  readonly checkFunction: CheckFunction
  readonly policy: CheckPolicy
  /** The time for which a result is used again, in milliseconds. */
  readonly #lifetime: number
  readonly #surroundings: CheckDependencies
  readonly #shown: Thresholds
  readonly #hang: BackOff
  readonly #schedule: Schedule | undefined
  #attempt: Attempt | undefined
  /** One promise for all callers that wait for the current run, and the function that resolves it. */
  #awaited: Promise<RunResult | undefined> | undefined
  #tell: Tell | undefined
  #lastResultAt = -Infinity
  /** Until this time the last result is returned without a new run. */
  #freshUntil = -Infinity
  #end: { readonly answer: RunResult | undefined } | undefined

  constructor (name: string, checkFunction: CheckFunction, policy: CheckPolicy, surroundings: CheckDependencies) {
    const { clock } = surroundings
    this.name = name
    this.checkFunction = checkFunction
    this.policy = policy
    this.#surroundings = surroundings
    this.#shown = new Thresholds(policy)
    this.#hang = new BackOff(policy, clock)
    this.#lifetime = policy.interval > 0 ? 2 * policy.interval + policy.timeout : policy.ttl
    const { interval } = policy
    this.#schedule = interval > 0 ? new Schedule(interval, async () => await this.#refresh(), clock) : undefined
  }

  /** The reported result, or `undefined` before the first run has ended. */
  get shown (): RunResult | undefined {
    return this.#shown.run
  }

  /**
   * Returns the last result if it is fresh. Otherwise returns the result of the current run, or of a new run. Never
   * rejects, and takes no longer than the timeout.
   */
  ask (now: number): MaybeRun {
    if (this.#end !== undefined) return this.#end.answer
    if (now < this.#freshUntil) return this.#shown.run
    if (this.#attempt === undefined) this.#run(now)
    return this.#answer()
  }

  /** True if the reported run has passed. `failureStatus` does not change this. */
  get passes (): boolean {
    return this.#shown.passes
  }

  /** The answer for a caller that gives up early: as if the run had failed. */
  unanswered (reason: string): RunResult {
    const run = this.#failed(reason)
    return this.#isStaleInBackground(this.#surroundings.clock.now()) ? run : this.#shown.ifTaken(run, false)
  }

  /** Starts the background runs, if the check has an interval. */
  start (): void {
    if (this.#end === undefined) this.#schedule?.start()
  }

  /** Stops the background runs and cancels the current run. A later request or `start` runs the check again. */
  pause (): void {
    this.#schedule?.stop()
    this.#cancel(this.#shown.run, 'startup is over')
  }

  /** Ends the check, for a removal. Callers that wait receive `undefined`. */
  remove (): void {
    const from = this.#shown.run?.status
    const isNews = this.#end === undefined && from !== undefined
    this.#close(undefined, `the check "${this.name}" has been removed`)
    if (isNews) this.#surroundings.observer.changed({ check: this.name, from, to: 'UNKNOWN', error: undefined })
  }

  /**
   * Ends the check together with the app, without a log line or a message. Current and later callers receive the last
   * result, or `undefined` before the first result. In reports `undefined` counts as no failure, because a closing app
   * must not fail its liveness probe.
   */
  close (): void {
    this.#close(this.#shown.run, 'the app is closing')
  }

  /** Returns true if the check runs in the background, and its last result is too old to count. */
  #isStaleInBackground (now: number): boolean {
    return this.policy.interval > 0 && now - this.#lastResultAt >= this.#lifetime
  }

  /** Runs the check for the schedule, also if the last result is fresh. Waits for the current run if there is one. */
  async #refresh (): Promise<void> {
    if (this.#attempt === undefined) this.#run(this.#surroundings.clock.now())
    if (this.#attempt !== undefined) await this.#wait()
  }

  #run (now: number): void {
    const abandoned = this.#hang.takeNews() ? this.#hang.abandoned : 0
    const skipped = this.#hang.skips(now)
    if (skipped === undefined) this.#begin()
    else if (now - this.#lastResultAt >= this.policy.timeout) this.#show(skipped)
    // Last, because the observer may request the check again or remove it.
    if (abandoned > 0) this.#surroundings.observer.hangs(this.name, abandoned)
  }

  #begin (): void {
    const { clock, log, observer } = this.#surroundings
    const { timeout } = this.policy
    const attempt = new Attempt({ clock, log, timeout, onLate: (passes) => this.#endLate(passes) })
    this.#attempt = attempt
    const begin = (onEnd?: OnTracedEnd): void => attempt.start(this.checkFunction, (ending) => {
      if (ending !== undefined) this.#land(ending)
      onEnd?.(ending, this.#hang.abandoned)
    })
    const { timeouts, abandoned } = this.#hang
    if (observer.isTracing) observer.trace({ check: this.name, attempt: timeouts + 1, abandoned }, begin)
    else begin()
  }

  /** Makes the check run at the next request after a timed-out call has passed. */
  #endLate (passes: boolean): void {
    if (this.#hang.endedLate(passes)) this.#freshUntil = -Infinity
  }

  #answer (): MaybeRun {
    if (this.#end !== undefined) return this.#end.answer
    if (this.#attempt === undefined) return this.#shown.run
    this.#attempt.hold()
    return this.#wait()
  }

  #wait (): Promise<RunResult | undefined> {
    this.#awaited ??= new Promise((resolve) => { this.#tell = resolve })
    return this.#awaited
  }

  #land ({ run, timedOut }: Ending): void {
    this.#attempt = undefined
    const tell = this.#takeTell()
    if (timedOut) this.#hang.timedOut(run)
    else this.#hang.ended()
    this.#show(run)
    tell?.(this.#end === undefined ? this.#shown.run : this.#end.answer)
  }

  /** Takes the result of a run, or the result that replaces a skipped run. Publishes the change that it causes. */
  #show (run: RunResult): void {
    const now = this.#surroundings.clock.now()
    const from = this.#shown.run?.status ?? 'UNKNOWN'
    if (this.#isStaleInBackground(now)) this.#shown.forgetPass()
    this.#lastResultAt = now
    this.#freshUntil = now + this.#lifetime
    const { status: to, details, durationMs } = this.#shown.take(this.#asShown(run), isPassing(run.status))
    if (to === from) return
    this.#surroundings.observer.changed({ check: this.name, from, to, error: details?.['error'], durationMs })
  }

  #asShown (run: RunResult): RunResult {
    const { failureStatus } = this.policy
    return failureStatus === undefined || isPassing(run.status) ? run : { ...run, status: failureStatus }
  }

  /** Returns a failure without a run, as it would be reported. */
  #failed (reason: string): RunResult {
    return this.#asShown({ ...failure(reason), time: this.#surroundings.clock.date().toISOString(), durationMs: 0 })
  }

  #close (answer: RunResult | undefined, reason: string): void {
    if (this.#end !== undefined) return
    this.#end = { answer }
    this.#schedule?.stop()
    this.#cancel(answer, reason)
  }

  #cancel (answer: RunResult | undefined, reason: string): void {
    const attempt = this.#attempt
    this.#attempt = undefined
    const tell = this.#takeTell()
    attempt?.cancel(reason)
    tell?.(answer)
  }

  #takeTell (): Tell | undefined {
    const tell = this.#tell
    this.#awaited = this.#tell = undefined
    return tell
  }
}
