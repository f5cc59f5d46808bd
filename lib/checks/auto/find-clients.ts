import type { CheckFunction } from '../../health/check/check-function.js'
import { isMongoDb, mongodb } from '../clients/mongodb/mongodb.js'
import { isMysql, mysql } from '../clients/sql/mysql.js'
import { isPostgres, postgres } from '../clients/sql/postgres.js'
import { isRedis } from '../clients/redis/redis-client.js'
import { redis } from '../clients/redis/redis.js'
import { attemptOr } from '../../base/attempt-or.js'
import { isRecord } from '../../base/type-guards.js'

/** A client found on a Fastify instance, and the maker of its check. */
export interface FoundClient {
  /** The name of the check. */
  readonly name: string
  /** The identity of the client, which may be found under several names and on several instances. */
  readonly client: object
  readonly makeCheck: () => CheckFunction
}

/** The decorator of an official plugin. */
interface Decorator {
  /** The property of the Fastify instance. */
  readonly key: string
  /** The name of the check. */
  readonly name: string
  /** Returns the maker of the check, or undefined if the value is not such a client. */
  readonly makerFor: (value: unknown) => (() => CheckFunction) | undefined
}

/**
 * The decorators of `@fastify/postgres`, `@fastify/mysql`, `@fastify/redis` and `@fastify/mongodb`. The connector
 * mariadb has no official plugin: apps decorate with its pool as `mariadb`, and `fastify-mariadb` with `{ pool }`.
 */
const DECORATORS: readonly Decorator[] = [
  { key: 'pg', name: 'postgres', makerFor: (value) => isPostgres(value) ? () => postgres(value) : undefined },
  { key: 'mysql', name: 'mysql', makerFor: (value) => isMysql(value) ? () => mysql(value) : undefined },
  { key: 'mariadb', name: 'mariadb', makerFor: (value) => isMysql(value) ? () => mysql(value) : undefined },
  { key: 'redis', name: 'redis', makerFor: (value) => isRedis(value) ? () => redis(value) : undefined },
  { key: 'mongo', name: 'mongodb', makerFor: (value) => isMongoDb(value) ? () => mongodb(value) : undefined }
]

/** Properties of a client that are its own parts, not further named clients. */
const CLIENT_PARTS = ['client', 'connection', 'db', 'pool', 'topology']

/**
 * Finds the clients with which the official plugins have decorated an instance. A client that was registered under a
 * name keeps it: `postgres.users` is `fastify.pg.users`.
 */
export function findClients (instance: object): readonly FoundClient[] {
  return DECORATORS.flatMap((decorator) => attemptOr(() => clientsOf(instance, decorator), []))
}

/**
 * Lists named clients first, because `@fastify/mongodb` also decorates with the first named client itself.
 * A decorator may be a getter or a proxy that throws: it is then not a client.
 */
function clientsOf (instance: object, { key, name, makerFor }: Decorator): readonly FoundClient[] {
  const value: unknown = Reflect.get(instance, key)
  if (!isRecord(value)) return []
  const clientAt = (name: string, client: unknown): readonly FoundClient[] => {
    const makeCheck = attemptOr(() => makerFor(client), undefined)
    return isRecord(client) && makeCheck !== undefined ? [{ name, client, makeCheck }] : []
  }
  const own = clientAt(name, value)
  const names = Object.keys(value).filter((key) => own.length === 0 || !CLIENT_PARTS.includes(key))
  return [...names.flatMap((key) => clientAt(`${name}.${key}`, attemptOr(() => value[key], undefined))), ...own]
}
