import type { Clock } from '../../base/clock.js'
import type { Logger } from '../../base/logger.js'
import type { TimedChange } from '../../health/check/check-observer.js'
import { reasonIn } from '../../health/failure-record.js'
import type { Kind } from '../../health/kind.js'
import type { ComponentStatus } from '../../health/status.js'
import { ChangeCallbacks } from './change-callbacks.js'
import type { ChangeCallback } from './change-callbacks.js'

/** The most changes of one check, or of the lifecycle. */
const MOST_OF_ONE = 50
/** The most changes of all checks and the lifecycle together. */
const MOST = 500

/**
 * One status change of a check, or of the app itself as `lifecycle`.
 *
 * @see `docs/history.md`
 */
export interface HistoryEntry {
  /** When the status changed, in ISO 8601. */
  readonly time: string
  /** The name of the check, or `lifecycle`. */
  readonly check: string
  /** Only for a service dependency in the option `cascade`: the kind for which it was requested. */
  readonly kind?: Kind
  /** `UNKNOWN` before the first run. */
  readonly from: ComponentStatus
  /** `UNKNOWN` if the check was removed. */
  readonly to: ComponentStatus
  /** The reason of a failure, with secrets redacted, at most 1,000 characters. */
  readonly error?: string
  /** Duration of the run that caused the change, in milliseconds. Absent if no run caused it. */
  readonly durationMs?: number
}

/** The last status changes of one app, in memory, and the callbacks for new changes. */
export class History {
  /** The oldest change first. */
  readonly #entries: HistoryEntry[] = []
  /** The number of changes by check, for the checks that have any. */
  readonly #counts = new Map<string, number>()
  readonly #callbacks: ChangeCallbacks

  constructor (log: Logger, clock: Clock) {
    this.#callbacks = new ChangeCallbacks(log, clock)
  }

  /** Keeps a change, and drops the oldest change beyond a limit. */
  record ({ time, check, kind, from, to, error, durationMs }: TimedChange): void {
    const entry: HistoryEntry = {
      time,
      check,
      ...(kind !== undefined && { kind }),
      from,
      to,
      ...(to !== 'UP' && reasonIn(error)),
      ...(durationMs !== undefined && { durationMs })
    }
    this.#entries.push(entry)
    if (this.#count(check, 1) > MOST_OF_ONE) this.#dropAt(this.#entries.findIndex((other) => other.check === check))
    else if (this.#entries.length > MOST) this.#dropAt(0)
    this.#callbacks.notify(entry)
  }

  /** Copies the changes, newest first: of all checks and the lifecycle, or of one check. */
  entries (name?: string): HistoryEntry[] {
    const entries = this.#entries.filter(({ check }) => name === undefined || check === name)
    return entries.reverse().map((entry) => ({ ...entry }))
  }

  /** Calls a function after each later change, until `close()`. Returns a function that ends this. */
  onChange (callback: ChangeCallback): () => void {
    return this.#callbacks.add(callback)
  }

  /** Calls the functions for outstanding changes, and ends them. The changes stay readable. */
  close (): void {
    this.#callbacks.close()
  }

  #dropAt (index: number): void {
    for (const { check } of this.#entries.splice(index, 1)) this.#count(check, -1)
  }

  /** Changes the number of changes of a check, and returns it. */
  #count (check: string, difference: number): number {
    const count = (this.#counts.get(check) ?? 0) + difference
    if (count > 0) this.#counts.set(check, count)
    else this.#counts.delete(check)
    return count
  }
}
