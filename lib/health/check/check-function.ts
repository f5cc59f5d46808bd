import type { Logger } from '../../base/logger.js'
import type { CheckResult } from './result.js'

/** The argument of a check's function. */
export interface CheckContext<Log extends Logger = Logger> {
  /**
   * Aborted when the timeout has passed, when the check is removed, and when the app closes. Pass it to every call that
   * accepts a signal, so that the work ends together with the run.
   */
  readonly signal: AbortSignal
  /**
   * The time limit of this run, in milliseconds from its start. A check that ends slightly earlier by itself can report
   * the reason of its delay.
   */
  readonly timeout: number
  /** The app's logger, bound to the check's name. */
  readonly log: Log
}

/** Reports whether one thing works. Returns a `CheckResult`, throws, or rejects. */
export type CheckFunction<Log extends Logger = Logger> =
  (context: CheckContext<Log>) => CheckResult | Promise<CheckResult>
