import { channel } from 'node:diagnostics_channel'
import type { Clock } from '../../base/clock.js'
import type { Logger } from '../../base/logger.js'
import { logSafely } from '../../base/safe-log.js'
import { blockFields, blockText } from './block-text.js'
import type { Blocker } from './messages.js'

/** Shorter blocks are only counted, in milliseconds. */
const SHORTEST_LOGGED_MS = 1_000
/** The shortest time between two lines, in milliseconds. */
const QUIET_MS = 60_000

const BLOCKS = channel('fastify-management-endpoints:event-loop')

/**
 * The message of the channel `fastify-management-endpoints:event-loop`: the event loop was blocked for at least 1 s.
 *
 * @see `docs/api.md#fastify-management-endpointsevent-loop`
 */
export interface EventLoopBlockMessage<Owner extends object = object> {
  /** The app whose event loop was blocked. */
  readonly fastify: Owner
  /** Duration of the block, in milliseconds. */
  readonly blockedMs: number
  /** The function that was running; absent if Node could not tell. */
  readonly blocker?: Blocker
}

/** The parts that the log needs. */
export interface BlockLogDependencies {
  readonly log: Logger
  /** The app. Messages for subscribers contain it. */
  readonly owner: object
  readonly clock: Pick<Clock, 'now'>
}

/** Logs and publishes long blocks of the event loop: each on the channel, and at most one line per minute. */
export class BlockLog {
  readonly #dependencies: BlockLogDependencies
  #blocker: Blocker | undefined
  #loggedAt = -Infinity

  constructor (dependencies: BlockLogDependencies) {
    this.#dependencies = dependencies
  }

  /** Takes the function that the thread has found. Its message arrives when the event loop moves again. */
  found (blocker: Blocker | undefined): void {
    this.#blocker = blocker
  }

  /** Takes the time of a line that the thread has written. It counts like a line of this log. */
  logged (at: number): void {
    this.#loggedAt = at
  }

  /** Call this after a block. */
  add (durationMs: number): void {
    const { log, owner, clock } = this.#dependencies
    const blocker = this.#blocker
    this.#blocker = undefined
    if (durationMs < SHORTEST_LOGGED_MS) return
    if (clock.now() - this.#loggedAt >= QUIET_MS) {
      this.#loggedAt = clock.now()
      logSafely(log, 'warn', blockFields(durationMs, blocker), blockText(durationMs, blocker))
    }
    const message = { fastify: owner, blockedMs: Math.round(durationMs), ...(blocker !== undefined && { blocker }) }
    BLOCKS.publish(message satisfies EventLoopBlockMessage)
  }
}
