import type { CheckFunction } from '../../../health/check/check-function.js'
import { readyMade } from '../../kit/ready-made.js'
import type { ReadyMadeRun } from '../../kit/ready-made.js'
import { clientFrom, lacksErrorListener } from '../client-source.js'
import type { ClientSource } from '../client-source.js'
import type { PoolOrConnection, SqlServer } from './driver.js'
import { queryRows } from './mariadb-call.js'
import { isMariadbConnection, isMariadbPool } from './mariadb-client.js'
import type { MariadbConnection, MariadbPool, MariadbPoolConnection } from './mariadb-client.js'
import { MariadbPoolAdapter } from './mariadb-pool.js'
import { isMysql, isPool } from './mysql-client.js'
import type { AnyConnection, AnyPool, MysqlClient, MysqlPoolConnection, PoolOrSingle } from './mysql-client.js'
import { isServerFull, openOutside, usesTls } from './mysql2-outside.js'
import { toPool } from './mysql2-pool.js'
import { rowOf } from './server-row.js'
import { readSqlOptions } from './sql-options.js'
import type { SqlOptions, SqlSettings } from './sql-options.js'
import { sqlMistakes } from './sql-mistakes.js'
import { SqlRunner } from './sql-runner.js'
import { PerClient } from '../per-client.js'
import { isFunction } from '../../../base/type-guards.js'

export { isMysql } from './mysql-client.js'
export type { MysqlClient } from './mysql-client.js'

/** Works in MySQL and MariaDB, for any user. A server that is `super_read_only` is also `read_only`. */
const SQL = 'SELECT VERSION() AS version, @@global.read_only AS read_only'

/** The values of `read_only` on a writable server. The newest MariaDB returns a word instead of a number. */
const WRITABLE = ['0', 'OFF']

const MISSING_ERROR_LISTENER = 'the MySQL connection has no "error" listener: ' +
  'the process ends when the server closes the connection; add connection.on(\'error\', …)'

const CLIENT_TYPE = {
  check: 'mysql',
  description: 'a Pool or a Connection of mysql2 or mariadb, fastify.mysql, or a function that returns one',
  is: isMysql,
  mistakes: sqlMistakes('mysql')
}

/**
 * Makes a check that queries a MySQL or MariaDB server, on the app's own pool or connection, and at times on a new
 * connection.
 *
 * @param client a `Pool` or a `Connection` of mysql2, mysql2/promise, mariadb or mariadb/callback, `fastify.mysql`
 *   (`fastify.mysql.NAME`) of `@fastify/mysql`, or a function that returns it
 * @throws FST_MANAGEMENT_CLIENT_INVALID, FST_MANAGEMENT_OPTION_INVALID
 * @example fastify.management.addCheck('readiness', 'mysql', mysql(fastify.mysql))
 * @see `docs/ready-made-checks.md#mysql`
 */
export function mysql (client: ClientSource<MysqlClient>, options: SqlOptions = {}): CheckFunction {
  const current = clientFrom(client, CLIENT_TYPE)
  const checks = new MysqlChecks(readSqlOptions(options, 'mysql'))
  // Listens from now on: a pool of the connector mariadb emits the reason of a failure once.
  if (!isFunction(client)) checks.prepare(current())
  return readyMade(async (run) => await checks.run(current(), run))
}

/** Runs the check with the driver of the app's current client. */
class MysqlChecks {
  readonly #mysql2: SqlRunner<AnyConnection, MysqlPoolConnection>
  readonly #mariadb: SqlRunner<MariadbConnection, MariadbPoolConnection>
  readonly #mariadbPools = new PerClient((pool: MariadbPool) => new MariadbPoolAdapter(pool))

  constructor (settings: SqlSettings) {
    this.#mysql2 = new SqlRunner({ query: queryMysql2, isServerFull }, settings)
    this.#mariadb = new SqlRunner({ query: queryMariadb, isServerFull }, settings)
  }

  prepare (client: MysqlClient): void {
    const inner = innerOf(client)
    if (isMariadbPool(inner)) this.#mariadbPools.of(inner)
  }

  async run (client: MysqlClient, run: ReadyMadeRun): Promise<void> {
    const inner = innerOf(client)
    if (isMariadbPool(inner) || isMariadbConnection(inner)) await this.#mariadb.run(this.#mariadbClient(inner), run)
    else await this.#mysql2.run(mysql2Client(inner), run)
  }

  #mariadbClient (client: MariadbPool | MariadbConnection): PoolOrConnection<MariadbConnection, MariadbPoolConnection> {
    const missingErrorListener = (): string | undefined => missingErrorListenerOf(client)
    if (!isMariadbPool(client)) return { connection: client, missingErrorListener }
    const pool = this.#mariadbPools.of(client)
    return { pool, openOutside: pool.openOutside }
  }
}

/** Unwraps the pool or connection that `@fastify/mysql` and mysql2/promise wrap: the inner object stays the same. */
function innerOf (client: MysqlClient): PoolOrSingle {
  if (isMariadbPool(client) || isMariadbConnection(client)) return client
  if ('pool' in client) return innerOf(client.pool)
  return 'connection' in client && !isPool(client) ? innerOf(client.connection) : client
}

function mysql2Client (client: AnyPool | AnyConnection): PoolOrConnection<AnyConnection, MysqlPoolConnection> {
  if (isPool(client)) return { pool: toPool(client), openOutside: openOutside(client), resumesTls: usesTls(client) }
  return { connection: client, missingErrorListener: () => missingErrorListenerOf(client) }
}

/** Needed for a single connection only: a pool listens to its own connections. */
function missingErrorListenerOf (connection: PoolOrSingle): string | undefined {
  const isMissing = isMariadbConnection(connection)
    ? connection.listenerCount('error') === 0
    : lacksErrorListener(connection)
  return isMissing ? MISSING_ERROR_LISTENER : undefined
}

async function queryMysql2 (connection: AnyConnection): Promise<SqlServer> {
  const result = await ('promise' in connection ? connection.promise() : connection).query({
    sql: SQL, rowsAsArray: true, nestTables: false, typeCast: true
  })
  return serverOf(result)
}

async function queryMariadb (connection: MariadbConnection): Promise<SqlServer> {
  return serverOf(await queryRows(connection, SQL))
}

function serverOf (result: unknown): SqlServer {
  const [version, readOnly] = rowOf(result)
  return { version: String(version), isReadOnly: !WRITABLE.includes(String(readOnly)) }
}
