import type { CheckFunction } from '../../../health/check/attempt.js'
import type { Pool } from './borrowed-connection.js'
import { clientFrom, isUnheard } from '../client-source.js'
import type { ClientSource } from '../client-source.js'
import { readSqlOptions, sqlCheck } from './sql.js'
import type { Link, SqlOptions, SqlServer } from './sql.js'
import { hasMethods, isRecord } from '../../../base/type-guards.js'

/** What is used of a `Client` of pg. */
export interface PostgresConnection {
  query (text: string): Promise<{ readonly rows: readonly unknown[] }>
}

/** What is used of a client that a pool of pg has lent. */
export interface PostgresPoolClient extends PostgresConnection {
  release (isBroken: boolean): void
  on (event: 'error', listener: () => void): unknown
  off (event: 'error', listener: () => void): unknown
}

/** What is used of a `Pool` of pg. */
export interface PostgresPool {
  readonly totalCount: number
  readonly idleCount: number
  readonly waitingCount: number
  readonly options: { readonly max: number }
  connect (): Promise<PostgresPoolClient>
}

/** A `Pool` or a `Client` of pg, or what `@fastify/postgres` decorates an instance with. */
export type PostgresClient = PostgresPool | PostgresConnection | { readonly pool: PostgresPool }

const QUERY = "SELECT current_setting('server_version') AS version, current_setting('transaction_read_only') AS read_only"

/** As pg says in "Pool": it emits an 'error' for an idle client, and Node.js ends a process where nobody listens to one. */
const NO_LISTENER = 'nobody listens to "error" of the PostgreSQL pool or client: when the server closes a connection that is idle, the process ends; add pool.on(\'error\', …)'
const EXPECTED = { check: 'postgres', client: 'a Pool or a Client of pg, fastify.pg, or a function that gives one', is: isPostgres }

/** What an error of a connection means is said by the query that it breaks. */
const ignore = (): undefined => undefined

/**
 * Makes a check that asks a PostgreSQL server for its version, on a connection of the app's own pool or client. It is `DOWN` where
 * the server is away, refuses or does not answer in time, and `OUT_OF_SERVICE` while the pool is exhausted. A borrowed connection
 * goes back to the pool before the check's timeout, or is closed where it still owes an answer.
 *
 * For readiness where the app can do nothing without the database, else for `health`. Not for liveness: a restart does not
 * mend a server.
 *
 * @param client a `Pool` or a `Client` of pg, `fastify.pg` (`fastify.pg.NAME`) of `@fastify/postgres`, or a function that gives it
 * @throws FST_MANAGEMENT_CLIENT_INVALID, FST_MANAGEMENT_OPTION_INVALID
 * @example
 * fastify.management.addCheck('readiness', 'postgres', postgres(fastify.pg))
 */
export function postgres (client: ClientSource<PostgresClient>, options: SqlOptions = {}): CheckFunction {
  const current = clientFrom(client, EXPECTED)
  return sqlCheck({ link: () => linkOf(current()), ask }, readSqlOptions(options, 'postgres'))
}

function linkOf (client: PostgresClient): Link<PostgresConnection, PostgresPoolClient> {
  const own = 'pool' in client ? client.pool : client
  const hazard = (): string | undefined => isUnheard(own) ? NO_LISTENER : undefined
  return isPool(own) ? { pool: slotsOf(own), hazard } : { connection: own, hazard }
}

function slotsOf (pool: PostgresPool): Pool<PostgresPoolClient> {
  return {
    client: pool,
    acquire () {
      const before = clientsOf(pool)
      const connection = pool.connect().then((client) => {
        // A client that is lent has no listener of the pool's, and an error that nobody listens to ends the process.
        client.on('error', ignore)
        return client
      })
      const opened = clientsOf(pool).find((client) => !before.includes(client))
      return { connection, giveUp: opened === undefined ? undefined : () => destroy(opened) }
    },
    release (client, isBroken) {
      client.off('error', ignore)
      client.release(isBroken)
    },
    usage: () => ({ open: pool.totalCount, opening: openingIn(pool), idle: pool.idleCount, waiting: pool.waitingCount, most: pool.options.max })
  }
}

/** pg counts connections from when it begins to open them, and shows nobody how many these are. In a version that has no such list it is 0. */
function openingIn (pool: PostgresPool): number {
  return clientsOf(pool).filter((client) => client['_connected'] === false).length
}

function clientsOf (pool: PostgresPool): readonly Record<string, unknown>[] {
  const clients: unknown = Reflect.get(pool, '_clients')
  return Array.isArray(clients) ? clients.filter(isRecord) : []
}

/** As the pool itself does after its `connectionTimeoutMillis`, which is not set by default. */
function destroy ({ connection }: Record<string, unknown>): void {
  const stream = isRecord(connection) ? connection['stream'] : undefined
  if (hasMethods(stream, 'destroy')) stream.destroy()
}

async function ask (connection: PostgresConnection): Promise<SqlServer> {
  const { rows: [row] } = await connection.query(QUERY)
  if (!isRecord(row)) throw new Error('the server answered without a row')
  return { version: row['version'], isReadOnly: row['read_only'] === 'on' }
}

function isPool (value: unknown): value is PostgresPool {
  return hasMethods(value, 'connect') && 'totalCount' in value
}

/** Whether a value is what `postgres` takes. */
export function isPostgres (value: unknown): value is PostgresClient {
  return isPool(value) || (isRecord(value) && isPool(value['pool'])) || (hasMethods(value, 'query') && !hasMethods(value, 'getConnection'))
}
