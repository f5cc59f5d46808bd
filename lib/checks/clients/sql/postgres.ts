import type { CheckFunction } from '../../../health/check/check-function.js'
import type { Pool } from './connection-borrower.js'
import { clientFrom, lacksErrorListener } from '../client-source.js'
import type { ClientSource } from '../client-source.js'
import { readSqlOptions, sqlCheck } from './sql.js'
import type { PoolOrConnection, SqlOptions, SqlServer } from './sql.js'
import { hasMethods, isRecord } from '../../../base/type-guards.js'

/** The parts of a pg `Client` that the check uses. */
export interface PostgresConnection {
  query (text: string): Promise<{ readonly rows: readonly unknown[] }>
}

/** The parts of a client from a pg pool that the check uses. */
export interface PostgresPoolClient extends PostgresConnection {
  release (isBroken: boolean): void
  on (event: 'error', listener: () => void): unknown
  off (event: 'error', listener: () => void): unknown
}

/** The parts of a pg `Pool` that the check uses. */
export interface PostgresPool {
  readonly totalCount: number
  readonly idleCount: number
  readonly waitingCount: number
  readonly options: { readonly max: number }
  connect (): Promise<PostgresPoolClient>
}

/** A `Pool` or a `Client` of pg, or the decorator `fastify.pg` of `@fastify/postgres`. */
export type PostgresClient = PostgresPool | PostgresConnection | { readonly pool: PostgresPool }

const QUERY = `SELECT current_setting('server_version') AS version,
  current_setting('transaction_read_only') AS read_only`

/** pg emits 'error' when an idle client fails. Without a listener Node.js then ends the process. */
const MISSING_ERROR_LISTENER = 'the PostgreSQL pool or client has no "error" listener: ' +
  'the process ends when the server closes an idle connection; add pool.on(\'error\', …)'

const CLIENT_TYPE = {
  check: 'postgres',
  description: 'a Pool or a Client of pg, fastify.pg, or a function that returns one',
  is: isPostgres
}

/** Ignores a connection's errors: the query that fails reports them. */
const ignore = (): undefined => undefined

/**
 * Makes a check that queries a PostgreSQL server for its version, on the app's own pool or client. It is
 * - `DOWN` if the server is unreachable, refuses, or does not answer in time
 * - `OUT_OF_SERVICE` while the pool is exhausted
 *
 * A borrowed connection goes back to the pool before the check's timeout, or is closed if it still owes an answer.
 *
 * Use it for readiness if the app cannot work without the database, otherwise for `health`. Do not use it for liveness:
 * restarting the app does not repair the server.
 *
 * @param client a `Pool` or a `Client` of pg, `fastify.pg` (`fastify.pg.NAME`) of `@fastify/postgres`, or a function
 *   that returns it
 * @throws FST_MANAGEMENT_CLIENT_INVALID, FST_MANAGEMENT_OPTION_INVALID
 * @example
 * fastify.management.addCheck('readiness', 'postgres', postgres(fastify.pg))
 */
export function postgres (client: ClientSource<PostgresClient>, options: SqlOptions = {}): CheckFunction {
  const current = clientFrom(client, CLIENT_TYPE)
  return sqlCheck({ current: () => toPoolOrConnection(current()), query }, readSqlOptions(options, 'postgres'))
}

function toPoolOrConnection (client: PostgresClient): PoolOrConnection<PostgresConnection, PostgresPoolClient> {
  const own = 'pool' in client ? client.pool : client
  const missingErrorListener = (): string | undefined => lacksErrorListener(own) ? MISSING_ERROR_LISTENER : undefined
  return isPool(own) ? { pool: toPool(own), missingErrorListener } : { connection: own, missingErrorListener }
}

function toPool (pool: PostgresPool): Pool<PostgresPoolClient> {
  return {
    client: pool,
    acquire () {
      const before = clientsOf(pool)
      const connection = pool.connect().then((client) => {
        // The pool removes its own listener from a borrowed client, and an error without a listener ends the process.
        client.on('error', ignore)
        return client
      })
      const opened = clientsOf(pool).find((client) => !before.includes(client))
      return { connection, cancelOpening: opened === undefined ? undefined : () => destroy(opened) }
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

/** Destroys the socket, as the pool itself does after `connectionTimeoutMillis`, which is not set by default. */
function destroy ({ connection }: Record<string, unknown>): void {
  const stream = isRecord(connection) ? connection['stream'] : undefined
  if (hasMethods(stream, 'destroy')) stream.destroy()
}

async function query (connection: PostgresConnection): Promise<SqlServer> {
  const { rows: [row] } = await connection.query(QUERY)
  if (!isRecord(row)) throw new Error('the server answered without a row')
  return { version: row['version'], isReadOnly: row['read_only'] === 'on' }
}

function isPool (value: unknown): value is PostgresPool {
  return hasMethods(value, 'connect') && 'totalCount' in value
}

/** Whether `postgres` accepts a value as its client. */
export function isPostgres (value: unknown): value is PostgresClient {
  if (isPool(value) || (isRecord(value) && isPool(value['pool']))) return true
  return hasMethods(value, 'query') && !hasMethods(value, 'getConnection')
}
