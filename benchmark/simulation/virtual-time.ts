import type { Clock } from '../../lib/base/clock.js'

/** A timer. `callback` is `undefined` after the timer is cancelled. */
interface Entry {
  callback: (() => void) | undefined
}

/** Simulated time that passes in steps of one millisecond, as fast as the events can be computed. */
export class VirtualTime {
  #now = 0
  readonly #entries = new Map<number, Entry[]>()

  get now (): number {
    return this.#now
  }

  /** Calls back after the delay, rounded up to whole milliseconds. */
  after (delayMs: number, callback: () => void): Entry {
    const at = this.#now + Math.ceil(delayMs)
    const entry: Entry = { callback }
    const entries = this.#entries.get(at)
    if (entries === undefined) this.#entries.set(at, [entry])
    else entries.push(entry)
    return entry
  }

  /** Returns a clock with its own random numbers, for one process. */
  clock (random: () => number): Clock {
    const after: Clock['after'] = (delayMs, callback) => {
      const entry = this.after(delayMs, callback)
      return () => { entry.callback = undefined }
    }
    return { date: () => new Date(this.#now), now: () => this.#now, after, inBackground: after, random }
  }

  /** Lets time pass. All promises settle before the next step. */
  async pass (durationMs: number): Promise<void> {
    for (const end = this.#now + durationMs; this.#now < end; this.#now += 1) {
      for (let due = this.#take(); due !== undefined; due = this.#take()) {
        for (const { callback } of due) callback?.()
        await settled()
      }
    }
  }

  #take (): readonly Entry[] | undefined {
    const due = this.#entries.get(this.#now)
    this.#entries.delete(this.#now)
    return due
  }
}

/** Resolves after all pending microtasks, in the next turn of the event loop. */
async function settled (): Promise<void> {
  await new Promise((resolve) => { setImmediate(resolve) })
}
