import type { LastFailure } from '../component.js'
import { failureIn } from '../failure-record.js'
import { isPassing } from '../status.js'
import type { RunResult } from './result.js'
import type { CheckPolicy } from './options.js'

/**
 * Decides which result of a check is reported. A result that agrees with the reported result (both pass, or both fail)
 * replaces it at once. A contrary result replaces it only after enough contrary runs in a row, as with the thresholds
 * of Kubernetes' probes.
 */
export class Thresholds {
  readonly #policy: Pick<CheckPolicy, 'failureThreshold' | 'successThreshold'>
  #reported: RunResult | undefined
  #passes: boolean | undefined
  #contraryRuns = 0
  #lastFailure: LastFailure | undefined

  constructor (policy: Pick<CheckPolicy, 'failureThreshold' | 'successThreshold'>) {
    this.#policy = policy
  }

  /** The reported result, or `undefined` before the first run has ended. */
  get reported (): RunResult | undefined {
    return this.#reported
  }

  /** The last failed run that was reported, or `undefined` if none was. */
  get lastFailure (): LastFailure | undefined {
    const reported = this.#reported
    return reported === undefined || isPassing(reported.status) ? this.#lastFailure : failureIn(reported)
  }

  /** True if the reported run has passed. `failureStatus` does not change this. */
  get passes (): boolean {
    return this.#passes === true
  }

  /** Takes the result of the next run, and returns the result to report. The first result counts at once. */
  take (result: RunResult, passes: boolean): RunResult {
    const reported = this.ifTaken(result, passes)
    this.#contraryRuns = reported === result ? 0 : this.#contraryRuns + 1
    if (reported === result) this.#passes = passes
    // The reason of a failure is read only when the failure ends.
    if (isPassing(reported.status)) this.#lastFailure = this.lastFailure
    this.#reported = reported
    return reported
  }

  /** Returns the result that `take` would return, and changes nothing. */
  ifTaken (result: RunResult, passes: boolean): RunResult {
    const threshold = passes ? this.#policy.successThreshold : this.#policy.failureThreshold
    const isContrary = this.#passes === !passes && this.#contraryRuns + 1 < threshold
    return isContrary && this.#reported !== undefined ? this.#reported : result
  }

  /** Ignores a reported pass, so that the next result counts at once. A reported failure stands until runs pass. */
  forgetPass (): void {
    if (this.#passes === true) this.#passes = undefined
  }

  /** Ignores a reported failure, so that the next result counts at once. */
  forgetFailure (): void {
    if (this.#passes === false) this.#passes = undefined
  }
}
