import type { Clock } from './clock.js'

/** What `within` gives when the time was up first. */
export const TIMED_OUT = Symbol('timed out')

/** Waits for a promise, but no longer than so many milliseconds. The timer is gone once either has come. */
export async function withTimeout<T> (delayMs: number, work: Promise<T>, clock: Clock): Promise<T | typeof TIMED_OUT> {
  return await new Promise((resolve) => {
    const cancel = clock.after(delayMs, () => resolve(TIMED_OUT))
    const end = (): void => {
      cancel()
      resolve(work)
    }
    work.then(end, end)
  })
}
