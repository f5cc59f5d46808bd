import { reasonOf } from '../../../base/describe.js'
import type { OutsideConnection } from './outside-connection.js'
import { memberOf } from './mysql-client.js'
import type { AnyConnection, AnyPool, MysqlCallbackConnection } from './mysql-client.js'
import { connectionsOf, destroy, ignore } from './mysql2-pool.js'
import { hasMethods, isFunction, isRecord } from '../../../base/type-guards.js'

/** A connection of the class of a pool's connections, which belongs to no pool. */
interface Mysql2OutsideConnection extends MysqlCallbackConnection {
  on (event: 'error', listener: () => void): unknown
}

/** The private parts of mysql2 that end such a connection. */
interface Endable {
  readonly stream: Pick<NodeJS.EventEmitter, 'once'>
  /** Ends the connection. `end` of a pool's connection only returns it to the pool. */
  _realEnd (callback: () => void): unknown
}

/** The error numbers of a full server, and of a user that has all the connections it may have. */
const FULL = [1040, 1203]

/** The error number of any exceeded limit of a user, for connections or for queries. */
const USER_LIMIT_REACHED = 1226

/** Whether an error means that the server has no room for another connection. */
export function isServerFull (error: unknown): boolean {
  const errno = memberOf(error, 'errno')
  return FULL.includes(Number(errno)) || (errno === USER_LIMIT_REACHED && reasonOf(error).includes('connections'))
}

/**
 * Opens a connection with the class and the settings of the connections of a pool. Returns undefined for a pool
 * without a connection: the pool itself then opens the next one.
 */
export function openOutside (pool: AnyPool): (() => OutsideConnection<AnyConnection>) | undefined {
  const [member] = connectionsOf(pool)
  const config = configOf(pool)
  const PoolConnection = memberOf(member, 'constructor')
  if (!isRecord(config) || !isFunction(PoolConnection)) return undefined
  return () => {
    const connection: unknown = Reflect.construct(PoolConnection, [undefined, { config: copyOf(config) }])
    if (!isOutsideConnection(connection)) throw new TypeError('a connection of the pool cannot connect')
    connection.on('error', ignore)
    return {
      // The first query waits for the login.
      opened: Promise.resolve(connection),
      end: async () => { await end(connection) },
      destroy: () => destroy(connection)
    }
  }
}

/** Whether the connections of a pool use TLS. */
export function usesTls (pool: AnyPool): boolean {
  return isRecord(memberOf(configOf(pool), 'ssl'))
}

function configOf (pool: AnyPool): unknown {
  return memberOf(memberOf(pool, 'config'), 'connectionConfig')
}

function isOutsideConnection (value: unknown): value is Mysql2OutsideConnection {
  return hasMethods(value, 'promise', 'on')
}

function isEndable (value: object): value is Endable {
  return hasMethods(value, '_realEnd') && hasMethods(memberOf(value, 'stream'), 'once')
}

/** Rejects if a version of mysql2 lacks the private parts. The connection is then destroyed without a goodbye. */
async function end (connection: object): Promise<void> {
  if (!isEndable(connection)) throw new TypeError('the connection cannot say goodbye')
  await new Promise<void>((resolve) => {
    connection.stream.once('close', resolve)
    connection._realEnd(ignore)
  })
}

/**
 * Copies the settings, as the pool does for each of its connections: `changeUser` changes them in place. Copies `ssl`
 * too, because mysql2 keeps a TLS session for each such object: a resumed session hides an expired certificate.
 */
function copyOf (config: Record<string, unknown>): object {
  const { ssl } = config
  const copy = Object.create(config, Object.getOwnPropertyDescriptors(config)) as object
  return isRecord(ssl) ? Object.assign(copy, { ssl: { ...ssl } }) : copy
}
