import type { Clock } from '../../../base/clock.js'
import type { Turns } from '../block-meter.js'
import { TURN_MS } from '../shared-state.js'
import type { SharedState } from '../shared-state.js'
import { SILENT_MS } from './waits.js'

/** The same count for this time proves a block, in milliseconds. */
const SAME_COUNT_MS = 150

/** Turns that are late by this time are worth a closer look, in milliseconds. */
const LATE_MS = 250

/** How often the thread looks, in milliseconds. Each look wakes up a process at rest. */
const TICK_MS = 800

/** The same while turns are late. */
const CLOSE_TICK_MS = 100

/** If the thread itself ran this much later than planned, the whole process stood still, in milliseconds. */
const STALL_MS = 250

/**
 * Knows how long the event loop of the app has been blocked. A process at rest should sleep, so the app seldom shows
 * that it moves. Between its beats, the thread reads the turns that the app's meter counts, without JavaScript.
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
  #beatAt = 0
  /** The count of the turns, with the first and the last look that have seen it. */
  #count = { turns: 0, firstAt: 0, lastAt: 0 }
  /** About the time of the last turn. */
  #turnAt = 0
  /** The stalls since the last turn. */
  #stalledMs = 0

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
    this.#look(now, this.#noticeStall(now))
    const [askedAt = Infinity] = this.#openQuestions()
    const openSince = Math.max(askedAt, this.#beatAt)
    const isProved = now - openSince - this.#stalledMs >= SILENT_MS || now - this.#count.firstAt >= SAME_COUNT_MS
    // A block begins between two turns.
    const blockedSince = isProved ? Math.min(openSince, this.#turnAt + TURN_MS / 2) : openSince
    return Math.max(0, now - blockedSince - this.#stalledMs)
  }

  stop (): void {
    this.#cancel()
  }

  /** Looks for a sign that the event loop has moved: a beat, or turns. */
  #look (now: number, isStall: boolean): void {
    const { turns, beatAt } = this.#state
    if (beatAt !== this.#beatAt) {
      this.#beatAt = beatAt
      this.#moved(turns, beatAt, beatAt)
    }
    const { count } = this.#turns
    const newTurns = count - this.#count.turns
    if (newTurns === 0) this.#count.lastAt = now
    else this.#moved(count, now, isStall ? now : Math.min(now, this.#count.lastAt + Math.abs(newTurns) * TURN_MS))
  }

  #moved (turns: number, seenAt: number, turnAt: number): void {
    this.#count = { turns, firstAt: seenAt, lastAt: seenAt }
    this.#turnAt = turnAt
    this.#stalledMs = 0
  }

  #openQuestions (): readonly number[] {
    this.#askedAt.splice(0, this.#askedAt.length - (this.#asked - this.#state.answered))
    return this.#askedAt
  }

  #schedule (): void {
    const now = this.#clock.now()
    const delayMs = now - this.#turnAt < LATE_MS ? TICK_MS : CLOSE_TICK_MS
    this.#nextTickAt = now + delayMs
    this.#cancel = this.#clock.after(delayMs, () => {
      const blockedMs = this.blockedMs()
      this.#schedule()
      this.#onTick(blockedMs)
    })
  }

  /** Adds the time since the thread last ran, if it is longer than planned. */
  #noticeStall (now: number): boolean {
    const [ranAt, isStall] = [this.#ranAt, now - Math.max(this.#ranAt, this.#nextTickAt) >= STALL_MS]
    this.#ranAt = now
    if (isStall) {
      this.#stalledMs += now - ranAt
      this.#state.stalledMs += now - ranAt
    }
    return isStall
  }
}
