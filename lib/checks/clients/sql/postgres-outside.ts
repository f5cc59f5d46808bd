import type { OutsideConnection } from './outside-connection.js'
import type { PostgresConnection } from './postgres-client.js'
import { reasonOf } from '../../../base/describe.js'
import { settle } from '../../../base/maybe-promise.js'
import { hasMethods, isFunction, isRecord } from '../../../base/type-guards.js'

/** A pg `Client` that belongs to no pool. */
interface PostgresOutsideClient extends PostgresConnection {
  connect (): Promise<unknown>
  end (): Promise<unknown>
  on (event: 'error', listener: () => void): unknown
}

/** The code of a server, a database or a role that has all the connections it may have. */
const TOO_MANY_CONNECTIONS = '53300'

/** The messages of poolers that send other codes (PgBouncer, Supavisor), and of servers: pg-native hides the code. */
const FULL_MESSAGES = new RegExp([
  'no more connections allowed',
  'max client(s| connections) reached',
  'sorry, too many clients already',
  'remaining connection slots are reserved',
  'too many connections for (role|database)'
].join('|'), 'i')

/** Whether an error means that the server has no room for another connection. */
export function isServerFull (error: unknown): boolean {
  return isRecord(error) && (error['code'] === TOO_MANY_CONNECTIONS || FULL_MESSAGES.test(reasonOf(error)))
}

/**
 * Opens a client with the class and the options of a pool. Returns undefined for a pool that does not show them. A
 * `password` function of the app is called again, so a rotated token is used.
 */
export function openOutside (pool: object): (() => OutsideConnection<PostgresConnection>) | undefined {
  const Client: unknown = Reflect.get(pool, 'Client')
  const options: unknown = Reflect.get(pool, 'options')
  if (!isFunction(Client)) return undefined
  return () => {
    const client: unknown = Reflect.construct(Client, [options])
    if (!isOutsideClient(client)) throw new TypeError('the client of the pool cannot connect')
    client.on('error', ignore)
    return {
      opened: settle(client.connect()).then(() => client),
      end: async () => await client.end(),
      destroy: () => destroy(client)
    }
  }
}

function isOutsideClient (value: unknown): value is PostgresOutsideClient {
  return hasMethods(value, 'connect', 'query', 'end', 'on')
}

/** Ignores a connection's errors: the query that fails reports them. */
const ignore = (): undefined => undefined

/** A native client has no socket. */
function destroy (client: PostgresOutsideClient): void {
  if (!destroySocket(client)) client.end().catch(ignore)
}

/**
 * Destroys the socket of a client, as the pool itself does after `connectionTimeoutMillis`, which is not set by
 * default.
 * Returns false if the client has none.
 */
export function destroySocket (client: object): boolean {
  const connection: unknown = Reflect.get(client, 'connection')
  const stream = isRecord(connection) ? connection['stream'] : undefined
  if (!hasMethods(stream, 'destroy')) return false
  stream.destroy()
  return true
}
