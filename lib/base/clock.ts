/** Where time and chance come from. The engine asks no other, so that a test can put both under control. */
export interface Clock {
  /** The wall clock, for the time that stands in a component. */
  date (): Date
  /** A clock that never steps, in milliseconds, for durations. */
  now (): number
  /** Calls back once after so many milliseconds; the function it gives back takes that back. */
  after (delayMs: number, callback: () => void): () => void
  /** As `after`, for work that nobody waits for: it does not keep the process alive. */
  inBackground (delayMs: number, callback: () => void): () => void
  /** A number from 0 up to, but not, 1. */
  random (): number
}

/** The longest delay that a timer of Node.js takes; a longer one would fire at once. */
export const LONGEST_DELAY_MS = 2 ** 31 - 1

export const systemClock: Clock = {
  date: () => new Date(),
  now: () => performance.now(),
  after: (delayMs, callback) => afterPoll(delayMs, callback).cancel,
  inBackground (delayMs, callback) {
    const { timer, cancel } = afterPoll(delayMs, callback)
    timer.unref()
    return cancel
  },
  random: () => Math.random()
}

/**
 * When the event loop was blocked, timers come before what has arrived on the sockets in the meantime. An immediate comes
 * after it (timers, poll, check: see "The Node.js Event Loop"), so that an answer that is there already is not too late.
 */
function afterPoll (delayMs: number, callback: () => void): { timer: NodeJS.Timeout, cancel: () => void } {
  let immediate: NodeJS.Immediate | undefined
  const timer = setTimeout(() => { immediate = setImmediate(callback) }, Math.min(Math.ceil(delayMs), LONGEST_DELAY_MS))
  const cancel = (): void => {
    clearTimeout(timer)
    clearImmediate(immediate)
  }
  return { timer, cancel }
}
