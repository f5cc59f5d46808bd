import type { FastifyBaseLogger } from 'fastify'
import type { Clock } from '../../base/clock.js'
import type { MaybePromise } from '../../base/maybe-promise.js'
import { Attempt } from './attempt.js'
import type { CheckFunction, Ending, Run } from './attempt.js'
import { BackOff } from './back-off.js'
import type { CheckPolicy } from './policy.js'
import { failure } from './result.js'
import { Schedule } from './schedule.js'
import { Thresholds } from './thresholds.js'
import { isPassing } from '../status.js'
import type { ComponentStatus } from '../status.js'

/** A change of the status that a check is shown with: the first is one from `UNKNOWN`, the last, a removal, one to it. */
export interface StatusChange {
  readonly check: string
  readonly from: ComponentStatus
  /** `UNKNOWN` when the check has been removed. */
  readonly to: ComponentStatus
  /** The reason of a failure: `details.error`, a text unless the check has put something else there. */
  readonly error: unknown
  /** How long the run took that made the change, in milliseconds; not there where no run has made it. */
  readonly durationMs?: number
}

/** What can be said of a run before it begins. */
export interface RunStart {
  readonly check: string
  /** 1, and one more for each run in a row before it that timed out and has not passed late. */
  readonly attempt: number
  /** How many runs that timed out have not ended yet. */
  readonly abandoned: number
}

/** Who is told how a run ended, and how many that timed out have not ended yet. */
export type OnTracedEnd = (ending: Ending | undefined, abandoned: number) => void

/** Who is told of what happens to a check. */
export interface CheckObserver {
  /** Whether somebody traces runs. */
  readonly isTracing: boolean
  /** Begins a run, and tells of it before and after. */
  trace (start: RunStart, begin: (onEnd: OnTracedEnd) => void): void
  changed (change: StatusChange): void
  /** A run is due while one that timed out has not ended yet. Told once, until a run ends in time. */
  hangs (check: string, abandoned: number): void
}

/** What a check needs from around it. */
export interface CheckDependencies {
  readonly clock: Clock
  readonly log: FastifyBaseLogger
  readonly observer: CheckObserver
}

/** What is answered for a check: a run, which may be under way, or nothing for a check that has been removed, or closed before its first. */
export type MaybeRun = MaybePromise<Run | undefined>

type Tell = (run: Run | undefined) => void

/** One named function: when it is run, and what it is shown with. */
export class Check {
  readonly name: string
  readonly checkFunction: CheckFunction
  readonly policy: CheckPolicy
  /** How long a result is good for, in milliseconds. */
  readonly #lifetime: number
  readonly #surroundings: CheckDependencies
  readonly #shown: Thresholds
  readonly #hang: BackOff
  readonly #schedule: Schedule | undefined
  #attempt: Attempt | undefined
  /** What those who wait for the run are handed, one promise for all of them, and what tells it. */
  #awaited: Promise<Run | undefined> | undefined
  #tell: Tell | undefined
  #lastResultAt = -Infinity
  /** Until when whoever asks is answered with what is known. */
  #freshUntil = -Infinity
  #end: { readonly answer: Run | undefined } | undefined

  constructor (name: string, checkFunction: CheckFunction, policy: CheckPolicy, surroundings: CheckDependencies) {
    const { clock } = surroundings
    this.name = name
    this.checkFunction = checkFunction
    this.policy = policy
    this.#surroundings = surroundings
    this.#shown = new Thresholds(policy)
    this.#hang = new BackOff(policy, clock)
    this.#lifetime = policy.interval > 0 ? 2 * policy.interval + policy.timeout : policy.ttl
    this.#schedule = policy.interval > 0 ? new Schedule(policy.interval, async () => await this.#refresh(), clock) : undefined
  }

  /** What the check is shown with; `undefined` before the first run has ended. */
  get shown (): Run | undefined {
    return this.#shown.run
  }

  /**
   * Answers with what is known where that is fresh enough, else with a run: the one under way, or a new one. Never rejects,
   * and takes no longer than the timeout.
   */
  ask (now: number): MaybeRun {
    if (this.#end !== undefined) return this.#end.answer
    if (now < this.#freshUntil) return this.#shown.run
    if (this.#attempt === undefined) this.#run(now)
    return this.#answer()
  }

  /** Whether what it is shown with is a run that has passed, whatever `failureStatus` says. */
  get passes (): boolean {
    return this.#shown.passes
  }

  /** What is answered to one who cannot wait for a run as long as it may take: what a failed run would be shown as. */
  unanswered (reason: string): Run {
    const run = this.#failed(reason)
    return this.#isStaleInBackground(this.#surroundings.clock.now()) ? run : this.#shown.ifTaken(run, false)
  }

  /** Begins to run in the background, where the check has an interval. */
  start (): void {
    if (this.#end === undefined) this.#schedule?.start()
  }

  /** Runs no more, until it is asked or started again: it has said what it is there for. */
  pause (): void {
    this.#schedule?.stop()
    this.#cancel(this.#shown.run, 'startup is over')
  }

  /** Ends it in an instance that lives on: whoever waits is answered with nothing. */
  remove (): void {
    const from = this.#shown.run?.status
    const isNews = this.#end === undefined && from !== undefined
    this.#close(undefined, `the check "${this.name}" has been removed`)
    if (isNews) this.#surroundings.observer.changed({ check: this.name, from, to: 'UNKNOWN', error: undefined })
  }

  /**
   * Ends it with the instance, silently: whoever waits, or comes later, is answered with what is known. That may be nothing, which is
   * no failure: liveness must not fail because an app closes.
   */
  close (): void {
    this.#close(this.#shown.run, 'the app is closing')
  }

  /** Whether the check runs in the background, and its result is so old that it says nothing any more. */
  #isStaleInBackground (now: number): boolean {
    return this.policy.interval > 0 && now - this.#lastResultAt >= this.#lifetime
  }

  /** For the schedule: runs, whatever is known, unless a run is under way. */
  async #refresh (): Promise<void> {
    if (this.#attempt === undefined) this.#run(this.#surroundings.clock.now())
    if (this.#attempt !== undefined) await this.#wait()
  }

  #run (now: number): void {
    const abandoned = this.#hang.takeNews() ? this.#hang.abandoned : 0
    const skipped = this.#hang.skips(now)
    if (skipped === undefined) this.#begin()
    else if (now - this.#lastResultAt >= this.policy.timeout) this.#show(skipped)
    // Last, as whoever is told may ask again, or remove the check.
    if (abandoned > 0) this.#surroundings.observer.hangs(this.name, abandoned)
  }

  #begin (): void {
    const { clock, log, observer } = this.#surroundings
    const attempt = new Attempt({ clock, log, timeout: this.policy.timeout, onLate: (passes) => { if (this.#hang.endedLate(passes)) this.#freshUntil = -Infinity } })
    this.#attempt = attempt
    const begin = (onEnd?: OnTracedEnd): void => attempt.start(this.checkFunction, (ending) => {
      if (ending !== undefined) this.#land(ending)
      onEnd?.(ending, this.#hang.abandoned)
    })
    if (observer.isTracing) observer.trace({ check: this.name, attempt: this.#hang.timeouts + 1, abandoned: this.#hang.abandoned }, begin)
    else begin()
  }

  #answer (): MaybeRun {
    if (this.#end !== undefined) return this.#end.answer
    if (this.#attempt === undefined) return this.#shown.run
    this.#attempt.hold()
    return this.#wait()
  }

  #wait (): Promise<Run | undefined> {
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

  /** Takes what a run came to, or what stands for one that was skipped, and tells of the change that it makes. */
  #show (run: Run): void {
    const now = this.#surroundings.clock.now()
    const from = this.#shown.run?.status ?? 'UNKNOWN'
    if (this.#isStaleInBackground(now)) this.#shown.forgetPass()
    this.#lastResultAt = now
    this.#freshUntil = now + this.#lifetime
    const { status, details, durationMs } = this.#shown.take(this.#asShown(run), isPassing(run.status))
    if (status !== from) this.#surroundings.observer.changed({ check: this.name, from, to: status, error: details?.['error'], durationMs })
  }

  #asShown (run: Run): Run {
    const { failureStatus } = this.policy
    return failureStatus === undefined || isPassing(run.status) ? run : { ...run, status: failureStatus }
  }

  /** What is shown of a failure that no run has come to. */
  #failed (reason: string): Run {
    return this.#asShown({ ...failure(reason), time: this.#surroundings.clock.date().toISOString(), durationMs: 0 })
  }

  #close (answer: Run | undefined, reason: string): void {
    if (this.#end !== undefined) return
    this.#end = { answer }
    this.#schedule?.stop()
    this.#cancel(answer, reason)
  }

  #cancel (answer: Run | undefined, reason: string): void {
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
