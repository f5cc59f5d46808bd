/** Where time comes from. The engine asks no other, so that a test can put it under control. */
export interface Clock {
  /** The wall clock, for the time that stands in a component. */
  date (): Date
  /** A clock that never steps, in milliseconds, for durations. */
  now (): number
  /** Calls back once after so many milliseconds; the function it gives back takes that back. */
  after (delayMs: number, callback: () => void): () => void
}

export const systemClock: Clock = {
  date: () => new Date(),
  now: () => performance.now(),
  after (delayMs, callback) {
    const timer = setTimeout(callback, delayMs)
    return () => clearTimeout(timer)
  }
}
