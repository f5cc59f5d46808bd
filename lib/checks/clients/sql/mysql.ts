import type { CheckFunction } from '../../../health/check/check-function.js'
import { clientFrom, lacksErrorListener } from '../client-source.js'
import type { ClientSource } from '../client-source.js'
import type { PoolOrConnection, SqlServer } from './driver.js'
import { isMysql, isPool } from './mysql-client.js'
import type { AnyConnection, MysqlClient, MysqlPoolConnection } from './mysql-client.js'
import { isServerFull, openOutside, usesTls } from './mysql2-outside.js'
import { toPool } from './mysql2-pool.js'
import { readSqlOptions } from './sql-options.js'
import type { SqlOptions } from './sql-options.js'
import { sqlCheck } from './sql.js'

export { isMysql } from './mysql-client.js'
export type { MysqlClient } from './mysql-client.js'

/** Works in MySQL and MariaDB, for any user. A server that is `super_read_only` is also `read_only`. */
const QUERY = { sql: 'SELECT VERSION(), @@global.read_only', rowsAsArray: true, nestTables: false, typeCast: true }

/** The values of `read_only` on a writable server. The newest MariaDB returns a word instead of a number. */
const WRITABLE = ['0', 'OFF']

const MISSING_ERROR_LISTENER = 'the MySQL connection has no "error" listener: ' +
  'the process ends when the server closes the connection; add connection.on(\'error\', …)'

const CLIENT_TYPE = {
  check: 'mysql',
  description: 'a Pool or a Connection of mysql2, fastify.mysql, or a function that returns one',
  is: isMysql
}

/**
 * Makes a check that queries a MySQL or MariaDB server for its version, on a connection of the app's own pool or its
 * single connection. It is
 * - `DOWN` if the server is unreachable, refuses, or does not answer in time
 * - `OUT_OF_SERVICE` while the pool is exhausted
 * - `DEGRADED` while the server has no room for new connections, if a connection of the pool still answers
 *
 * A borrowed connection goes back to the pool before the check's timeout, or is closed if it still owes an answer.
 * Every `renewAfter` the check also opens a connection beside the pool, with the pool's options, and closes it after
 * one query.
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
  const driver = { current: () => toPoolOrConnection(current()), query, isServerFull }
  return sqlCheck(driver, readSqlOptions(options, 'mysql'))
}

/** Unwraps the pool or connection that `@fastify/mysql` and mysql2/promise wrap: the inner object stays the same. */
function toPoolOrConnection (client: MysqlClient): PoolOrConnection<AnyConnection, MysqlPoolConnection> {
  if ('pool' in client) return toPoolOrConnection(client.pool)
  if (isPool(client)) return { pool: toPool(client), openOutside: openOutside(client), resumesTls: usesTls(client) }
  if ('connection' in client) return toPoolOrConnection(client.connection)
  return { connection: client, missingErrorListener: () => missingErrorListenerOf(client) }
}

/** Needed for a single connection only: a pool listens to its own connections. */
function missingErrorListenerOf (connection: AnyConnection): string | undefined {
  return lacksErrorListener(connection) ? MISSING_ERROR_LISTENER : undefined
}

async function query (connection: AnyConnection): Promise<SqlServer> {
  const [rows] = await ('promise' in connection ? connection.promise() : connection).query(QUERY)
  const row: unknown = Array.isArray(rows) ? rows[0] : undefined
  if (!Array.isArray(row)) throw new Error('the server answered without a row')
  return { version: String(row[0]), isReadOnly: !WRITABLE.includes(String(row[1])) }
}
