import { outsideRequests } from '../../base/async-context.js'
import type { Clock } from '../../base/clock.js'
import { settled } from '../../base/timers.js'

/** Jitter: lengthens each interval by up to 10 %, so that replicas do not run their checks in step. */
const MAX_JITTER = 0.1

/**
 * Repeats work in the background, outside any request's context. Calls never overlap, and the timer does not keep the
 * process alive.
 */
export class Schedule {
  readonly #intervalMs: number
  readonly #work: () => Promise<unknown>
  readonly #clock: Clock
  #isOn = false
  #isWorking = false
  #cancelTimer: (() => void) | undefined

  /** The work must not reject. */
  constructor (intervalMs: number, work: () => Promise<unknown>, clock: Clock) {
    this.#intervalMs = intervalMs
    this.#work = work
    this.#clock = clock
  }

  /** Begins in the next microtask, after the caller's synchronous code. */
  start (): void {
    if (this.#isOn) return
    this.#isOn = true
    if (!this.#isWorking) void outsideRequests(async () => await this.#begin())
  }

  stop (): void {
    this.#isOn = false
    this.#cancelTimer?.()
  }

  async #begin (): Promise<void> {
    await settled
    this.#beat()
  }

  #beat (): void {
    if (!this.#isOn || this.#isWorking) return
    this.#isWorking = true
    void this.#work().then(() => {
      this.#isWorking = false
      if (this.#isOn) this.#cancelTimer = this.#clock.inBackground(this.#nextDelayMs(), () => this.#beat())
    })
  }

  #nextDelayMs (): number {
    return this.#intervalMs * (1 + MAX_JITTER * this.#clock.random())
  }
}
