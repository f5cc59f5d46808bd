import type { MySQLConnection, MySQLPool, MySQLPromiseConnection, MySQLPromisePool } from '@fastify/mysql'
import type { FastifyRedis } from '@fastify/redis'
import type { FastifyInstance } from 'fastify'
import { Cluster, Redis } from 'ioredis'
import type mysqlCallbacks from 'mysql2'
import type mysqlPromises from 'mysql2/promise'
import { createClient, createClientPool, createCluster, createSentinel } from 'redis'
import { mysql } from '../lib/checks/clients/sql/mysql.js'
import { redis } from '../lib/checks/clients/redis/redis.js'
import type { RedisOptions } from '../lib/checks/clients/redis/redis.js'
import type { SqlOptions } from '../lib/checks/clients/sql/sql.js'
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

/** What mysql2 makes, with callbacks and with promises. */
export function ofMysql2 (pool: mysqlCallbacks.Pool, promisePool: mysqlPromises.Pool, connection: mysqlCallbacks.Connection, promiseConnection: mysqlPromises.Connection): readonly CheckFunction[] {
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

/** What @fastify/mysql decorates with, in each of its shapes. */
export function ofFastifyMysql (pool: MySQLPool, promisePool: MySQLPromisePool, connection: MySQLConnection, promiseConnection: MySQLPromiseConnection): readonly CheckFunction[] {
  return [mysql(pool), mysql(promisePool), mysql(connection), mysql(promiseConnection), mysql(() => pool)]
}

/** What ioredis and node-redis make, and @fastify/redis decorates with. */
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
    redis(createClient(), { whenExhausted: 'DOWN' })
  ]
}

export function wrong (pool: mysqlCallbacks.Pool, fastify: FastifyInstance): readonly CheckFunction[] {
  return [
    // @ts-expect-error an address is no client
    mysql('mysql://127.0.0.1'),
    // @ts-expect-error nor are the settings of one
    mysql({ host: '127.0.0.1' }),
    // @ts-expect-error nor is a client of another server
    mysql(new Redis()),
    // @ts-expect-error nor is nothing
    mysql(undefined),
    // @ts-expect-error no such option
    mysql(pool, { writeable: true }),
    // @ts-expect-error a failure is not shown as healthy
    mysql(pool, { whenExhausted: 'UP' }),
    // @ts-expect-error an address is no client
    redis('redis://127.0.0.1'),
    // @ts-expect-error nor is the class of one
    redis(Redis),
    // @ts-expect-error nor is a client of another server
    redis(pool),
    // @ts-expect-error nor is the instance that has it
    redis(fastify),
    // @ts-expect-error no such option
    redis(fastify.redis, { writable: true }),
    // @ts-expect-error a failure is not shown as healthy
    redis(fastify.redis, { whenExhausted: 'UP' })
  ]
}
