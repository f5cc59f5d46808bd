import type { Logger } from '../base/logger.js'
import { logSafely } from '../base/safe-log.js'

/**
 * Warns in a worker of `node:cluster`: the primary distributes the connections of a port over all workers that listen
 * on it. Loads the module only in a process that may be a worker.
 */
export async function warnOfCluster (
  log: Logger, { connected }: { readonly connected?: boolean } = process
): Promise<void> {
  if (connected !== true) return
  const { default: cluster } = await import('node:cluster')
  if (!cluster.isWorker) return
  logSafely(log, 'warn', {}, 'this process is a worker of node:cluster. Workers that listen on the same port share ' +
    'it, so each probe reaches a random worker, and the others are not probed: run one process in each container')
}
