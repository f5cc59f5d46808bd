import type { Run } from './attempt.js'
import type { CheckPolicy } from './policy.js'

/**
 * The run that a check is shown with. One that says what is shown already, passing or failing, takes its place at once; one
 * that says the contrary only when so many in a row have said so, as with the thresholds of Kubernetes' probes.
 */
export class Thresholds {
  readonly #thresholds: Pick<CheckPolicy, 'failureThreshold' | 'successThreshold'>
  #run: Run | undefined
  #passes: boolean | undefined
  #contraryRuns = 0

  constructor (thresholds: Pick<CheckPolicy, 'failureThreshold' | 'successThreshold'>) {
    this.#thresholds = thresholds
  }

  /** `undefined` before the first run has ended. */
  get run (): Run | undefined {
    return this.#run
  }

  /** Whether the run that is shown has passed, whatever it is shown as. */
  get passes (): boolean {
    return this.#passes === true
  }

  /** Takes the next run, and gives what is shown then. The first counts as it is. */
  take (run: Run, passes: boolean): Run {
    const shown = this.ifTaken(run, passes)
    this.#contraryRuns = shown === run ? 0 : this.#contraryRuns + 1
    if (shown === run) this.#passes = passes
    this.#run = shown
    return shown
  }

  /** What would be shown if this were the next run. */
  ifTaken (run: Run, passes: boolean): Run {
    const threshold = passes ? this.#thresholds.successThreshold : this.#thresholds.failureThreshold
    const isContrary = this.#passes === !passes && this.#contraryRuns + 1 < threshold
    return isContrary && this.#run !== undefined ? this.#run : run
  }

  /** Lets a pass that is shown count for nothing: the next run counts as it is. A failure stands until runs have passed. */
  forgetPass (): void {
    if (this.#passes === true) this.#passes = undefined
  }
}
