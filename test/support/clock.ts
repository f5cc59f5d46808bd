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

  /** The value that `random()` returns. */
  chance = 0.5

  /** The number of pending timers. */
  get waiting (): number {
    return this.#timers.size
  }

  /** The number of pending timers that would keep a process alive. */
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

  /** Moves the clock and fires the due timers in order. All promises settle before the next timer fires. */
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

/** Resolves after all pending microtasks, in the next turn of the event loop. */
async function settled (): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
}

/** Blocks the event loop. Every shorter timer is due when the loop continues. */
export function block (milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)), 0, 0, milliseconds)
}
