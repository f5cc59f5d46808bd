import type { Logger } from '../base/logger.js'
import { logSafely } from '../base/safe-log.js'

/** Whether this process is a worker of `node:cluster`. Loads the module only in a process that may be a worker. */
export async function isClusterWorker (
  { connected }: { readonly connected?: boolean } = process
): Promise<boolean> {
  if (connected !== true) return false
  const { default: cluster } = await import('node:cluster')
  return cluster.isWorker
}

/**
 * Warns in a worker of a cluster: the primary distributes the connections of a port over all workers that listen on it.
 */
export async function warnOfCluster (log: Logger): Promise<void> {
  if (!await isClusterWorker()) return
  logSafely(log, 'warn', {}, 'this process is a worker of node:cluster. Workers that listen on the same port share ' +
    'it, so each probe reaches a random worker, the others are not probed, and the port of the app is not watched: ' +
    'run one process in each container')
}
