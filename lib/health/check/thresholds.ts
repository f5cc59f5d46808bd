import type { RunResult } from './result.js'
import type { CheckPolicy } from './policy.js'

/**
 * Decides which result of a check is reported. A result that agrees with the reported result (both pass, or both fail)
 * replaces it at once. A contrary result replaces it only after enough contrary runs in a row, as with the thresholds
 * of Kubernetes' probes.
 */
export class Thresholds {
  readonly #thresholds: Pick<CheckPolicy, 'failureThreshold' | 'successThreshold'>
  #run: RunResult | undefined
  #passes: boolean | undefined
  #contraryRuns = 0

  constructor (thresholds: Pick<CheckPolicy, 'failureThreshold' | 'successThreshold'>) {
    this.#thresholds = thresholds
  }

  /** The reported result, or `undefined` before the first run has ended. */
  get run (): RunResult | undefined {
    return this.#run
  }

  /** True if the reported run has passed. `failureStatus` does not change this. */
  get passes (): boolean {
    return this.#passes === true
  }

  /** Takes the result of the next run, and returns the result to report. The first result counts at once. */
  take (run: RunResult, passes: boolean): RunResult {
    const shown = this.ifTaken(run, passes)
    this.#contraryRuns = shown === run ? 0 : this.#contraryRuns + 1
    if (shown === run) this.#passes = passes
    this.#run = shown
    return shown
  }

  /** Returns the result that `take` would return, and changes nothing. */
  ifTaken (run: RunResult, passes: boolean): RunResult {
    const threshold = passes ? this.#thresholds.successThreshold : this.#thresholds.failureThreshold
    const isContrary = this.#passes === !passes && this.#contraryRuns + 1 < threshold
    return isContrary && this.#run !== undefined ? this.#run : run
  }

  /** Ignores a reported pass, so that the next result counts at once. A reported failure stands until runs pass. */
  forgetPass (): void {
    if (this.#passes === true) this.#passes = undefined
  }
}
