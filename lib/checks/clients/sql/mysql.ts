import type { CheckFunction } from '../../../health/check/attempt.js'
import type { Pool, PoolUsage } from './borrowed-connection.js'
import { clientFrom, isUnheard } from '../client-source.js'
import type { ClientSource } from '../client-source.js'
import { readSqlOptions, sqlCheck } from './sql.js'
import type { Link, SqlOptions, SqlServer } from './sql.js'
import { hasMethods, isRecord } from '../../../base/type-guards.js'

/** What is asked for, in the same shape whatever the app has set its connections to. */
interface MysqlQuery {
  sql: string
  rowsAsArray: boolean
  nestTables: boolean
  typeCast: boolean
}

/** What is used of a `Connection` of mysql2/promise. */
export interface MysqlConnection {
  query (query: MysqlQuery): Promise<readonly [unknown, ...unknown[]]>
}

/** What is used of a connection that a pool of mysql2/promise has lent. */
export interface MysqlPoolConnection extends MysqlConnection {
  release (): void
  destroy (): void
  on (event: 'error', listener: () => void): unknown
  off (event: 'error', listener: () => void): unknown
}

/** What is used of a `Pool` of mysql2/promise. */
export interface MysqlPool {
  getConnection (): Promise<MysqlPoolConnection>
}

/** What is used of a `Pool` of mysql2, which gives the same pool with promises. */
export interface MysqlCallbackPool {
  promise (): MysqlPool
}

/** What is used of a `Connection` of mysql2, which gives the same connection with promises. */
export interface MysqlCallbackConnection {
  promise (): MysqlConnection
}

type AnyPool = MysqlPool | MysqlCallbackPool
type AnyConnection = MysqlConnection | MysqlCallbackConnection

/** A `Pool` or a `Connection` of mysql2 or mysql2/promise, or what `@fastify/mysql` decorates an instance with. */
export type MysqlClient = AnyPool | AnyConnection | { readonly pool: AnyPool } | { readonly connection: AnyConnection }

/** MySQL and MariaDB have both, and let any user read them. A server that is `super_read_only` is `read_only` too. */
const QUERY = { sql: 'SELECT VERSION(), @@global.read_only', rowsAsArray: true, nestTables: false, typeCast: true }

/** How a server says that it takes writes: as a number, which the app may read as a text, or as a word in the newest of MariaDB. */
const WRITABLE = ['0', 'OFF']

const NO_LISTENER = 'nobody listens to "error" of the MySQL connection: when the server closes it, the process ends; add connection.on(\'error\', …)'

/** What mysql2 says where nobody may wait for a connection, or no more may: there is no code. */
const REFUSALS = ['No connections available.', 'Queue limit reached.']

const EXPECTED = { check: 'mysql', client: 'a Pool or a Connection of mysql2, fastify.mysql, or a function that gives one', is: isMysql }

/** What an error of a connection means is said by the query that it breaks. */
const ignore = (): undefined => undefined

/**
 * Makes a check that asks a MySQL or MariaDB server for its version, on a connection of the app's own pool, or on its one
 * connection. It is `DOWN` where the server is away, refuses or does not answer in time, and `OUT_OF_SERVICE` while the pool is
 * exhausted. A borrowed connection goes back to the pool before the check's timeout, or is closed where it still owes an answer.
 *
 * For readiness where the app can do nothing without the database, else for `health`. Not for liveness: a restart does not
 * mend a server. A single connection of mysql2 is never opened anew: give a function where the app replaces it.
 *
 * @param client a `Pool` or a `Connection` of mysql2 or mysql2/promise, `fastify.mysql` (`fastify.mysql.NAME`) of `@fastify/mysql`,
 *   or a function that gives it
 * @throws FST_MANAGEMENT_CLIENT_INVALID, FST_MANAGEMENT_OPTION_INVALID
 * @example
 * fastify.management.addCheck('readiness', 'mysql', mysql(fastify.mysql))
 */
export function mysql (client: ClientSource<MysqlClient>, options: SqlOptions = {}): CheckFunction {
  const current = clientFrom(client, EXPECTED)
  return sqlCheck({ link: () => linkOf(current()), ask }, readSqlOptions(options, 'mysql'))
}

/** `@fastify/mysql` decorates with a pool or a connection, as mysql2/promise wraps one: what is inside stays the same object. */
function linkOf (client: MysqlClient): Link<AnyConnection, MysqlPoolConnection> {
  if ('pool' in client) return linkOf(client.pool)
  if (isPool(client)) return { pool: slotsOf(client) }
  return 'connection' in client ? linkOf(client.connection) : { connection: client, hazard: () => hazardOf(client) }
}

/** Of a single connection: a pool listens to its own. */
function hazardOf (connection: AnyConnection): string | undefined {
  return isUnheard(connection) ? NO_LISTENER : undefined
}

function slotsOf (pool: AnyPool): Pool<MysqlPoolConnection> {
  return {
    client: pool,
    acquire () {
      const before = connectionsOf(pool)
      const connection = ('promise' in pool ? pool.promise() : pool).getConnection().then((connection) => {
        // The pool listens for one error only, and one that nobody listens to ends the process.
        connection.on('error', ignore)
        return connection
      })
      const opened = connectionsOf(pool).find((connection) => !before.includes(connection))
      return { connection, giveUp: opened === undefined ? undefined : () => discard(opened) }
    },
    release (connection, isBroken) {
      if (isBroken) discard(connection)
      else giveBack(connection)
    },
    usage: () => usageOf(pool),
    isRefusal: (error) => error instanceof Error && REFUSALS.includes(error.message)
  }
}

function giveBack (connection: MysqlPoolConnection): void {
  connection.off('error', ignore)
  connection.release()
}

/** mysql2 ends its side only, and waits for the server to end the other: one that is frozen never does. */
function discard (connection: unknown): void {
  for (const closed of [connection, memberOf(connection, 'stream'), memberOf(memberOf(connection, 'connection'), 'stream')]) {
    if (hasMethods(closed, 'destroy')) closed.destroy()
  }
}

/** mysql2 shows its queues to nobody. In a version that has others, all is 0. */
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
    most: numberIn('config', 'connectionLimit')
  }
}

/** A connection that is being opened is in the pool already, before the server has let it in. */
function connectionsOf (pool: AnyPool): readonly unknown[] {
  const queue = memberOf(pool, '_allConnections')
  const connections = hasMethods(queue, 'toArray') ? queue.toArray() : undefined
  return Array.isArray(connections) ? connections : []
}

async function ask (connection: AnyConnection): Promise<SqlServer> {
  const [rows] = await ('promise' in connection ? connection.promise() : connection).query(QUERY)
  const row: unknown = Array.isArray(rows) ? rows[0] : undefined
  if (!Array.isArray(row)) throw new Error('the server answered without a row')
  return { version: String(row[0]), isReadOnly: !WRITABLE.includes(String(row[1])) }
}

/** Whether a value is what `mysql` takes. */
export function isMysql (value: unknown): value is MysqlClient {
  return [value, memberOf(value, 'pool'), memberOf(value, 'connection')].some((value) => isPool(value) || isConnection(value))
}

function memberOf (value: unknown, key: string): unknown {
  return isRecord(value) ? value[key] : undefined
}

/** One that takes a callback has promises too, or it is no pool but a cluster of mysql2's, or of another make. */
function isPool (value: unknown): value is AnyPool {
  return hasMethods(value, 'getConnection') && (value.getConnection.length === 0 || hasMethods(value, 'promise'))
}

/** Its `execute` tells it from a client of another server. */
function isConnection (value: unknown): value is AnyConnection {
  return hasMethods(value, 'query', 'execute')
}
