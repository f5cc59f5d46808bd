import type { Worker } from 'node:cluster'
import type { Clock } from '../base/clock.js'
import { withTimeout } from '../base/with-timeout.js'

/** How long a primary has to let a worker go, in milliseconds. */
const LIMIT_MS = 1_000

/**
 * Where this process is a worker, parts from the primary of a cluster. It may have handed over connections that have not arrived yet: a worker that parts hands them
 * back, for others to serve, and one that just exits leaves them without an answer.
 *
 * @see https://nodejs.org/docs/latest/api/cluster.html#workerdisconnect
 */
export async function leaveCluster (worker: Worker | undefined, clock: Clock): Promise<void> {
  if (worker === undefined) return
  // Where the primary is gone already there is nobody to hand anything back to, which is no failure.
  worker.on('error', () => undefined)
  const parted = new Promise<void>((resolve) => worker.once('disconnect', () => resolve()))
  worker.disconnect()
  await withTimeout(LIMIT_MS, parted, clock)
}
