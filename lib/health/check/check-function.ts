import type { Logger } from '../../base/logger.js'
import type { CheckResult } from './result.js'

/**
 * The argument of a check's function.
 *
 * @see `docs/checks.md#the-argument-of-your-function`
 */
export interface CheckContext<Log extends Logger = Logger> {
  /** Aborted at the timeout, at the removal of the check, and when the app closes. Pass it to every call. */
  readonly signal: AbortSignal
  /** The time limit of this run, in milliseconds from its start. */
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

/**
 * Reports whether one thing works: returns a `CheckResult`, throws, or rejects.
 *
 * @example async ({ signal }) => { await fetch('http://cache/ping', { signal }) }
 * @see `docs/checks.md#results`
 */
export type CheckFunction<Log extends Logger = Logger> =
  (context: CheckContext<Log>) => CheckResult | PromiseLike<CheckResult>
