import type { MaybePromise } from '../../base/maybe-promise.js'
import type { Kind } from '../kind.js'
import type { ComponentStatus } from '../status.js'
import type { RunResult } from './result.js'

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
  /** The error that the check threw, with its stack. Absent if the check passes, timed out, or threw no error. */
  readonly err?: unknown
}

/** A status change with its time, for the history. */
export interface TimedChange extends Omit<StatusChange, 'err'> {
  /** In ISO 8601. */
  readonly time: string
  /** The kind, if the check requests a service dependency for a kind in the option `cascade`. */
  readonly kind?: Kind
}

/** A run, as described before it begins. */
export interface RunStart {
  readonly check: string
  /** 1 plus the number of timeouts in a row before this run. */
  readonly attempt: number
  /** Number of runs that have timed out and not ended yet. */
  readonly abandoned: number
}

/** The end of a run, for subscribers of the tracing channel. */
export interface RunEnd {
  /** `undefined` if the run was cancelled. */
  readonly result: RunResult | undefined
  /** The value that the check threw. */
  readonly thrown: unknown
  /** Number of runs that have timed out and not ended yet. */
  readonly abandoned: number
}

/** Receives each run that was not cancelled, with its check. */
export type RunListener = (check: { readonly name: string }, result: RunResult, timedOut: boolean) => void

/** Receives the events of a check. */
export interface CheckObserver {
  /** True while the tracing channel has subscribers. */
  readonly isTracing: boolean
  /** Calls `run`, and publishes messages before and after it. */
  trace (start: RunStart, run: () => MaybePromise<RunEnd>): void
  /** A run has ended, and was not cancelled. */
  readonly ran: RunListener
  /** `time` is in ISO 8601. */
  changed (change: StatusChange, time: string): void
  /** The check is due again, but a timed-out run has not ended yet. Called once until a run ends in time. */
  hangs (check: string, abandoned: number): void
  /** A listener of a run's signal has thrown or rejected. */
  listenerFailed (check: string, error: unknown): void
}
