import { systemClock } from '../../../base/clock.js'
import { onAbort } from '../../../base/on-abort.js'
import type { TimeLimit } from '../../kit/time-limit.js'
import type { Pool } from './connection-borrower.js'

const POLL_MS = 20

/**
 * Waits until a connection of a pool is idle, without a request to the pool: a pool that may grow would open another
 * connection instead of waiting. Resolves with `false` if the pool has no connection or the time is over.
 */
export async function hasIdleConnection (
  pool: Pick<Pool<never>, 'usage'>,
  { signal }: Pick<TimeLimit, 'signal'>
): Promise<boolean> {
  while (!signal.aborted) {
    const { open, opening, idle } = pool.usage()
    if (idle > 0) return true
    if (open === opening) return false
    await sleep(signal)
  }
  return false
}

async function sleep (signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const wake = (): void => {
      cancel()
      stopListening()
      resolve()
    }
    const cancel = systemClock.after(POLL_MS, wake)
    const stopListening = onAbort(signal, wake)
  })
}
