import type { Clock } from '../../../base/clock.js'
import type { SharedState } from '../shared-state.js'

/** How often the thread looks at the event loop of the app, in milliseconds. */
const TICK_MS = 250

/** If the thread itself did not run for this time beyond a tick, the whole process stood still, in milliseconds. */
const STALL_MS = 250

/** Knows how long the event loop of the app has been blocked. */
export class LoopWatch {
  readonly #state: SharedState
  readonly #clock: Clock
  readonly #onTick: (blockedMs: number) => void
  #cancel = (): void => undefined
  #tickAt: number
  /** The stalls since the last beat that `#beatAt` refers to. */
  #beatAt = 0
  #stalledSinceBeatMs = 0

  /** Calls `onTick` regularly until `stop()`. */
  constructor (state: SharedState, clock: Clock, onTick: (blockedMs: number) => void) {
    this.#state = state
    this.#clock = clock
    this.#onTick = onTick
    this.#tickAt = clock.now()
    this.#schedule()
  }

  /**
   * Returns the time since the event loop last moved. Time in which the whole process stood still does not count: the
   * app was not blocked then, and Kubernetes must not restart it for that.
   */
  blockedMs (): number {
    const now = this.#clock.now()
    this.#noticeStall(now)
    const { beatAt } = this.#state
    if (beatAt !== this.#beatAt) {
      this.#beatAt = beatAt
      this.#stalledSinceBeatMs = 0
    }
    return Math.max(0, now - beatAt - this.#stalledSinceBeatMs)
  }

  stop (): void {
    this.#cancel()
  }

  #schedule (): void {
    this.#cancel = this.#clock.after(TICK_MS, () => {
      this.#schedule()
      this.#onTick(this.blockedMs())
    })
  }

  /** Adds the time since the last tick, if it is longer than a tick of a thread that runs. */
  #noticeStall (now: number): void {
    const stalledMs = now - this.#tickAt - TICK_MS
    this.#tickAt = now
    if (stalledMs < STALL_MS) return
    this.#stalledSinceBeatMs += stalledMs
    this.#state.stalledMs += stalledMs
  }
}
