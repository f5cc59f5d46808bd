import type { CheckFunction } from '../../../health/check/check-function.js'
import { readyMade } from '../../kit/ready-made.js'
import { clientFrom, lacksErrorListener } from '../client-source.js'
import type { ClientSource } from '../client-source.js'
import type { PoolOrConnection, SqlServer } from './driver.js'
import { isPool, isPostgres } from './postgres-client.js'
import type { PostgresClient, PostgresConnection, PostgresPoolClient } from './postgres-client.js'
import { isServerFull, openOutside } from './postgres-outside.js'
import { toPool } from './postgres-pool.js'
import { rowOf } from './server-row.js'
import { readSqlOptions } from './sql-options.js'
import type { SqlOptions } from './sql-options.js'
import { sqlMistakes } from './sql-mistakes.js'
import { SqlRunner } from './sql-runner.js'

export { isPostgres } from './postgres-client.js'
export type { PostgresClient, PostgresPool } from './postgres-client.js'

const QUERY = `SELECT current_setting('server_version') AS version,
  current_setting('transaction_read_only') AS read_only`

/** pg emits 'error' when an idle client fails. Without a listener Node.js then ends the process. */
const MISSING_ERROR_LISTENER = 'the PostgreSQL pool or client has no "error" listener: ' +
  'the process ends when the server closes an idle connection; add pool.on(\'error\', …)'

const CLIENT_TYPE = {
  check: 'postgres',
  description: 'a Pool or a Client of pg, fastify.pg, or a function that returns one',
  is: isPostgres,
  mistakes: sqlMistakes('postgres')
}

/**
 * Makes a check that queries a PostgreSQL server, on the app's own pool or client, and at times on a new connection.
 *
 * @param client a `Pool` or a `Client` of pg, `fastify.pg` (`fastify.pg.NAME`) of `@fastify/postgres`, or a function
 *   that returns it
 * @throws FST_MANAGEMENT_CLIENT_INVALID, FST_MANAGEMENT_OPTION_INVALID
 * @example fastify.management.addCheck('readiness', 'postgres', postgres(fastify.pg))
 * @see `docs/ready-made-checks.md#postgres`
 */
export function postgres (client: ClientSource<PostgresClient>, options: SqlOptions = {}): CheckFunction {
  const current = clientFrom(client, CLIENT_TYPE)
  const settings = readSqlOptions(options, 'postgres')
  const runner = new SqlRunner<PostgresConnection, PostgresPoolClient>({ query, isServerFull }, settings)
  return readyMade(async (run) => await runner.run(toPoolOrConnection(current()), run))
}

function toPoolOrConnection (client: PostgresClient): PoolOrConnection<PostgresConnection, PostgresPoolClient> {
  const own = 'pool' in client ? client.pool : client
  const missingErrorListener = (): string | undefined => lacksErrorListener(own) ? MISSING_ERROR_LISTENER : undefined
  if (!isPool(own)) return { connection: own, missingErrorListener }
  return { pool: toPool(own), openOutside: openOutside(own), missingErrorListener }
}

async function query (connection: PostgresConnection): Promise<SqlServer> {
  const [version, readOnly] = rowOf(await connection.query(QUERY))
  return { version, isReadOnly: readOnly === 'on' }
}
