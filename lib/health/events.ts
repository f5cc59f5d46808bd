import { channel, tracingChannel } from 'node:diagnostics_channel'
import { copyOf } from '../base/json-safe.js'
import type { Logger } from '../base/logger.js'
import { chain } from '../base/maybe-promise.js'
import type { MaybePromise } from '../base/maybe-promise.js'
import { logSafely } from '../base/safe-log.js'
import { safeError } from '../base/safe-error.js'
import { truncate } from '../base/truncate.js'
import type { CheckObserver, RunEnd, RunStart, StatusChange } from './check/check-observer.js'
import type { Component } from './component.js'
import type { Kind } from './kind.js'

/**
 * The message of the tracing channel `fastify-management-endpoints:check`. All events of a run carry the same object.
 * At `asyncEnd` the run has ended. A cancelled run has an `error` and no `result`.
 *
 * @see https://nodejs.org/docs/latest/api/diagnostics_channel.html#tracingchannel-channels
 */
export interface CheckRunMessage<Owner extends object = object> extends RunStart {
  /** The app that owns the check. */
  readonly fastify: Owner
  readonly kinds: readonly Kind[]
  /** The result of the run, with its time and duration. Thresholds and `failureStatus` do not change it. */
  result?: Component
  /** Duration of the run, in milliseconds. */
  durationMs?: number
  /** Number of runs that have timed out and not ended yet. If this run has timed out, it is included. */
  abandoned: number
  /** The error that the check threw, with its stack. Secrets in it are redacted. */
  err?: unknown
  /** An `AbortError`, if the check was removed or the app closed during the run. */
  error?: unknown
}

/**
 * The message of the channel `fastify-management-endpoints:status`: the reported status of a check, or of the app as
 * `lifecycle`, has changed. A check's first result is a change from `UNKNOWN`. Its removal is a change to `UNKNOWN`. A
 * service dependency has a check for each kind, so it sends a message for each kind.
 */
export interface StatusChangeMessage<Owner extends object = object> extends StatusChange {
  /** The app that owns the check. */
  readonly fastify: Owner
  readonly kinds: readonly Kind[]
}

const RUNS = tracingChannel<unknown, CheckRunMessage>('fastify-management-endpoints:check')
/** The longest reason in a log message. The field `error` contains the whole reason. */
const LONGEST_REASON = 200

const CHANGES = channel('fastify-management-endpoints:status')

/** Logs and publishes the runs and status changes of one instance. */
export class Events {
  readonly #log: Logger
  readonly #owner: object

  constructor (log: Logger, owner: object) {
    this.#log = log
    this.#owner = owner
  }

  /** Returns the observer of one check. Each message contains the kinds that the check has at that moment. */
  of (kinds: () => Iterable<Kind>): CheckObserver {
    return {
      get isTracing () { return RUNS.hasSubscribers },
      trace: (start, run) => this.#trace({ fastify: this.#owner, ...start, kinds: [...kinds()] }, run),
      changed: (change) => this.changed({ ...change, kinds: [...kinds()] }),
      hangs: (check, abandoned) => this.#hangs({ check, kinds: [...kinds()], abandoned })
    }
  }

  /** Publishes every change. Logs all changes except a first `UP` and a removal. */
  changed ({ err, ...others }: Omit<StatusChangeMessage, 'fastify'>): void {
    const { check, from, to } = others
    const error = to === 'UP' ? undefined : safeError(err)
    const change = error === undefined ? others : { ...others, err: error }
    const isLogged = to !== 'UNKNOWN' && (from !== 'UNKNOWN' || to !== 'UP')
    const text = `check "${check}" is ${to}${reasonIn(others)}`
    if (isLogged) logSafely(this.#log, to === 'UP' ? 'info' : 'warn', change, text)
    if (CHANGES.hasSubscribers) CHANGES.publish({ fastify: this.#owner, ...change } satisfies StatusChangeMessage)
  }

  /** Logs that a method had no effect. It is not published, because no status changes. */
  ignored (check: string, method: string, reason: string): void {
    logSafely(this.#log, 'debug', { check }, `${method}() has no effect: ${reason}`)
  }

  #hangs (fields: { readonly check: string, readonly kinds: readonly Kind[], readonly abandoned: number }): void {
    logSafely(this.#log, 'warn', fields, `check "${fields.check}" hangs: a run that timed out has not ended`)
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

/** The reason at the end of a log message, for loggers that show only the message. Reasons have no line breaks. */
function reasonIn ({ to, error }: Pick<StatusChange, 'to' | 'error'>): string {
  if (to === 'UP' || typeof error !== 'string') return ''
  return error.trim() === '' ? '' : `: ${truncate(error, LONGEST_REASON)}`
}
