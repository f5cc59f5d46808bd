import type { MySQLConnection, MySQLPool, MySQLPromiseConnection, MySQLPromisePool } from '@fastify/mysql'
import type { FastifyRedis } from '@fastify/redis'
import type { FastifyInstance } from 'fastify'
import { Cluster, Redis } from 'ioredis'
import type * as mariadb from 'mariadb'
import type * as mariadbCallbacks from 'mariadb/callback'
import type mysqlCallbacks from 'mysql2'
import type mysqlPromises from 'mysql2/promise'
import { createClient, createClientPool, createCluster, createSentinel } from 'redis'
import { mysql } from '../lib/checks/clients/sql/mysql.js'
import { redis } from '../lib/checks/clients/redis/redis.js'
import type { RedisOptions } from '../lib/checks/clients/redis/redis.js'
import type { SqlOptions } from '../lib/checks/clients/sql/sql-options.js'
import type { CheckFunction } from '../lib/health/check/check-function.js'
import type { FailureStatus } from '../lib/index.js'
import type { Equal, Expect } from './equal.js'

export type Cases = [
  Expect<Equal<ReturnType<typeof mysql>, CheckFunction>>,
  Expect<Equal<ReturnType<typeof redis>, CheckFunction>>,
  Expect<Equal<Parameters<typeof mysql>[1], SqlOptions | undefined>>,
  Expect<Equal<Parameters<typeof redis>[1], RedisOptions | undefined>>,
  Expect<Equal<RedisOptions['whenExhausted'], FailureStatus | undefined>>
]

/** Clients of mysql2, with callbacks and with promises. */
export function ofMysql2 (
  pool: mysqlCallbacks.Pool,
  promisePool: mysqlPromises.Pool,
  connection: mysqlCallbacks.Connection,
  promiseConnection: mysqlPromises.Connection
): readonly CheckFunction[] {
  return [
    mysql(pool),
    mysql(promisePool),
    mysql(connection),
    mysql(promiseConnection),
    mysql(() => pool),
    mysql((): mysqlPromises.Connection | undefined => undefined),
    mysql(pool, {}),
    mysql(pool, { writable: true, whenExhausted: 'DEGRADED' })
  ]
}

/** Clients of the connector mariadb, with callbacks and with promises. */
export function ofMariadb (
  pool: mariadb.Pool,
  callbackPool: mariadbCallbacks.Pool,
  connection: mariadb.Connection,
  callbackConnection: mariadbCallbacks.Connection
): readonly CheckFunction[] {
  return [
    mysql(pool),
    mysql(callbackPool),
    mysql(connection),
    mysql(callbackConnection),
    mysql({ pool }),
    mysql(() => pool),
    mysql(pool, { renewAfter: 0 })
  ]
}

/** The decorators of @fastify/mysql. */
export function ofFastifyMysql (
  pool: MySQLPool,
  promisePool: MySQLPromisePool,
  connection: MySQLConnection,
  promiseConnection: MySQLPromiseConnection
): readonly CheckFunction[] {
  return [mysql(pool), mysql(promisePool), mysql(connection), mysql(promiseConnection), mysql(() => pool)]
}

/** Clients of ioredis and node-redis, and the decorator of @fastify/redis. */
export function ofRedis (fastify: FastifyInstance, decorator: FastifyRedis): readonly CheckFunction[] {
  return [
    redis(new Redis()),
    redis(new Redis({ protocol: 3 })),
    redis(new Cluster([])),
    redis(createClient()),
    redis(createClient({ RESP: 2 })),
    redis(createClient({ RESP: 3 })),
    redis(createCluster({ rootNodes: [] })),
    redis(createSentinel({ name: 'main', sentinelRootNodes: [] })),
    redis(createClientPool()),
    redis(fastify.redis),
    redis(decorator),
    redis(() => fastify.redis),
    redis(() => undefined),
    redis(createClient(), { whenExhausted: 'DOWN' }),
    redis(createCluster({ rootNodes: [] }), { writable: true, key: 'app:health' })
  ]
}

/** Values that do not compile as clients. */
export function wrong (pool: mysqlCallbacks.Pool, fastify: FastifyInstance): readonly CheckFunction[] {
  return [
    // @ts-expect-error an address is not a client
    mysql('mysql://127.0.0.1'),
    // @ts-expect-error connection settings are not a client
    mysql({ host: '127.0.0.1' }),
    // @ts-expect-error a client of another server is refused
    mysql(new Redis()),
    // @ts-expect-error undefined is not a client
    mysql(undefined),
    // @ts-expect-error unknown option
    mysql(pool, { writeable: true }),
    // @ts-expect-error a failure cannot be reported as UP
    mysql(pool, { whenExhausted: 'UP' }),
    // @ts-expect-error an address is not a client
    redis('redis://127.0.0.1'),
    // @ts-expect-error a class is not a client
    redis(Redis),
    // @ts-expect-error a client of another server is refused
    redis(pool),
    // @ts-expect-error the app is not a client
    redis(fastify),
    // @ts-expect-error unknown option
    redis(fastify.redis, { writeable: true }),
    // @ts-expect-error a failure cannot be reported as UP
    redis(fastify.redis, { whenExhausted: 'UP' })
  ]
}
