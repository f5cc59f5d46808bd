import { writeSync } from 'node:fs'
import { attemptOr } from '../../../base/attempt-or.js'
import type { Clock } from '../../../base/clock.js'
import { blockFields, blockText } from '../block-text.js'
import type { Blocker } from '../messages.js'
import type { SharedState } from '../shared-state.js'
import { findBlocker } from './blocker.js'

/**
 * A block that is known for a shorter time is not worth a search, in milliseconds. The block may have begun a beat
 * earlier, so this finds the function of every block of 1 s, which is then logged.
 */
const WORTH_A_SEARCH_MS = 450
/** If the app is blocked for this time, it may never log the block itself, in milliseconds. */
const STUCK_MS = 5_000
/** A line waits for the result of a search for this time, in milliseconds. Native code cannot be interrupted. */
const SEARCH_MS = 1_000
/** The shortest time between two searches, in milliseconds. A search pauses the app for some milliseconds. */
const SEARCH_QUIET_MS = 10_000
/** The shortest time between two lines, in milliseconds. */
const QUIET_MS = 60_000

const STDERR = 2
/** The number of pino's level `warn`. */
const WARN = 40

/** The parts that the reporter needs. */
export interface BlockReporterDependencies {
  readonly state: Pick<SharedState, 'beatAt' | 'isDebugged'>
  readonly clock: Clock
  readonly blocker: boolean
  readonly maxBlocked: number
  readonly logFields: Readonly<Record<string, unknown>> | undefined
  /** Passes the result of a search to the app. */
  readonly report: (blocker: Blocker | undefined) => void
  /** Called after each line. The app then writes none about the same block. */
  readonly onLine: () => void
  readonly find?: () => Promise<Blocker | undefined>
  readonly write?: (line: string) => void
}

/** Finds the function that blocks the event loop, and writes a line about a block that does not end. */
export class BlockReporter {
  readonly #dependencies: BlockReporterDependencies
  #searchedAt = -Infinity
  /** The beat at which the block of the last search began. */
  #searchedBeat = -Infinity
  #writtenAt = -Infinity
  /** The last search, for the block that began at this beat. */
  #found: { readonly beatAt: number, readonly blocker: Blocker | undefined } | undefined

  constructor (dependencies: BlockReporterDependencies) {
    this.#dependencies = dependencies
  }

  /** Call this regularly. Does nothing while a debugger is attached, because it may have paused the app. */
  look (blockedMs: number): void {
    const { state: { isDebugged, beatAt }, clock, blocker, maxBlocked } = this.#dependencies
    if (blockedMs < WORTH_A_SEARCH_MS || isDebugged) return
    const now = clock.now()
    const isStuck = blockedMs >= Math.min(STUCK_MS, maxBlocked)
    const isDue = isStuck || now - this.#searchedAt >= SEARCH_QUIET_MS
    if (blocker && isDue && this.#searchedBeat !== beatAt) {
      this.#searchedAt = now
      this.#searchedBeat = beatAt
      void this.#search(beatAt)
    } else if (isStuck && now - this.#writtenAt >= QUIET_MS && !this.#isSearching(now)) {
      this.#writtenAt = now
      this.#writeLine(blockedMs)
    }
  }

  #isSearching (now: number): boolean {
    return this.#found?.beatAt !== this.#searchedBeat && now - this.#searchedAt < SEARCH_MS
  }

  async #search (beatAt: number): Promise<void> {
    const { find = findBlocker, report } = this.#dependencies
    const blocker = await find()
    this.#found = { beatAt, blocker }
    report(blocker)
  }

  /** Writes to the standard error, because the app's logger belongs to the blocked thread. */
  #writeLine (blockedMs: number): void {
    const { state, clock, logFields, onLine, write = writeToStandardError } = this.#dependencies
    if (logFields === undefined) return
    const blocker = this.#found?.beatAt === state.beatAt ? this.#found.blocker : undefined
    const msg = blockText(blockedMs, blocker)
    const line = { level: WARN, time: clock.date().getTime(), ...logFields, ...blockFields(blockedMs, blocker), msg }
    attemptOr(() => {
      write(`${JSON.stringify(line)}\n`)
      onLine()
    }, undefined)
  }
}

/** Writes a line at once. Node's own streams belong to the blocked thread. */
export function writeToStandardError (line: string): void {
  writeSync(STDERR, line)
}
