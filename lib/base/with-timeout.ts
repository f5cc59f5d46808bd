import type { Clock } from './clock.js'
import { interruptible } from './interruptible.js'

/** The result of `withTimeout()` when the time is up first. */
export const TIMED_OUT = Symbol('timed out')

/** Waits for work at most `delayMs` milliseconds. The timer is cleared when the work settles first. */
export async function withTimeout<T> (delayMs: number, work: Promise<T>, clock: Clock): Promise<T | typeof TIMED_OUT> {
  return await interruptible<T | typeof TIMED_OUT>(work, ({ resolve }) => {
    return clock.after(delayMs, () => resolve(TIMED_OUT))
  })
}
