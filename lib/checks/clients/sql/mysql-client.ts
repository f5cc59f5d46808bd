import { isMariadbConnection, isMariadbPool } from './mariadb-client.js'
import type { MariadbConnection, MariadbPool } from './mariadb-client.js'
import { isOfOtherLibrary } from './sql-mistakes.js'
import type { OfNoOtherLibrary } from './sql-mistakes.js'
import { hasMethods, isRecord } from '../../../base/type-guards.js'

/** The query. Its options fix the shape of the rows, whatever the app configured for its connections. */
export interface MysqlQuery {
  sql: string
  rowsAsArray: boolean
  nestTables: boolean
  typeCast: boolean
}

/** The parts of a mysql2/promise `Connection` that the check uses. */
export interface MysqlConnection extends OfNoOtherLibrary {
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

export type AnyPool = MysqlPool | MysqlCallbackPool
export type AnyConnection = MysqlConnection | MysqlCallbackConnection

/** A pool or a connection of mysql2 or of the connector mariadb. */
export type PoolOrSingle = AnyPool | AnyConnection | MariadbPool | MariadbConnection

/**
 * A `Pool` or a `Connection` of mysql2, mysql2/promise, mariadb or mariadb/callback, or the decorator `fastify.mysql`
 * of `@fastify/mysql`.
 *
 * @see `docs/ready-made-checks.md#mysql`
 */
export type MysqlClient = PoolOrSingle | { readonly pool: AnyPool | MariadbPool } | {
  readonly connection: AnyConnection | MariadbConnection
}

/** Whether `mysql` accepts a value as its client. */
export function isMysql (value: unknown): value is MysqlClient {
  // A client of pg has an inner connection with the same methods.
  if (isOfOtherLibrary(value) || hasMethods(value, 'connect', 'query', 'getTypeParser')) return false
  const candidates = [value, memberOf(value, 'pool'), memberOf(value, 'connection')]
  const tests = [isPool, isConnection, isMariadbPool, isMariadbConnection]
  return candidates.some((candidate) => tests.some((test) => test(candidate)))
}

/** Returns a member of an object, or undefined. */
export function memberOf (value: unknown, key: string): unknown {
  return isRecord(value) ? value[key] : undefined
}

/** Rejects pools with callbacks but without `promise()`: a mysql2 cluster, or a pool of another library. */
export function isPool (value: unknown): value is AnyPool {
  return hasMethods(value, 'getConnection') && (value.getConnection.length === 0 || hasMethods(value, 'promise'))
}

/** Looks for `execute`, which clients of other servers lack. */
export function isConnection (value: unknown): value is AnyConnection {
  return hasMethods(value, 'query', 'execute')
}
