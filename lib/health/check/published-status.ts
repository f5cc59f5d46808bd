import type { Clock } from '../../base/clock.js'
import { errorIn } from '../content.js'
import type { ComponentStatus } from '../status.js'
import type { CheckObserver, StatusChange } from './check-observer.js'
import type { Outcome } from './result.js'

/** The status of a check in `/health`, as the log and the channel know it. */
export class PublishedStatus {
  readonly #check: string
  readonly #observer: Pick<CheckObserver, 'changed'>
  readonly #clock: Pick<Clock, 'date'>
  #status: ComponentStatus = 'UNKNOWN'
  #since: string | undefined

  constructor (check: string, observer: Pick<CheckObserver, 'changed'>, clock: Pick<Clock, 'date'>) {
    this.#check = check
    this.#observer = observer
    this.#clock = clock
  }

  /** The time of the last change, in ISO 8601. `undefined` before the first run has ended. */
  get since (): string | undefined {
    return this.#since
  }

  /** Publishes the status of a result, if it has changed. `run` describes the run that caused it. */
  set (outcome: Outcome, run: Pick<StatusChange, 'durationMs' | 'err'> = {}): void {
    const { status } = outcome
    if (status !== this.#status) this.#change(status, { error: errorIn(outcome), ...run })
  }

  /** Publishes `UNKNOWN`, after the removal of the check. */
  forget (): void {
    if (this.#status !== 'UNKNOWN') this.#change('UNKNOWN', { error: undefined })
  }

  #change (to: ComponentStatus, cause: Pick<StatusChange, 'error' | 'durationMs' | 'err'>): void {
    const from = this.#status
    this.#status = to
    this.#since = this.#clock.date().toISOString()
    this.#observer.changed({ check: this.#check, from, to, ...cause }, this.#since)
  }
}
