import type { CheckFunction } from '../../health/check/check-function.js'
import { isMongoDb, mongodb } from '../clients/mongodb/mongodb.js'
import { isMysql, mysql } from '../clients/sql/mysql.js'
import { isPostgres, postgres } from '../clients/sql/postgres.js'
import { isRedis } from '../clients/redis/redis-client.js'
import { redis } from '../clients/redis/redis.js'
import { attemptOr } from '../../base/attempt-or.js'
import { isRecord } from '../../base/type-guards.js'

/** A client that an instance is decorated with, and the check for it. */
export interface FoundClient {
  readonly name: string
  /** What tells it from others: the same client may be found under several names, and in several instances. */
  readonly client: object
  readonly makeCheck: () => CheckFunction
}

/** What a plugin decorates an instance with, and what that is in a report. */
interface Decorator {
  readonly key: string
  readonly name: string
  /** Gives how to make the check; nothing for what is no such client. */
  readonly check: (value: unknown) => (() => CheckFunction) | undefined
}

/** Of `@fastify/postgres`, redis, mysql and mongodb. */
const DECORATORS: readonly Decorator[] = [
  { key: 'pg', name: 'postgres', check: (value) => isPostgres(value) ? () => postgres(value) : undefined },
  { key: 'mysql', name: 'mysql', check: (value) => isMysql(value) ? () => mysql(value) : undefined },
  { key: 'redis', name: 'redis', check: (value) => isRedis(value) ? () => redis(value) : undefined },
  { key: 'mongo', name: 'mongodb', check: (value) => isMongoDb(value) ? () => mongodb(value) : undefined }
]

/** Keys of a client that are parts of it, and no names of further ones. */
const PARTS = ['client', 'connection', 'db', 'pool', 'topology']

/**
 * Finds the clients that the official plugins have decorated an instance with. Those that were registered under a name of their own
 * are found under it: `postgres.users` is `fastify.pg.users`.
 */
export function findClients (instance: object): readonly FoundClient[] {
  return DECORATORS.flatMap((decorator) => attemptOr(() => clientsOf(instance, decorator), []))
}

/**
 * Lists named clients first, because `@fastify/mongodb` also decorates with the first named client itself.
 * A decorator may be a getter or a proxy that throws: it is then not a client.
 */
function clientsOf (instance: object, { key, name, check }: Decorator): readonly FoundClient[] {
  const value: unknown = Reflect.get(instance, key)
  if (!isRecord(value)) return []
  const find = (name: string, client: unknown): readonly FoundClient[] => {
    const makeCheck = attemptOr(() => check(client), undefined)
    return isRecord(client) && makeCheck !== undefined ? [{ name, client, makeCheck }] : []
  }
  const own = find(name, value)
  const names = Object.keys(value).filter((key) => own.length === 0 || !PARTS.includes(key))
  return [...names.flatMap((key) => find(`${name}.${key}`, attemptOr(() => value[key], undefined))), ...own]
}
