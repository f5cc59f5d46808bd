import type { Clock } from '../../base/clock.js'
import { describe } from '../../base/describe.js'

/** After this time in milliseconds, a call of the app's function counts as lost. */
const LOST_AFTER_MS = 60_000

/** The app's function returned something that is no number of items: a mistake in the app. */
export class WrongCount extends TypeError {}

/** Asks the app for its pending work. Callers share a call that hangs, so that calls do not pile up. */
export class PendingWork {
  readonly #ask: () => unknown
  readonly #clock: Pick<Clock, 'now'>
  /** The shared call. Undefined when the last call has ended. */
  #call: { readonly startedAt: number, readonly count: Promise<number> } | undefined
  readonly #listeners = new Set<() => void>()

  constructor (ask: () => unknown, clock: Pick<Clock, 'now'>) {
    this.#ask = ask
    this.#clock = clock
  }

  /** Calls back at each moment without pending work. */
  onIdle (listener: () => void): void {
    this.#listeners.add(listener)
  }

  /** Returns the number of pending items. Rejects with a `WrongCount` if the app returns no number. */
  async count (): Promise<number> {
    const now = this.#clock.now()
    if (this.#call !== undefined && now - this.#call.startedAt <= LOST_AFTER_MS) return await this.#call.count
    const call = this.#call = { startedAt: now, count: this.#count() }
    try {
      return await call.count
    } finally {
      if (this.#call === call) this.#call = undefined
    }
  }

  async #count (): Promise<number> {
    const items = countOf(await this.#ask())
    if (items === 0) for (const listener of this.#listeners) listener()
    return items
  }
}

function countOf (value: unknown): number {
  if (typeof value === 'boolean') return Number(value)
  if (typeof value === 'number' && value >= 0) return value
  throw new WrongCount(`pending() must return a number of items from 0, or true or false, got ${describe(value)}`)
}
