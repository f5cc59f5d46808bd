import { attemptOr } from '../../../base/attempt-or.js'
import { hasMethods } from '../../../base/type-guards.js'

/**
 * A connection to one server, or a client that chooses the server itself. The check looks for its other commands: their
 * names differ between ioredis and node-redis, and a cluster of node-redis 4 lacks some of them.
 */
export interface RedisConnection {
  get (key: string): Promise<unknown>
}

/** The parts of a client, cluster or sentinel of ioredis or node-redis that the check uses. */
export interface RedisSharedClient extends RedisConnection {
  on (event: string | symbol, listener: (value: unknown) => void): unknown
  listenerCount (event: string): number
  /** ioredis only. */
  readonly status?: string
  readonly stream?: { readonly errored?: Error | null }
  /** node-redis only. */
  readonly isOpen?: boolean
  readonly isReady?: boolean
}

/** The parts of a node-redis pool that the check uses. */
export interface RedisPool extends RedisSharedClient {
  readonly totalClients: number
  readonly idleClients: number
  readonly tasksQueueLength: number
  execute (task: (connection: RedisConnection) => void): Promise<unknown>
}

/**
 * A client, a cluster, a sentinel or a pool of ioredis, iovalkey or node-redis.
 *
 * @see `docs/ready-made-checks.md#redis`
 */
export type RedisClient = RedisSharedClient | RedisPool

/** The client's state: its own word in ioredis, or a word derived from the flags of node-redis. */
export function stateOf ({ status, isOpen, isReady }: RedisSharedClient): string {
  if (status !== undefined) return status
  if (isOpen !== true) return 'closed'
  return isReady === false ? 'connecting' : isReady === true ? 'ready' : 'open'
}

/** Tells a pool from its clients, which share most methods with it. */
export function isPool (client: RedisClient): client is RedisPool {
  return hasMethods(client, 'execute') && 'totalClients' in client
}

/** In the legacy mode of node-redis 4, only the methods of `v4` return promises. Otherwise the getter `v4` throws. */
export function connectionOf (client: RedisConnection): RedisConnection {
  const promising = attemptOr((): unknown => Reflect.get(client, 'v4'), undefined)
  return isConnection(promising) ? promising : client
}

export function isConnection (value: unknown): value is RedisConnection {
  return hasMethods(value, 'get')
}

/** Whether `redis` accepts a value as its client. Clusters of node-redis 4 have no `ping`. */
export function isRedis (value: unknown): value is RedisClient {
  if (!hasMethods(value, 'get', 'on', 'listenerCount')) return false
  if (!hasMethods(value, 'ping') && !hasMethods(value, 'setRange')) return false
  return typeof Reflect.get(value, 'status') === 'string' || typeof Reflect.get(value, 'isOpen') === 'boolean'
}
