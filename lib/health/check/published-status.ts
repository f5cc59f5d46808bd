import type { ComponentStatus } from '../status.js'
import type { CheckObserver } from './check-observer.js'
import type { Outcome } from './result.js'

/** The status of a check in `/health`, as the log and the channel know it. */
export class PublishedStatus {
  readonly #check: string
  readonly #observer: Pick<CheckObserver, 'changed'>
  #status: ComponentStatus = 'UNKNOWN'

  constructor (check: string, observer: Pick<CheckObserver, 'changed'>) {
    this.#check = check
    this.#observer = observer
  }

  /** Publishes the status of a result, if it has changed. `durationMs` is the duration of the run that caused it. */
  set ({ status, details }: Outcome, durationMs?: number): void {
    if (status === this.#status) return
    this.#change(status, { error: details?.['error'], ...(durationMs !== undefined && { durationMs }) })
  }

  /** Publishes `UNKNOWN`, after the removal of the check. */
  forget (): void {
    if (this.#status !== 'UNKNOWN') this.#change('UNKNOWN', { error: undefined })
  }

  #change (to: ComponentStatus, cause: { readonly error: unknown, readonly durationMs?: number }): void {
    const from = this.#status
    this.#status = to
    this.#observer.changed({ check: this.#check, from, to, ...cause })
  }
}
