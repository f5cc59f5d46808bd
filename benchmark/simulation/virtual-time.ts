import type { Clock } from '../../lib/base/clock.js'

/** What is to be called back, unless that is taken back. */
interface Entry {
  callback: (() => void) | undefined
}

/** Time that passes as fast as what happens in it can be computed, in steps of a millisecond. */
export class VirtualTime {
  #now = 0
  readonly #entries = new Map<number, Entry[]>()

  get now (): number {
    return this.#now
  }

  /** Calls back after so many milliseconds, rounded up. */
  after (delayMs: number, callback: () => void): Entry {
    const at = this.#now + Math.ceil(delayMs)
    const entry: Entry = { callback }
    const entries = this.#entries.get(at)
    if (entries === undefined) this.#entries.set(at, [entry])
    else entries.push(entry)
    return entry
  }

  /** The clock of one process, with chance of its own. */
  clock (random: () => number): Clock {
    const after: Clock['after'] = (delayMs, callback) => {
      const entry = this.after(delayMs, callback)
      return () => { entry.callback = undefined }
    }
    return { date: () => new Date(this.#now), now: () => this.#now, after, inBackground: after, random }
  }

  /** Lets so many milliseconds pass. What follows from a step by promises is done before the next one. */
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

/** A turn of the event loop comes after all microtasks. */
async function settled (): Promise<void> {
  await new Promise((resolve) => { setImmediate(resolve) })
}
