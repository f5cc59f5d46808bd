import inspector from 'node:inspector'
import type { Clock } from '../../base/clock.js'
import type { Logger } from '../../base/logger.js'
import type { HealthEngine } from '../../health/engine.js'
import type { Kind } from '../../health/kind.js'
import { BlockLog } from './block-log.js'
import { LoopBlockMeter } from './block-meter.js'
import type { BlockMeter, Turns } from './block-meter.js'
import { Heartbeat } from './heartbeat.js'
import { LoopBlocks } from './loop-blocks.js'
import type { Blocker } from './messages.js'
import { SharedState } from './shared-state.js'
import { Statuses } from './statuses.js'

/** The parts that this side needs. */
export interface AppSideDependencies {
  readonly engine: HealthEngine
  readonly kinds: readonly Kind[]
  readonly log: Logger
  /** The app. Messages for subscribers contain it. */
  readonly owner: object
  /** Shows the same time in all threads. */
  readonly clock: Clock
  /** In milliseconds. */
  readonly readinessBlocked: number
  /** @default a meter of this thread */
  readonly meter?: BlockMeter
}

/** The side of the app: tells the thread of the port how the app is, and records the blocks of the event loop. */
export class AppSide {
  readonly state: SharedState
  readonly blocks: LoopBlocks
  /** The thread gets a copy. */
  readonly turns: Turns
  readonly #statuses: Statuses
  readonly #heartbeat: Heartbeat
  readonly #blockLog: BlockLog

  constructor (dependencies: AppSideDependencies) {
    const { kinds, clock, meter = new LoopBlockMeter() } = dependencies
    const state = SharedState.create(kinds.length)
    this.state = state
    this.turns = meter.turns
    this.blocks = new LoopBlocks(clock)
    this.#statuses = new Statuses({ ...dependencies, state })
    this.#blockLog = new BlockLog(dependencies)
    this.#heartbeat = new Heartbeat({
      state,
      clock,
      meter,
      onBeat: () => this.#statuses.publish(),
      onBlock: (durationMs) => this.#record(durationMs),
      isDebugged: () => inspector.url() !== undefined
    })
  }

  /** Lets the thread request reports. Call this when the app is ready. */
  ready (): void {
    this.state.isReady = true
  }

  /** Call this when a thread starts. */
  started (): void {
    this.state.answered = 0
  }

  /** Call this at each question of the thread: the event loop moves. */
  answered (): void {
    this.#heartbeat.moved()
    this.state.answered += 1
  }

  /** Takes the function that the thread has found in a block. */
  found (blocker: Blocker | undefined): void {
    this.#blockLog.found(blocker)
    this.#heartbeat.hurry()
  }

  /** Takes the time at which the thread has written a line about a block. */
  logged (at: number): void {
    this.#blockLog.logged(at)
  }

  /** Call this when the app begins to close. */
  publish (): void {
    this.#statuses.publish()
  }

  close (): void {
    this.#heartbeat.stop()
  }

  /** A debugger may have paused the app, so that is no block to log. */
  #record (durationMs: number): void {
    this.blocks.add(durationMs)
    if (!this.state.isDebugged) this.#blockLog.add(durationMs)
  }
}
