import type { CheckFunction } from '../health/attempt.js'
import { isRecord } from '../plain.js'
import { isMongoDb, mongodb } from './clients/mongodb.js'
import { isMysql, mysql } from './clients/mysql.js'
import { isPostgres, postgres } from './clients/postgres.js'
import { isRedis } from './clients/redis-client.js'
import { redis } from './clients/redis.js'

/** A client that an instance is decorated with, and the check for it. */
export interface FoundClient {
  readonly name: string
  /** What tells it from others: the same client may be found under several names, and in several instances. */
  readonly client: object
  readonly check: CheckFunction
}

/** What a plugin decorates an instance with, and what that is in a report. */
interface Decorator {
  readonly key: string
  readonly name: string
  /** Makes the check; nothing for what is no such client. */
  readonly check: (value: unknown) => CheckFunction | undefined
}

/** Of @fastify/postgres, redis, mysql and mongodb. */
const DECORATORS: readonly Decorator[] = [
  { key: 'pg', name: 'postgres', check: (value) => isPostgres(value) ? postgres(value) : undefined },
  { key: 'mysql', name: 'mysql', check: (value) => isMysql(value) ? mysql(value) : undefined },
  { key: 'redis', name: 'redis', check: (value) => isRedis(value) ? redis(value) : undefined },
  { key: 'mongo', name: 'mongodb', check: (value) => isMongoDb(value) ? mongodb(value) : undefined }
]

/** Keys of a decorator that are parts of the one client, and no names of further ones. */
const PARTS = ['client', 'connection', 'db', 'pool']

/**
 * Finds the clients that the official plugins have decorated an instance with. Those that were registered under a name of their own
 * are found under it: `postgres.users` is `fastify.pg.users`.
 */
export function findClients (instance: object): readonly FoundClient[] {
  return DECORATORS.flatMap((decorator) => clientsOf(instance, decorator))
}

/** Named ones first, as @fastify/mongodb decorates with the first of them itself. */
function clientsOf (instance: object, { key, name, check }: Decorator): readonly FoundClient[] {
  const value = decoratorOf(instance, key)
  if (!isRecord(value)) return []
  const named = Object.entries(value).filter(([key]) => !PARTS.includes(key)).map(([key, client]) => ({ name: `${name}.${key}`, client }))
  return [...named, { name, client: value }].flatMap(({ name, client }) => {
    const found = isRecord(client) ? check(client) : undefined
    return isRecord(client) && found !== undefined ? [{ name, client, check: found }] : []
  })
}

/** A decorator may be a getter, and one that throws is nobody's client. */
function decoratorOf (instance: object, key: string): unknown {
  try {
    return Reflect.get(instance, key)
  } catch {
    return undefined
  }
}
