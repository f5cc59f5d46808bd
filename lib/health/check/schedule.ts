import type { Clock } from '../../base/clock.js'

/** A wait is by chance up to so much longer than it should be, so that replicas do not beat in step. */
const LONGER_BY_CHANCE = 0.1

/** Does something again and again, in the background: never twice at a time, and without keeping the process alive. */
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

  /** Begins at once, but after whoever starts it is through with what it does. */
  start (): void {
    if (this.#isOn) return
    this.#isOn = true
    if (!this.#isWorking) queueMicrotask(() => this.#beat())
  }

  stop (): void {
    this.#isOn = false
    this.#cancelTimer?.()
  }

  #beat (): void {
    if (!this.#isOn || this.#isWorking) return
    this.#isWorking = true
    void this.#work().then(() => {
      this.#isWorking = false
      if (this.#isOn) this.#cancelTimer = this.#clock.inBackground(this.#intervalMs * (1 + LONGER_BY_CHANCE * this.#clock.random()), () => this.#beat())
    })
  }
}
