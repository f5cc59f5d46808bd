import { outsideRequests } from './async-context.js'
import { clearImmediate, clearTimeout, now, setImmediate, setTimeout } from './timers.js'

/** The only source of time and random numbers for the engine, so that tests can control both. */
export interface Clock {
  /** The time of the wall clock, for reports. */
  date (): Date
  /** The time of a clock that never goes back, in milliseconds. Use it for durations. */
  now (): number
  /** Calls back once after `delayMs` milliseconds. Returns a function that cancels this. */
  after (delayMs: number, callback: () => void): () => void
  /** Does the same as `after`, but does not keep the process alive. */
  inBackground (delayMs: number, callback: () => void): () => void
  /** Returns a random number from 0 (included) to 1 (excluded). */
  random (): number
}

/** The longest delay of a Node.js timer. A timer with a longer delay would fire at once. */
export const LONGEST_DELAY_MS = 2 ** 31 - 1

export const systemClock: Clock = {
  date: () => new Date(),
  now,
  after: (delayMs, callback) => afterPoll(delayMs, callback).cancel,
  inBackground (delayMs, callback) {
    const { timer, cancel } = afterPoll(delayMs, callback)
    unref(timer)
    return cancel
  },
  random: () => Math.random()
}

/** Outside Node, a timer can be a number. */
function unref (timer: Partial<Pick<NodeJS.Timeout, 'unref'>>): void {
  timer.unref?.()
}

/**
 * Calls back after the poll phase that follows the timer. After the event loop was blocked, timers run before sockets
 * are read. The immediate runs after both (timers, poll, check: see "The Node.js Event Loop"). So an answer that has
 * already arrived is read before the callback, and counts as in time. The callback runs outside any request's context.
 */
function afterPoll (delayMs: number, callback: () => void): { timer: NodeJS.Timeout, cancel: () => void } {
  let immediate: NodeJS.Immediate | undefined
  const onTimer = (): void => { immediate = setImmediate(callback) }
  const timer = outsideRequests(setTimeout, onTimer, Math.min(Math.ceil(delayMs), LONGEST_DELAY_MS))
  const cancel = (): void => {
    clearTimeout(timer)
    clearImmediate(immediate)
  }
  return { timer, cancel }
}
