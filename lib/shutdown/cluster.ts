import type { Worker } from 'node:cluster'
import type { Clock } from '../base/clock.js'
import { withTimeout } from '../base/with-timeout.js'

/** The longest wait for the primary, in milliseconds. */
const LIMIT_MS = 1_000

/**
 * Disconnects a cluster worker from its primary before the worker exits.
 * The primary may have sent connections that the worker has not received yet.
 * After a disconnect, other workers serve these connections. Without it, they get no answer.
 *
 * @param worker undefined if this process is not a cluster worker
 * @see https://nodejs.org/docs/latest/api/cluster.html#workerdisconnect
 */
export async function leaveCluster (worker: Worker | undefined, clock: Clock): Promise<void> {
  if (worker === undefined) return
  // Ignore an error: it means that the primary has already exited.
  worker.on('error', () => undefined)
  const disconnected = new Promise<void>((resolve) => worker.once('disconnect', () => resolve()))
  worker.disconnect()
  await withTimeout(LIMIT_MS, disconnected, clock)
}
