import { systemClock } from '../../../base/clock.js'
import type { Clock } from '../../../base/clock.js'
import { reasonOf } from '../../../base/describe.js'
import { hasMethods } from '../../../base/type-guards.js'
import { isMemcachedPackage, requestVersions } from './memcached-package.js'
import type { MemcachedPackageClient } from './memcached-package.js'

/** The parts of a `Client` of memjs that the check uses. */
export interface MemjsClient {
  stats (callback: (error: Error | null, server: string, stats: Record<string, string> | null) => void): void
  statsWithKey: unknown
  readonly servers: readonly unknown[]
}

/**
 * A `Client` of memjs, or a `Memcached` of memcached.
 *
 * @see `docs/ready-made-checks.md#memcached`
 */
export type MemcachedClient = MemjsClient | MemcachedPackageClient

/** The versions of the servers that answer. */
export interface ServerVersions {
  readonly versions: readonly string[]
  /** The number of all servers. */
  readonly servers: number
  /** The reason of a server that does not answer. */
  readonly failure: string | undefined
}

/** After this time in milliseconds a request is given up: memcached drops requests of a lost connection silently. */
const GIVEN_UP_AFTER_MS = 5_000

/** Requests the version of each server. Rejects if the client calls back for no server. */
export async function versionsOf (
  client: MemcachedClient, clock: Pick<Clock, 'after'> = systemClock
): Promise<ServerVersions> {
  let cancel = (): void => undefined
  try {
    return await new Promise((resolve, reject) => {
      cancel = clock.after(GIVEN_UP_AFTER_MS, () => reject(new Error('the client lost the request')))
      if (isMemjs(client)) collectStats(client, resolve)
      else requestVersions(client).then(resolve, reject)
    })
  } finally {
    cancel()
  }
}

/** memjs calls back once for each server. */
function collectStats (client: MemjsClient, done: (versions: ServerVersions) => void): void {
  const servers = client.servers.length
  const versions: string[] = []
  let failed = 0
  let failure: string | undefined
  client.stats((error, _server, stats) => {
    if (stats === null) {
      failed += 1
      failure = reasonOf(error)
    } else {
      versions.push(stats['version'] ?? '')
    }
    if (versions.length + failed >= servers) done({ versions, servers, failure })
  })
}

function isMemjs (value: unknown): value is MemjsClient {
  return hasMethods(value, 'stats', 'statsWithKey', 'get', 'set') && 'servers' in value && Array.isArray(value.servers)
}

/** Whether `memcached` accepts a value as its client. */
export function isMemcached (value: unknown): value is MemcachedClient {
  return isMemjs(value) || isMemcachedPackage(value)
}
