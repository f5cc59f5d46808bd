import { outsideRequests } from '../../base/async-context.js'
import type { Clock } from '../../base/clock.js'
import { reasonOf } from '../../base/describe.js'
import type { Logger } from '../../base/logger.js'
import { settle } from '../../base/maybe-promise.js'
import { OpenSummaries, RepeatedLines } from '../../base/repeated-lines.js'
import { safeError } from '../../base/safe-error.js'
import { logSafely } from '../../base/safe-log.js'
import { setImmediate } from '../../base/timers.js'
import type { HistoryEntry } from './history.js'

/** A function of the app that is called after each status change. Its result is ignored. */
export type ChangeCallback = (change: HistoryEntry) => unknown

const FAILED = 'a callback of management.onChange()'

/** An added function. An object of its own, because the same function may be added several times. */
interface Added {
  readonly callback: ChangeCallback
}

/** A change, with the callbacks at its time. A callback that adds callbacks must not be called for ever. */
interface Outstanding {
  readonly entry: HistoryEntry
  readonly callbacks: readonly Added[]
}

/**
 * Calls functions of the app after status changes, in the order of the changes. The calls follow in the next turn of
 * the event loop, outside any request: a slow callback must not delay a probe, and a callback may cause another change.
 */
export class ChangeCallbacks {
  readonly #callbacks = new Set<Added>()
  readonly #summaries = new OpenSummaries()
  readonly #failures: RepeatedLines<unknown>
  #outstanding: Outstanding[] = []
  #isClosed = false

  constructor (log: Logger, clock: Clock) {
    this.#failures = new RepeatedLines({
      clock,
      summaries: this.#summaries,
      write: (error) => logSafely(log, 'error', { err: safeError(error) }, `${FAILED} failed: ${reasonOf(error)}`),
      summarize: ({ count, seconds, last }) => logSafely(log, 'error',
        { err: safeError(last), failures: count, seconds },
        `${FAILED} failed ${count} times in ${seconds} s, last: ${reasonOf(last)}`)
    })
  }

  /** Adds a callback, and returns a function that removes it. The same function may be added several times. */
  add (callback: ChangeCallback): () => void {
    const added = { callback }
    if (!this.#isClosed) this.#callbacks.add(added)
    return () => { this.#callbacks.delete(added) }
  }

  /** Calls the callbacks for a change, in the next turn of the event loop. */
  notify (entry: HistoryEntry): void {
    if (this.#callbacks.size === 0) return
    this.#outstanding.push({ entry, callbacks: [...this.#callbacks] })
    if (this.#outstanding.length === 1) outsideRequests(setImmediate, () => this.#callAll())
  }

  /** Calls the callbacks for the outstanding changes, and removes all callbacks. */
  close (): void {
    this.#isClosed = true
    this.#callAll()
    this.#callbacks.clear()
    this.#summaries.close()
  }

  #callAll (): void {
    const changes = this.#outstanding
    this.#outstanding = []
    for (const { entry, callbacks } of changes) {
      for (const added of callbacks) if (this.#callbacks.has(added)) this.#call(added.callback, entry)
    }
  }

  #call (callback: ChangeCallback, entry: HistoryEntry): void {
    const onError = (error: unknown): void => this.#failures.add(error)
    try {
      settle(callback({ ...entry })).catch(onError)
    } catch (error) {
      onError(error)
    }
  }
}
