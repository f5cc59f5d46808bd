import type { Clock } from '../../base/clock.js'
import { SHORTEST_BLOCK_MS } from './block-meter.js'
import type { BlockMeter } from './block-meter.js'
import type { SharedState } from './shared-state.js'

/** How often the app looks for blocks, in milliseconds. Each beat wakes up a process at rest. */
export const BEAT_MS = 2_500

/** The same after a block: more may follow. */
const BEAT_AFTER_BLOCK_MS = 500

/** After a block, the thread needs this time to report a stall, or the function that it has found, in milliseconds. */
const REPORT_MS = 100

/** The parts that the heartbeat needs. */
export interface HeartbeatDependencies {
  readonly state: SharedState
  readonly clock: Clock
  readonly meter: BlockMeter
  /** Called at each beat. */
  readonly onBeat: () => void
  /** Called after a block, with its duration in milliseconds. */
  readonly onBlock: (durationMs: number) => void
  readonly isDebugged: () => boolean
}

/** Shows the thread of the port that the event loop of the app moves, and measures each block. */
export class Heartbeat {
  readonly #dependencies: HeartbeatDependencies
  #dueAt: number
  #stalledMs = 0
  #cancelBeat = (): void => undefined
  #cancelReport = (): void => undefined

  constructor (dependencies: HeartbeatDependencies) {
    this.#dependencies = dependencies
    this.#dueAt = dependencies.clock.now()
    this.#beat()
  }

  /** Beats at once. Call this when the thread has noticed a block. */
  hurry (): void {
    this.#beatIn(0)
  }

  /** Call this whenever the event loop moves by itself, for example at a message. */
  moved (): void {
    const { state, clock, meter, isDebugged } = this.#dependencies
    state.beatAt = clock.now()
    state.turns = meter.turns.count
    state.isDebugged = isDebugged()
  }

  stop (): void {
    this.#cancelBeat()
    this.#cancelReport()
    this.#dependencies.meter.stop()
  }

  #beat (): void {
    const { clock, meter, onBeat } = this.#dependencies
    const now = clock.now()
    const blockedMs = Math.max(meter.take(), now - this.#dueAt)
    // After `take()`, which may reset the count of the turns.
    this.moved()
    if (blockedMs < SHORTEST_BLOCK_MS) this.#stalledMs = this.#dependencies.state.stalledMs
    else this.#cancelReport = clock.inBackground(REPORT_MS, () => this.#report(blockedMs))
    onBeat()
    this.#beatIn(blockedMs < SHORTEST_BLOCK_MS ? BEAT_MS : BEAT_AFTER_BLOCK_MS)
  }

  #beatIn (delayMs: number): void {
    const { clock } = this.#dependencies
    this.#cancelBeat()
    this.#dueAt = clock.now() + delayMs
    this.#cancelBeat = clock.inBackground(delayMs, () => this.#beat())
  }

  /** Reports a block, without the time in which the whole process stood still. */
  #report (durationMs: number): void {
    const { state: { stalledMs }, onBlock } = this.#dependencies
    const blockedMs = durationMs - (stalledMs - this.#stalledMs)
    this.#stalledMs = stalledMs
    if (blockedMs >= SHORTEST_BLOCK_MS) onBlock(blockedMs)
  }
}
