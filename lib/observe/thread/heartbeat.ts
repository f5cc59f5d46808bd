import type { Clock } from '../../base/clock.js'
import { SHORTEST_BLOCK_MS } from './block-meter.js'
import type { BlockMeter } from './block-meter.js'
import { BEAT_MS } from './shared-state.js'
import type { SharedState } from './shared-state.js'

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
    this.#dueAt = now + BEAT_MS
    this.#cancelBeat = clock.inBackground(BEAT_MS, () => this.#beat())
  }

  /** Reports a block, without the time in which the whole process stood still. */
  #report (durationMs: number): void {
    const { state: { stalledMs }, onBlock } = this.#dependencies
    const blockedMs = durationMs - (stalledMs - this.#stalledMs)
    this.#stalledMs = stalledMs
    if (blockedMs >= SHORTEST_BLOCK_MS) onBlock(blockedMs)
  }
}
