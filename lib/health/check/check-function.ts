import type { Logger } from '../../base/logger.js'
import type { CheckResult } from './result.js'

/** The argument of a check's function. */
export interface CheckContext<Log extends Logger = Logger> {
  /**
   * Aborted when the timeout has passed, when the check is removed, and when the app closes. Pass it to every call that
   * accepts a signal, so that the work ends together with the run.
   *
   * If a listener of the signal throws or rejects, the error is logged. On a signal that you derive from it with
   * `AbortSignal.any()`, Node.js raises such an error as an uncaught exception.
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

/** The key of the part of a context that only ready-made checks use. All copies of the package share it. */
export const LIFE = Symbol.for('fastify-management-endpoints:life')

/** A context for checks that measure or listen between their runs. */
export interface LivingContext extends CheckContext {
  /** Aborted when the check has run for the last time: it was removed, the app closes, or startup is over. */
  readonly [LIFE]: AbortSignal
}

/** Reports whether one thing works. Returns a `CheckResult`, throws, or rejects. */
export type CheckFunction<Log extends Logger = Logger> =
  (context: CheckContext<Log>) => CheckResult | PromiseLike<CheckResult>
