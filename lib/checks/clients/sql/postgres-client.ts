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

/** Whether a value is a pool of pg. */
export function isPool (value: unknown): value is PostgresPool {
  return hasMethods(value, 'connect') && 'totalCount' in value
}

/** Whether `postgres` accepts a value as its client. */
export function isPostgres (value: unknown): value is PostgresClient {
  if (isPool(value) || (isRecord(value) && isPool(value['pool']))) return true
  return hasMethods(value, 'query') && !hasMethods(value, 'getConnection')
}
