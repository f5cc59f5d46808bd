import { isOfOtherLibrary } from './sql-mistakes.js'
import type { OfNoOtherLibrary } from './sql-mistakes.js'
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

/** A pg `Client`, a PGlite, or an object whose `query` returns the same. */
export type PostgresSingleClient = PostgresConnection & OfNoOtherLibrary

/**
 * A `Pool` or a `Client` of pg, or the decorator `fastify.pg` of `@fastify/postgres`.
 *
 * @see `docs/ready-made-checks.md#postgres`
 */
export type PostgresClient = PostgresPool | PostgresSingleClient | { readonly pool: PostgresPool }

/** Whether a value is a pool of pg. */
export function isPool (value: unknown): value is PostgresPool {
  return hasMethods(value, 'connect') && 'totalCount' in value
}

/** Whether `postgres` accepts a value as its client. */
export function isPostgres (value: unknown): value is PostgresClient {
  if (isOfOtherLibrary(value)) return false
  if (isPool(value) || (isRecord(value) && isPool(value['pool']))) return true
  return hasMethods(value, 'query') && !isOfMysql(value)
}

/** Clients of MySQL have a method `query` too. */
function isOfMysql (value: unknown): boolean {
  return ['getConnection', 'execute', 'escapeId'].some((method) => hasMethods(value, method))
}
