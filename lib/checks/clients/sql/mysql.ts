import type { CheckFunction } from '../../../health/check/check-function.js'
import type { Pool, PoolUsage } from './connection-borrower.js'
import { clientFrom, lacksErrorListener } from '../client-source.js'
import type { ClientSource } from '../client-source.js'
import { readSqlOptions, sqlCheck } from './sql.js'
import type { PoolOrConnection, SqlOptions, SqlServer } from './sql.js'
import { hasMethods, isRecord } from '../../../base/type-guards.js'

/** The query. Its options fix the shape of the rows, whatever the app configured for its connections. */
interface MysqlQuery {
  sql: string
  rowsAsArray: boolean
  nestTables: boolean
  typeCast: boolean
}

/** The parts of a mysql2/promise `Connection` that the check uses. */
export interface MysqlConnection {
  query (query: MysqlQuery): Promise<readonly [unknown, ...unknown[]]>
}

/** The parts of a connection from a mysql2/promise pool that the check uses. */
export interface MysqlPoolConnection extends MysqlConnection {
  release (): void
  destroy (): void
  on (event: 'error', listener: () => void): unknown
  off (event: 'error', listener: () => void): unknown
}

/** The parts of a mysql2/promise `Pool` that the check uses. */
export interface MysqlPool {
  getConnection (): Promise<MysqlPoolConnection>
}

/** A mysql2 `Pool` with callbacks. `promise()` wraps the same pool. */
export interface MysqlCallbackPool {
  promise (): MysqlPool
}

/** A mysql2 `Connection` with callbacks. `promise()` wraps the same connection. */
export interface MysqlCallbackConnection {
  promise (): MysqlConnection
}

type AnyPool = MysqlPool | MysqlCallbackPool
type AnyConnection = MysqlConnection | MysqlCallbackConnection

/** A `Pool` or a `Connection` of mysql2 or mysql2/promise, or the decorator `fastify.mysql` of `@fastify/mysql`. */
export type MysqlClient = AnyPool | AnyConnection | { readonly pool: AnyPool } | { readonly connection: AnyConnection }

/** Works in MySQL and MariaDB, for any user. A server that is `super_read_only` is also `read_only`. */
const QUERY = { sql: 'SELECT VERSION(), @@global.read_only', rowsAsArray: true, nestTables: false, typeCast: true }

/** The values of `read_only` on a writable server. The newest MariaDB returns a word instead of a number. */
const WRITABLE = ['0', 'OFF']

const MISSING_ERROR_LISTENER = 'the MySQL connection has no "error" listener: ' +
  'the process ends when the server closes the connection; add connection.on(\'error\', …)'

/** The errors of mysql2 if no caller, or no further caller, may wait for a connection. They have no code. */
const EXHAUSTED_MESSAGES = ['No connections available.', 'Queue limit reached.']

const CLIENT_TYPE = {
  check: 'mysql',
  description: 'a Pool or a Connection of mysql2, fastify.mysql, or a function that returns one',
  is: isMysql
}

/** Ignores a connection's errors: the query that fails reports them. */
const ignore = (): undefined => undefined

/**
 * Makes a check that queries a MySQL or MariaDB server for its version, on a connection of the app's own pool or its
 * single connection. It is
 * - `DOWN` if the server is unreachable, refuses, or does not answer in time
 * - `OUT_OF_SERVICE` while the pool is exhausted
 *
 * A borrowed connection goes back to the pool before the check's timeout, or is closed if it still owes an answer.
 *
 * Use it for readiness if the app cannot work without the database, otherwise for `health`. Do not use it for liveness:
 * restarting the app does not repair the server.
 *
 * mysql2 never reopens a single connection: if the app replaces it, pass a function.
 *
 * @param client a `Pool` or a `Connection` of mysql2 or mysql2/promise, `fastify.mysql` (`fastify.mysql.NAME`) of
 *   `@fastify/mysql`, or a function that returns it
 * @throws FST_MANAGEMENT_CLIENT_INVALID, FST_MANAGEMENT_OPTION_INVALID
 * @example
 * fastify.management.addCheck('readiness', 'mysql', mysql(fastify.mysql))
 */
export function mysql (client: ClientSource<MysqlClient>, options: SqlOptions = {}): CheckFunction {
  const current = clientFrom(client, CLIENT_TYPE)
  return sqlCheck({ current: () => toPoolOrConnection(current()), query }, readSqlOptions(options, 'mysql'))
}

/** Unwraps the pool or connection that `@fastify/mysql` and mysql2/promise wrap: the inner object stays the same. */
function toPoolOrConnection (client: MysqlClient): PoolOrConnection<AnyConnection, MysqlPoolConnection> {
  if ('pool' in client) return toPoolOrConnection(client.pool)
  if (isPool(client)) return { pool: toPool(client) }
  if ('connection' in client) return toPoolOrConnection(client.connection)
  return { connection: client, missingErrorListener: () => missingErrorListenerOf(client) }
}

/** Needed for a single connection only: a pool listens to its own connections. */
function missingErrorListenerOf (connection: AnyConnection): string | undefined {
  return lacksErrorListener(connection) ? MISSING_ERROR_LISTENER : undefined
}

function toPool (pool: AnyPool): Pool<MysqlPoolConnection> {
  return {
    client: pool,
    acquire () {
      const before = connectionsOf(pool)
      const connection = ('promise' in pool ? pool.promise() : pool).getConnection().then((connection) => {
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
    isExhaustedError: (error) => error instanceof Error && EXHAUSTED_MESSAGES.includes(error.message)
  }
}

function release (connection: MysqlPoolConnection): void {
  connection.off('error', ignore)
  connection.release()
}

/** Destroys the sockets too: mysql2 itself only ends its own side, and then waits even for a frozen server. */
function destroy (connection: unknown): void {
  const innerStream = memberOf(memberOf(connection, 'connection'), 'stream')
  for (const part of [connection, memberOf(connection, 'stream'), innerStream]) {
    if (hasMethods(part, 'destroy')) part.destroy()
  }
}

/** Reads the private queues of mysql2. All numbers are 0 in a version without these queues. */
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
    max: numberIn('config', 'connectionLimit')
  }
}

/** Lists all connections of a pool, including those being opened. */
function connectionsOf (pool: AnyPool): readonly unknown[] {
  const queue = memberOf(pool, '_allConnections')
  const connections = hasMethods(queue, 'toArray') ? queue.toArray() : undefined
  return Array.isArray(connections) ? connections : []
}

async function query (connection: AnyConnection): Promise<SqlServer> {
  const [rows] = await ('promise' in connection ? connection.promise() : connection).query(QUERY)
  const row: unknown = Array.isArray(rows) ? rows[0] : undefined
  if (!Array.isArray(row)) throw new Error('the server answered without a row')
  return { version: String(row[0]), isReadOnly: !WRITABLE.includes(String(row[1])) }
}

/** Whether `mysql` accepts a value as its client. */
export function isMysql (value: unknown): value is MysqlClient {
  const candidates = [value, memberOf(value, 'pool'), memberOf(value, 'connection')]
  return candidates.some((candidate) => isPool(candidate) || isConnection(candidate))
}

function memberOf (value: unknown, key: string): unknown {
  return isRecord(value) ? value[key] : undefined
}

/** Rejects pools with callbacks but without `promise()`: a mysql2 cluster, or a pool of another library. */
function isPool (value: unknown): value is AnyPool {
  return hasMethods(value, 'getConnection') && (value.getConnection.length === 0 || hasMethods(value, 'promise'))
}

/** Looks for `execute`, which clients of other servers lack. */
function isConnection (value: unknown): value is AnyConnection {
  return hasMethods(value, 'query', 'execute')
}
