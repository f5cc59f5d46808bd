import type {} from '@fastify/postgres'
import type { PGlite } from '@electric-sql/pglite'
import type { FastifyInstance } from 'fastify'
import type pg from 'pg'
import { mysql, postgres } from '../lib/checks/index.js'
import type { CheckFunction } from '../lib/index.js'

/** Accepted clients of PostgreSQL. */
export function right (
  fastify: FastifyInstance,
  pool: pg.Pool,
  client: pg.Client,
  embedded: PGlite
): readonly CheckFunction[] {
  return [
    postgres(pool),
    postgres(client),
    postgres(fastify.pg),
    postgres(() => pool),
    postgres(() => undefined),
    postgres(embedded),
    postgres(pool, {}),
    postgres(pool, { writable: true, whenExhausted: 'DEGRADED' }),
    postgres({ query: async (text) => await pool.query(text) }),
    postgres(pool, { renewAfter: 0 }),
    postgres(pool, { writable: undefined, whenExhausted: undefined })
  ]
}

/** A DataSource of TypeORM, whose query returns any. */
interface DataSource {
  readonly driver: object
  readonly manager: object
  createQueryRunner (): object
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as TypeORM declares it
  query<T = any> (query: string, parameters?: unknown[]): Promise<T>
}

/** Values that do not compile as clients. */
export function wrong (pool: pg.Pool, dataSource: DataSource): readonly CheckFunction[] {
  return [
    // @ts-expect-error a DataSource of TypeORM is not a client
    postgres(dataSource),
    // @ts-expect-error a DataSource of TypeORM is not a client
    postgres(() => dataSource),
    // @ts-expect-error a DataSource of TypeORM is not a client
    mysql(dataSource),
    // @ts-expect-error an address is not a client
    postgres('postgres://localhost'),
    // @ts-expect-error a promise is not a client
    postgres(Promise.resolve(pool)),
    // @ts-expect-error a failure cannot be reported as UP
    postgres(pool, { whenExhausted: 'UP' }),
    // @ts-expect-error unknown option
    postgres(pool, { writeable: true })
  ]
}
