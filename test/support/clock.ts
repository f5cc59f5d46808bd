import type { Clock } from '../../lib/base/clock.js'

interface Timer {
  readonly at: number
  readonly keepsAlive: boolean
  readonly callback: () => void
}

/** A clock that stands still until a test moves it. */
export class ManualClock implements Clock {
  #now = 0
  readonly #timers = new Set<Timer>()

  /** What `random` gives. */
  chance = 0.5

  /** How many timers wait. */
  get waiting (): number {
    return this.#timers.size
  }

  /** How many of them would keep a process alive. */
  get keepingAlive (): number {
    return [...this.#timers].filter(({ keepsAlive }) => keepsAlive).length
  }

  date (): Date {
    return new Date(this.#now)
  }

  now (): number {
    return this.#now
  }

  after (delayMs: number, callback: () => void): () => void {
    return this.#add({ at: this.#now + delayMs, callback, keepsAlive: true })
  }

  inBackground (delayMs: number, callback: () => void): () => void {
    return this.#add({ at: this.#now + delayMs, callback, keepsAlive: false })
  }

  random (): number {
    return this.chance
  }

  #add (timer: Timer): () => void {
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }

  /** Lets time pass: what is due is called in its order, and what follows from it is done before the next is called. */
  async pass (delayMs: number): Promise<void> {
    const end = this.#now + delayMs
    await settled()
    for (let next = this.#nextUntil(end); next !== undefined; next = this.#nextUntil(end)) {
      this.#timers.delete(next)
      this.#now = next.at
      next.callback()
      await settled()
    }
    this.#now = end
  }

  #nextUntil (end: number): Timer | undefined {
    return [...this.#timers].filter((timer) => timer.at <= end).sort((left, right) => left.at - right.at)[0]
  }
}

/** After every promise that could settle has: a turn of the event loop comes after all microtasks. */
async function settled (): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
}

/** Blocks the event loop, so that every timer of less is due when it goes on. */
export function block (milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)), 0, 0, milliseconds)
}
