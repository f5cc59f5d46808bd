import { LIFE } from '../../health/check/check-function.js'
import type { CheckContext, CheckFunction, LivingContext } from '../../health/check/check-function.js'
import { toCheckResult } from './result.js'
import type { Details } from './result.js'
import { TimeLimit } from './time-limit.js'

/** One run of a ready-made check. */
export interface ReadyMadeRun {
  /** Ends the run a little before the engine does, so that the check can report the cause of the wait. */
  readonly limit: TimeLimit
  /** The result's details. The check adds to them as it goes: a failure shows them too. */
  readonly details: Details
  readonly log: CheckContext['log']
  /** Aborted when the check has run for the last time. Undefined if no app runs the check. */
  readonly life: AbortSignal | undefined
}

/**
 * Makes a check function that is `UP` when its work ends. When the work throws, the check is `DOWN` with the reason, or
 * has the status of the `CheckFailure`.
 *
 * @param initialDetails copied into the details of each run
 */
export function readyMade (
  work: (run: ReadyMadeRun) => void | Promise<void>,
  initialDetails: Details = {}
): CheckFunction {
  return async function checkReadyMade (context: CheckContext & Partial<LivingContext>) {
    const details = { ...initialDetails }
    const { log } = context
    return await toCheckResult(details, async () => {
      await TimeLimit.of(context, async (limit) => await work({ limit, details, log, life: context[LIFE] }))
    })
  }
}
