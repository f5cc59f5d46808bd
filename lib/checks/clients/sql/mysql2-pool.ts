import type { Pool, PoolUsage } from './connection-borrower.js'
import { memberOf } from './mysql-client.js'
import type { AnyPool, MysqlPoolConnection } from './mysql-client.js'
import { settle } from '../../../base/maybe-promise.js'
import { hasMethods, isRecord } from '../../../base/type-guards.js'

/** The errors of mysql2 if no caller, or no further caller, may wait for a connection. They have no code. */
const EXHAUSTED_MESSAGES = ['No connections available.', 'Queue limit reached.']

/** Ignores a connection's errors: the query that fails reports them. */
export const ignore = (): undefined => undefined

/** The app's pool as the check uses it. */
export function toPool (pool: AnyPool): Pool<MysqlPoolConnection> {
  return {
    client: pool,
    acquire () {
      const before = connectionsOf(pool)
      const connection = settle(('promise' in pool ? pool.promise() : pool).getConnection()).then((connection) => {
        // The pool listens for one error only, and an error without a listener ends the process.
        connection.on('error', ignore)
        return connection
      })
      const opened = connectionsOf(pool).find((connection) => !before.includes(connection))
      return { connection, cancelOpening: opened === undefined ? undefined : () => destroy(opened) }
    },
    release (connection, isBroken) {
      if (isBroken) destroy(connection)
      else release(connection)
    },
    usage: () => usageOf(pool),
    isExhaustedError: (error) => isRecord(error) && EXHAUSTED_MESSAGES.includes(String(error['message']))
  }
}

function release (connection: MysqlPoolConnection): void {
  connection.off('error', ignore)
  connection.release()
}

/** Destroys the sockets too: mysql2 itself only ends its own side, and then waits even for a frozen server. */
export function destroy (connection: unknown): void {
  const innerStream = memberOf(memberOf(connection, 'connection'), 'stream')
  for (const part of [connection, memberOf(connection, 'stream'), innerStream]) {
    if (hasMethods(part, 'destroy')) part.destroy()
  }
}

/**
 * Reads the private queues of mysql2. All numbers are 0 in a version without these queues, also `max`: with a limit but
 * without connections, each run would add another request to the queue of an exhausted pool.
 */
function usageOf (pool: AnyPool): PoolUsage {
  const numberIn = (member: string, key: string): number => {
    const number = memberOf(memberOf(pool, member), key)
    return typeof number === 'number' ? number : 0
  }
  return {
    open: numberIn('_allConnections', 'length'),
    opening: connectionsOf(pool).filter((connection) => memberOf(connection, 'authorized') === false).length,
    idle: numberIn('_freeConnections', 'length'),
    waiting: numberIn('_connectionQueue', 'length'),
    max: isRecord(memberOf(pool, '_allConnections')) ? numberIn('config', 'connectionLimit') : 0
  }
}

/** Lists all connections of a pool, including those being opened. */
export function connectionsOf (pool: AnyPool): readonly unknown[] {
  const queue = memberOf(pool, '_allConnections')
  const connections = hasMethods(queue, 'toArray') ? queue.toArray() : undefined
  return Array.isArray(connections) ? connections : []
}
