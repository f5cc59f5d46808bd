import { attemptOr } from '../../../base/attempt-or.js'
import { onAbort } from '../../../base/on-abort.js'
import { hasMethods, isRecord } from '../../../base/type-guards.js'
import type { TimeLimit } from '../../kit/time-limit.js'
import type { NewConnection } from '../renewal.js'
import type { RedisConnection } from './redis-client.js'
import { meaningOf } from './redis-reply.js'

/** Ignores a connection's errors: the request that fails reports them. */
const ignore = (): undefined => undefined

/**
 * Opens connections with the options of a connection that the pool has lent before: node-redis does not show the
 * options of the pool itself.
 */
export function newConnectionLike (lent: () => RedisConnection | undefined): NewConnection {
  return {
    open: async (limit) => await openAndClose(lent(), limit),
    isServerFull: (error) => isRecord(error) && String(error['message']).includes('max number of clients')
  }
}

/** Does nothing before the pool has lent a connection. */
async function openAndClose (lent: RedisConnection | undefined, limit: TimeLimit): Promise<void> {
  if (!hasMethods(lent, 'duplicate')) return
  const options: unknown = Reflect.get(lent, 'options')
  const socket = isRecord(options) ? options['socket'] : undefined
  const connection: unknown = Reflect.apply(lent.duplicate, lent, [{
    socket: { ...isRecord(socket) ? socket : {}, connectTimeout: limit.ms, reconnectStrategy: false },
    // The pool shares its cache with its connections, and a connection that closes empties it.
    clientSideCache: undefined
  }])
  if (!hasMethods(connection, 'on', 'connect', 'ping', 'destroy')) return
  Reflect.apply(connection.on, connection, ['error', ignore])
  // A connection that has failed throws when it is destroyed.
  const close = (): unknown => attemptOr(() => connection.destroy(), undefined)
  const stopListening = onAbort(limit.signal, close)
  try {
    await connection.connect()
    await pingIfAllowed(async () => await connection.ping())
  } finally {
    stopListening()
    close()
  }
}

async function pingIfAllowed (ping: () => Promise<unknown>): Promise<void> {
  try {
    await ping()
  } catch (error) {
    if (meaningOf(error) !== 'not allowed') throw error
  }
}
