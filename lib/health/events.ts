import { channel, tracingChannel } from 'node:diagnostics_channel'
import type { Clock } from '../base/clock.js'
import { copyOf } from '../base/json-safe.js'
import type { Logger } from '../base/logger.js'
import { chain } from '../base/maybe-promise.js'
import type { MaybePromise } from '../base/maybe-promise.js'
import { OpenSummaries } from '../base/repeated-lines.js'
import { logSafely } from '../base/safe-log.js'
import { safeError } from '../base/safe-error.js'
import { ChangeLog, logChange } from './change-log.js'
import type {
  CheckObserver, RunEnd, RunListener, RunStart, StatusChange, TimedChange
} from './check/check-observer.js'
import type { Component } from './component.js'
import { isTraced } from './is-traced.js'
import type { Kind } from './kind.js'
import { TroubleLog } from './trouble-log.js'

/**
 * The message of the tracing channel `fastify-management-endpoints:check`; all events of a run carry the same object.
 *
 * @see `docs/api.md#fastify-management-endpointscheck`
 * @see https://nodejs.org/docs/latest/api/diagnostics_channel.html#tracingchannel-channels
 */
export interface CheckRunMessage<Owner extends object = object> extends RunStart {
  /** The app that owns the check. */
  readonly fastify: Owner
  readonly kinds: readonly Kind[]
  /** The result of the run, before thresholds and `failureStatus`. */
  result?: Component
  /** Duration of the run, in milliseconds. */
  durationMs?: number
  /** The number of runs that have timed out and not ended yet, with this run. */
  abandoned: number
  /** The error that the check threw, with its stack, redacted. */
  err?: unknown
  /** An `AbortError`, if the run was cancelled. */
  error?: unknown
}

/**
 * The message of the channel `fastify-management-endpoints:status`: the reported status of a check, or of the app as
 * `lifecycle`, has changed.
 *
 * @see `docs/api.md#fastify-management-endpointsstatus`
 */
export interface StatusChangeMessage<Owner extends object = object> extends StatusChange {
  /** The app that owns the check. */
  readonly fastify: Owner
  readonly kinds: readonly Kind[]
}

type Change = Omit<StatusChangeMessage, 'fastify'>

const RUNS = tracingChannel<unknown, CheckRunMessage>('fastify-management-endpoints:check')
const CHANGES = channel('fastify-management-endpoints:status')

/** Logs and publishes the runs and status changes of one instance. Limits the log lines about each check. */
export class Events {
  readonly #log: Logger
  readonly #owner: object
  readonly #clock: Clock
  readonly #onChange: ((change: TimedChange) => void)[]
  readonly #summaries = new OpenSummaries()
  readonly #onRun: RunListener[] = []

  constructor (log: Logger, owner: object, clock: Clock, onChange?: (change: TimedChange) => void) {
    this.#log = log
    this.#owner = owner
    this.#clock = clock
    this.#onChange = onChange === undefined ? [] : [onChange]
  }

  /** Calls back after each run that was not cancelled. */
  onRun (listener: RunListener): void {
    this.#onRun.push(listener)
  }

  /** Calls back at each status change, before the log and the channel. The listener must not throw. */
  onChange (listener: (change: TimedChange) => void): void {
    this.#onChange.push(listener)
  }

  /**
   * Returns the observer of one check. Each message contains the kinds that the check has at that moment. `cascade` is
   * the kind of a check that requests a service dependency for this kind.
   */
  of (kinds: () => Iterable<Kind>, cascade?: Kind): CheckObserver {
    const shared = { log: this.#log, clock: this.#clock, summaries: this.#summaries }
    // Created at the first use: most checks never need them.
    let changeLog: ChangeLog | undefined
    let troubleLog: TroubleLog | undefined
    const changes = (): ChangeLog => (changeLog ??= new ChangeLog(shared))
    const troubles = (): TroubleLog => (troubleLog ??= new TroubleLog(shared))
    return {
      get isTracing () { return isTraced(RUNS) },
      trace: (start, run) => this.#trace({ fastify: this.#owner, ...start, kinds: [...kinds()] }, run),
      ran: (check, result, timedOut) => {
        for (const listener of this.#onRun) listener(check, result, timedOut)
      },
      changed: (change, time) => {
        this.#changed({ ...change, time, ...(cascade !== undefined && { kind: cascade }) })
        this.#publish({ ...change, kinds: [...kinds()] }, (change) => changes().add(change))
      },
      hangs: (check, abandoned) => troubles().hangs({ check, kinds: [...kinds()], abandoned }),
      listenerFailed: (check, error) => troubles().listenerFailed(check, error)
    }
  }

  /** Publishes and logs a change of the lifecycle. It is never summarized, because only the app causes it. */
  changed (change: Change, time: string): void {
    this.#changed({ ...change, time })
    this.#publish(change, (change) => logChange(this.#log, change))
  }

  /** Logs that a method had no effect. It is not published, because no status changes. */
  ignored (check: string, method: string, reason: string): void {
    logSafely(this.#log, 'debug', { check }, `${method}() has no effect: ${reason}`)
  }

  /** Writes the outstanding summaries, and ends their timers. */
  close (): void {
    this.#summaries.close()
  }

  #changed (change: TimedChange): void {
    for (const listener of this.#onChange) listener(change)
  }

  /** Publishes every change, also a change that the log only counts. */
  #publish ({ err, ...others }: Change, log: (change: Change) => void): void {
    const error = others.to === 'UP' ? undefined : safeError(err)
    const change = error === undefined ? others : { ...others, err: error }
    log(change)
    if (CHANGES.hasSubscribers) CHANGES.publish({ fastify: this.#owner, ...change } satisfies StatusChangeMessage)
  }

  #trace (message: CheckRunMessage, run: () => MaybePromise<RunEnd>): void {
    const traced = async (): Promise<Component> => await chain(run(), ({ result, thrown, abandoned }) => {
      message.abandoned = abandoned
      const err = safeError(thrown)
      if (err !== undefined) message.err = err
      if (result === undefined) throw new DOMException('the run was cancelled', 'AbortError')
      message.durationMs = result.durationMs
      // A copy: a subscriber that changes it must not change reports.
      return copyOf(result)
    })
    // Subscribers receive the error of a cancelled run. Nothing else waits for this promise.
    RUNS.tracePromise(traced, message).catch(() => undefined)
  }
}
