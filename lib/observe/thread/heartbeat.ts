import type { Clock } from '../../base/clock.js'
import type { SharedState } from './shared-state.js'

/** How often the event loop shows that it moves, in milliseconds. */
const BEAT_MS = 50

/** A longer time without a beat is a block, in milliseconds. */
const SHORTEST_BLOCK_MS = 100

/** The parts that the heartbeat needs. */
export interface HeartbeatDependencies {
  readonly state: SharedState
  readonly clock: Clock
  /** Called at each beat. */
  readonly onBeat: () => void
  /** Called after a block, with its duration in milliseconds. */
  readonly onBlock: (durationMs: number) => void
  readonly isDebugged: () => boolean
}

/** Shows the thread of the port that the event loop of the app moves, and measures each block. */
export class Heartbeat {
  readonly #dependencies: HeartbeatDependencies
  #stalledMs = 0
  #cancel = (): void => undefined

  constructor (dependencies: HeartbeatDependencies) {
    this.#dependencies = dependencies
    const { state, clock } = dependencies
    state.beatAt = clock.now()
    this.#beat(clock.now())
  }

  stop (): void {
    this.#cancel()
  }

  #beat (lastAt: number): void {
    const { state, clock, onBeat, onBlock, isDebugged } = this.#dependencies
    const now = clock.now()
    const { stalledMs } = state
    const blockedMs = now - lastAt - (stalledMs - this.#stalledMs)
    this.#stalledMs = stalledMs
    state.beatAt = now
    state.isDebugged = isDebugged()
    if (blockedMs >= SHORTEST_BLOCK_MS) onBlock(blockedMs)
    onBeat()
    this.#cancel = clock.inBackground(BEAT_MS, () => this.#beat(now))
  }
}
