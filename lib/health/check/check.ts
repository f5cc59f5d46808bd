import { Deferred } from '../../base/deferred.js'
import { chain } from '../../base/maybe-promise.js'
import type { MaybePromise } from '../../base/maybe-promise.js'
import { BackOff } from './back-off.js'
import { Background } from './background.js'
import type { CheckDependencies } from './check-dependencies.js'
import type { CheckFunction } from './check-function.js'
import type { RunEnd } from './check-observer.js'
import { Severity } from './failure-status.js'
import { Freshness } from './freshness.js'
import type { CheckPolicy } from './options.js'
import { PublishedStatus } from './published-status.js'
import { failure, recordOf } from './result.js'
import type { CheckRecord, MaybeResult, RunResult } from './result.js'
import { Run } from './run.js'
import { Thresholds } from './thresholds.js'
import { ALL_CHECKS } from '../kind.js'
import { isPassing } from '../status.js'

/** One named function. Decides when to run it, and which result to report. */
export class Check {
  readonly name: string
  readonly checkFunction: CheckFunction
  readonly policy: CheckPolicy
  /** Results are as the function returned them. A report shows them with the severity of its kind. */
  readonly severity: Severity
  readonly #published: PublishedStatus
  readonly #dependencies: CheckDependencies
  readonly #thresholds: Thresholds
  readonly #freshness: Freshness
  readonly #backOff: BackOff
  readonly #background: Background
  #run: Run | undefined
  /** One promise for all callers that wait for the current run. */
  #waiting: Deferred<RunResult | undefined> | undefined
  /** Set when the check has ended, with the result for later callers. */
  #ended: { readonly result: RunResult | undefined } | undefined

  constructor (name: string, checkFunction: CheckFunction, policy: CheckPolicy, dependencies: CheckDependencies) {
    const { clock } = dependencies
    this.name = name
    this.checkFunction = checkFunction
    this.policy = policy
    this.severity = new Severity(policy.failureStatus, dependencies.runningKinds)
    this.#published = new PublishedStatus(name, dependencies.observer, clock)
    this.#dependencies = dependencies
    this.#thresholds = new Thresholds(policy)
    this.#freshness = new Freshness(policy)
    this.#backOff = new BackOff(policy, clock)
    this.#background = new Background(policy.interval, async (now) => await this.#refresh(now), clock)
  }

  /** The reported result, or `undefined` before the first run has ended. */
  get reported (): RunResult | undefined {
    return this.#thresholds.reported
  }

  /** The time of the last status change, and the last failed run. */
  get record (): CheckRecord {
    return recordOf(this.#published.since, this.#thresholds.lastFailure)
  }

  /** The time of the last status change, in ISO 8601. `undefined` before the first run has ended. */
  get since (): string | undefined {
    return this.#published.since
  }

  /** The number of runs that have timed out and not ended yet. */
  get abandoned (): number {
    return this.#backOff.abandoned
  }

  /**
   * Returns the last result if it is fresh. Otherwise returns the result of the current run, or of a new run. Never
   * rejects, and takes no longer than the timeout. Fast path: a fresh result, and the result of a synchronous function,
   * cost no promise.
   */
  result (now: number): MaybeResult {
    if (this.#ended !== undefined) return this.#ended.result
    this.#background.probed(now)
    if (this.#freshness.isFresh(now)) return this.reported
    if (this.#run === undefined) this.#runOrSkip(now)
    return this.#currentResult()
  }

  /** The answer for a caller that gives up early: as if the run had failed. */
  resultIfFailed (reason: string): RunResult {
    const { clock } = this.#dependencies
    const failed = { ...failure(reason), time: clock.date().toISOString(), durationMs: 0 }
    return this.#freshness.isStale(clock.now()) ? failed : this.#thresholds.ifTaken(failed, false)
  }

  /** Starts the background runs. A run that began before the start ends first. */
  start (): void {
    if (this.#background.isOn || this.#ended !== undefined) return
    this.#background.turnOn()
    if (this.#run === undefined) this.#begin()
    else void this.#wait().then(() => this.#begin())
  }

  /** Stops the background runs and cancels the current run. A later request or `start` runs the check again. */
  pause (): void {
    this.#background.turnOff()
    this.#cancel(this.reported, 'startup is over')
  }

  /** Ends the check, for a removal. Callers that wait receive `undefined`. */
  remove (): void {
    const wasRunning = this.#ended === undefined
    this.#end(undefined, `the check "${this.name}" has been removed`)
    if (wasRunning) this.#published.forget()
  }

  /**
   * Ends the check together with the app, without a log line or a message. Current and later callers receive the last
   * result, or `undefined` before the first result. In reports `undefined` counts as no failure, because a closing app
   * must not fail its liveness probe.
   */
  close (): void {
    this.#end(this.reported, 'the app is closing')
  }

  /** Forgets a failure from before the start, because the app may not have been ready for the check. */
  #begin (): void {
    if (!this.#background.isOn) return
    if (!this.#thresholds.passes) this.#freshness.end()
    this.#thresholds.forgetFailure()
    this.#backOff.forget()
    this.#retryLater()
    this.#background.beginSchedule()
  }

  /** After a timeout, schedules the next run, because no probe runs the check during the back-off. */
  #retryLater (): void {
    if (this.#backOff.timeouts === 0) this.#background.cancelRetry()
    else if (this.#run === undefined) this.#background.retryAt(this.#backOff.retryAt)
  }

  /** Runs the check in the background, also if the last result is fresh. Waits for the current run if there is one. */
  async #refresh (now: number): Promise<void> {
    if (this.#run === undefined) this.#runOrSkip(now)
    if (this.#run !== undefined) await this.#wait()
  }

  /** Starts a run. During the back-off the last result counts again instead, at most once in each timeout. */
  #runOrSkip (now: number): void {
    const abandoned = this.#backOff.noticeHang() ? this.#backOff.abandoned : 0
    const skipped = this.#backOff.skippedResult(now)
    if (skipped === undefined) this.#startRun()
    else if (this.#freshness.ageMs(now) >= this.policy.timeout) this.#report(skipped)
    // Last, because the observer may request the check again or remove it.
    if (abandoned > 0) this.#dependencies.observer.hangs(this.name, abandoned)
  }

  /** Calls the function and lands its result: at once if the function is synchronous, otherwise later. */
  #startRun (): void {
    const { clock, log, observer } = this.#dependencies
    const onLate = (passes: boolean): void => this.#endLate(passes)
    const onListenerError = (error: unknown): void => observer.listenerFailed(this.name, error)
    const [{ timeout }, background] = [this.policy, this.#background]
    const run = this.#run = new Run({ clock, log, timeout, background, onLate, onListenerError })
    this.#background.cancelRetry()
    const call = (): MaybePromise<RunEnd> => chain(run.start(this.checkFunction), (result) => {
      return { result: this.#land(run, result), thrown: run.thrown, abandoned: this.#backOff.abandoned }
    })
    const { timeouts, abandoned } = this.#backOff
    if (observer.isTracing) observer.trace({ check: this.name, attempt: timeouts + 1, abandoned }, call)
    else void call()
  }

  /** Makes the check run earlier after a timed-out call has ended. */
  #endLate (passes: boolean): void {
    if (this.#backOff.endedLate(passes)) this.#freshness.end()
    this.#retryLater()
  }

  #currentResult (): MaybeResult {
    if (this.#ended !== undefined) return this.#ended.result
    if (this.#run === undefined) return this.reported
    this.#run.hold()
    return this.#wait()
  }

  #wait (): Promise<RunResult | undefined> {
    this.#waiting ??= new Deferred()
    return this.#waiting.promise
  }

  /**
   * Takes the result of a run, and returns it. If the run was cancelled, drops it and returns `undefined`. The order of
   * the steps matters, because the observer in step 3 may request the check again, or remove it:
   * 1. Update the back-off, so that a new request cannot start a run during the back-off. Count the run.
   * 2. Forget the run and its callers, so that a new request waits for a new run. Schedule the run after a timeout.
   * 3. Report the result.
   * 4. Resolve the callers, with `undefined` if the observer has removed the check.
   */
  #land (run: Run, result: RunResult | undefined): RunResult | undefined {
    if (result === undefined) return undefined
    if (run.timedOut) this.#backOff.timedOut(result)
    else this.#backOff.ended()
    // Cancelled after the run had ended, but before its result arrived here.
    if (this.#run !== run) return undefined
    this.#dependencies.observer.ran(this, result, run.timedOut)
    const waiting = this.#takeWaiting()
    this.#retryLater()
    this.#report(result, run.thrown)
    waiting?.resolve(this.#ended === undefined ? this.reported : this.#ended.result)
    return result
  }

  /** Publishes the status in `/health` again if a change of the check's kinds has changed it. */
  kindsChanged (): void {
    if (this.#ended === undefined && this.reported !== undefined) {
      this.#published.set(this.severity.apply(this.reported, ALL_CHECKS))
    }
  }

  /** Passes a result to the thresholds. Publishes the change of the reported status, if there is one. */
  #report (result: RunResult, thrown?: unknown): void {
    const now = this.#dependencies.clock.now()
    if (this.#freshness.isStale(now)) this.#thresholds.forgetPass()
    this.#freshness.renew(now)
    const reported = this.#thresholds.take(result, isPassing(result.status))
    const { durationMs } = reported
    const err = reported === result ? thrown : undefined
    this.#published.set(this.severity.apply(reported, ALL_CHECKS), { durationMs, ...(err !== undefined && { err }) })
  }

  #end (result: RunResult | undefined, reason: string): void {
    if (this.#ended !== undefined) return
    this.#ended = { result }
    this.#background.turnOff()
    this.#cancel(result, reason)
  }

  /** Cancels the current run. Its callers receive the given result. */
  #cancel (result: RunResult | undefined, reason: string): void {
    const run = this.#run
    const waiting = this.#takeWaiting()
    run?.cancel(reason)
    waiting?.resolve(result)
  }

  /** Forgets the current run and its callers. Returns the promise of the callers. */
  #takeWaiting (): Deferred<RunResult | undefined> | undefined {
    const waiting = this.#waiting
    this.#run = this.#waiting = undefined
    return waiting
  }
}
