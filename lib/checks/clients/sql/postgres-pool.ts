import type { Pool } from './connection-borrower.js'
import type { PostgresPool, PostgresPoolClient } from './postgres-client.js'
import { destroySocket } from './postgres-outside.js'
import { settle } from '../../../base/maybe-promise.js'
import { isRecord } from '../../../base/type-guards.js'

/** Ignores a connection's errors: the query that fails reports them. */
const ignore = (): undefined => undefined

/** The app's pool as the check uses it. */
export function toPool (pool: PostgresPool): Pool<PostgresPoolClient> {
  return {
    client: pool,
    acquire () {
      const before = clientsOf(pool)
      const connection = settle(pool.connect()).then((client) => {
        // The pool removes its own listener from a borrowed client, and an error without a listener ends the process.
        client.on('error', ignore)
        return client
      })
      const opened = clientsOf(pool).find((client) => !before.includes(client))
      return { connection, cancelOpening: opened === undefined ? undefined : () => destroySocket(opened) }
    },
    release (client, isBroken) {
      client.off('error', ignore)
      client.release(isBroken)
    },
    usage: () => ({
      open: pool.totalCount,
      opening: openingIn(pool),
      idle: pool.idleCount,
      waiting: pool.waitingCount,
      max: pool.options.max
    })
  }
}

/**
 * Counts the connections that are being opened. pg includes them in its total and has no public count of them. The
 * count is 0 if a version of pg lacks the private list.
 */
function openingIn (pool: PostgresPool): number {
  return clientsOf(pool).filter((client) => client['_connected'] === false).length
}

function clientsOf (pool: PostgresPool): readonly Record<string, unknown>[] {
  const clients: unknown = Reflect.get(pool, '_clients')
  return Array.isArray(clients) ? clients.filter(isRecord) : []
}
