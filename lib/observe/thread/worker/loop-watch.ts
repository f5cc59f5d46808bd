import type { Clock } from '../../../base/clock.js'
import type { Turns } from '../block-meter.js'
import { BEAT_MS } from '../shared-state.js'
import type { SharedState } from '../shared-state.js'

/** A beat that is late by this time is worth a look, in milliseconds. */
const LATE_MS = 150

/** How often the thread looks while a beat is late, in milliseconds. */
const TICK_MS = 100

/** A question without an answer, or a late beat, proves a block after this time, in milliseconds. */
const PROOF_MS = 50

/** The meter counts a turn of the event loop at this interval, in milliseconds. */
const TURN_MS = 100

/** If the thread itself ran this much later than planned, the whole process stood still, in milliseconds. */
const STALL_MS = 250

/**
 * Knows how long the event loop of the app has been blocked. A process at rest should sleep, so the app shows only
 * rarely that it moves. Between the beats, the unanswered questions of the thread show a block.
 */
export class LoopWatch {
  readonly #state: SharedState
  readonly #turns: Turns
  readonly #clock: Clock
  readonly #onTick: (blockedMs: number) => void
  #cancel = (): void => undefined
  /** When the questions were asked that the app has not answered yet. */
  readonly #askedAt: number[] = []
  #asked = 0
  #ranAt: number
  #nextTickAt = 0
  /** The stalls since the last beat that `#beatAt` refers to. */
  #beatAt = 0
  #stalledSinceBeatMs = 0

  /** Calls `onTick` regularly until `stop()`. */
  constructor (state: SharedState, turns: Turns, clock: Clock, onTick: (blockedMs: number) => void) {
    this.#state = state
    this.#turns = turns
    this.#clock = clock
    this.#onTick = onTick
    this.#ranAt = clock.now()
    this.#schedule()
  }

  /** Call this at each question, which the app answers as soon as its event loop moves. */
  asked (): void {
    this.#askedAt.push(this.#clock.now())
    this.#asked += 1
  }

  /**
   * Returns the time for which the event loop is known to be blocked, in milliseconds. Time in which the whole process
   * stood still does not count: the app was not blocked then, and Kubernetes must not restart it for that.
   */
  blockedMs (): number {
    const now = this.#clock.now()
    this.#noticeStall(now)
    const { turns, beatAt } = this.#state
    if (beatAt !== this.#beatAt) {
      this.#beatAt = beatAt
      this.#stalledSinceBeatMs = 0
    }
    const [askedAt = Infinity] = this.#openQuestions()
    const since = Math.min(Math.max(askedAt, beatAt), beatAt + BEAT_MS)
    const lastTurnAt = beatAt + Math.max(0, this.#turns.count - turns) * TURN_MS
    const isProved = now - since - this.#stalledSinceBeatMs >= PROOF_MS
    const blockedSince = isProved ? Math.min(since, lastTurnAt + TURN_MS / 2) : since
    return Math.max(0, now - blockedSince - this.#stalledSinceBeatMs)
  }

  stop (): void {
    this.#cancel()
  }

  #openQuestions (): readonly number[] {
    this.#askedAt.splice(0, this.#askedAt.length - (this.#asked - this.#state.answered))
    return this.#askedAt
  }

  /** The next tick follows the next beat, so that it finds a beat that is late, and otherwise wakes up rarely. */
  #schedule (): void {
    const now = this.#clock.now()
    const delayMs = Math.max(TICK_MS, this.#state.beatAt + BEAT_MS + LATE_MS - now)
    this.#nextTickAt = now + delayMs
    this.#cancel = this.#clock.after(delayMs, () => {
      const blockedMs = this.blockedMs()
      this.#schedule()
      this.#onTick(blockedMs)
    })
  }

  /** Adds the time since the thread last ran, if it is longer than planned. */
  #noticeStall (now: number): void {
    const [ranAt, isStall] = [this.#ranAt, now - Math.max(this.#ranAt, this.#nextTickAt) >= STALL_MS]
    this.#ranAt = now
    if (!isStall) return
    this.#stalledSinceBeatMs += now - ranAt
    this.#state.stalledMs += now - ranAt
  }
}
