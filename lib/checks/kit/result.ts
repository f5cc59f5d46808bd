import { reasonOf } from '../../base/describe.js'
import { now } from '../../base/timers.js'
import { THROWN } from '../../health/check/result.js'
import type { CheckResult } from '../../health/check/result.js'
import type { Status } from '../../health/status.js'

/** The details of a result. A check adds to them as it goes, so a failure shows the details found so far. */
export type Details = Record<string, unknown>

/** Makes a check fail with another status than `DOWN`. */
export class CheckFailure extends Error {
  readonly status: Status
  /** Added to the details of the result. */
  readonly details: Details

  constructor (status: Status, message: string, details: Details = {}, options?: ErrorOptions) {
    super(message, options)
    this.status = status
    this.details = details
  }
}

/**
 * Runs work and makes its result: `UP` when the work ends. When the work throws, the result is `DOWN`, or has the
 * status of the `CheckFailure`, and shows the reason.
 */
export async function toCheckResult (details: Details, work: () => void | Promise<void>): Promise<CheckResult> {
  try {
    await work()
    return { status: 'UP', details }
  } catch (error) {
    const failure = error instanceof CheckFailure ? error : undefined
    const all = { error: reasonOf(error), ...details, ...failure?.details }
    return failedResult(failure?.status ?? 'DOWN', all, error)
  }
}

/** Makes the result of a failure. The log shows the error with its stack, and answers show only the details. */
export function failedResult (status: Status, details: Details, error: unknown): CheckResult {
  return Object.defineProperty({ status, details }, THROWN, { value: error })
}

/** Runs work and measures its duration in milliseconds, rounded to a thousandth. */
export async function timed<T> (work: () => Promise<T>): Promise<{ readonly result: T, readonly latencyMs: number }> {
  const startedAt = now()
  const result = await work()
  return { result, latencyMs: Math.round((now() - startedAt) * 1_000) / 1_000 }
}
