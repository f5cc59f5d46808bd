import { systemClock } from '../../../base/clock.js'
import type { Clock } from '../../../base/clock.js'
import { reasonOf } from '../../../base/describe.js'
import { hasMethods, isRecord } from '../../../base/type-guards.js'

/** The parts of a `Client` of memjs that the check uses. */
export interface MemjsClient {
  stats (callback: (error: Error | null, server: string, stats: Record<string, string> | null) => void): void
  statsWithKey: unknown
  readonly servers: readonly unknown[]
}

/** The parts of a `Memcached` of memcached that the check uses. */
export interface MemcachedPackageClient {
  version (callback: (error: unknown, versions: { readonly version: string }[]) => void): void
  settings: unknown
  end (): void
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
      else client.version((error, answers) => resolve(versionsIn(answers, error, client)))
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

/** memcached reports one error for all servers that failed. */
function versionsIn (answers: unknown, error: unknown, client: MemcachedPackageClient): ServerVersions {
  const versions = Array.isArray(answers) ? answers.filter(isRecord).map(({ version }) => String(version)) : []
  const servers = 'servers' in client && Array.isArray(client.servers) ? client.servers.length : versions.length
  return { versions, servers, failure: error === undefined || error === null ? undefined : reasonOf(error) }
}

function isMemjs (value: unknown): value is MemjsClient {
  return hasMethods(value, 'stats', 'statsWithKey', 'get', 'set') && 'servers' in value && Array.isArray(value.servers)
}

/** Whether `memcached` accepts a value as its client. */
export function isMemcached (value: unknown): value is MemcachedClient {
  return isMemjs(value) || hasMethods(value, 'version', 'settings', 'touch', 'end')
}
