import type {} from '@fastify/postgres'
import type { PGlite } from '@electric-sql/pglite'
import type { FastifyInstance } from 'fastify'
import type pg from 'pg'
import { postgres } from '../lib/checks/index.js'
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
    postgres(pool, { writable: undefined, whenExhausted: undefined })
  ]
}

/** Values that do not compile as clients. */
export function wrong (pool: pg.Pool): readonly CheckFunction[] {
  return [
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
