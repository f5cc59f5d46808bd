import type { Clock } from '../../base/clock.js'
import { Lives } from '../kit/lives.js'
import type { PendingWork } from './pending-work.js'

/** Measures the time since work was last completed or absent. */
export class Silence {
  readonly #work: PendingWork
  readonly #period: number
  readonly #clock: Pick<Clock, 'inBackground' | 'now'>
  readonly #lives = new Lives(() => this.#stop())
  #since: number
  #cancelSample: (() => void) | undefined

  /** @param period between two samples, in milliseconds */
  constructor (work: PendingWork, period: number, clock: Pick<Clock, 'inBackground' | 'now'>) {
    this.#work = work
    this.#period = period
    this.#clock = clock
    this.#since = clock.now()
    work.onIdle(() => this.restart())
  }

  /** The duration in milliseconds. */
  get ms (): number {
    return this.#clock.now() - this.#since
  }

  /** Call it when work was completed. */
  restart (): void {
    this.#since = this.#clock.now()
  }

  /**
   * Looks for moments without pending work until the check has run for the last time. Silence starts anew at the first
   * run: before it no moment was sampled, and an app that starts may have work before its consumer runs.
   */
  watchDuring (life: AbortSignal): void {
    this.#lives.follow(life)
    if (life.aborted || this.#cancelSample !== undefined) return
    this.restart()
    this.#schedule()
  }

  #schedule (): void {
    this.#cancelSample = this.#clock.inBackground(this.#period, () => {
      // A sample that fails is no moment without work. The next run reports the failure.
      this.#work.count().catch(() => undefined)
      this.#schedule()
    })
  }

  #stop (): void {
    this.#cancelSample?.()
    this.#cancelSample = undefined
  }
}
