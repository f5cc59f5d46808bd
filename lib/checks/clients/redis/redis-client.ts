import { hasMethods } from '../../../base/type-guards.js'

/** What is used of a connection of a pool of node-redis. */
export interface RedisConnection {
  ping (): Promise<unknown>
  info (section: string): Promise<unknown>
}

/** What is used of a client, a cluster or a sentinel of ioredis or node-redis. */
export interface RedisSharedClient extends RedisConnection {
  on (event: string | symbol, listener: (value: unknown) => void): unknown
  listenerCount (event: string): number
  /** Of ioredis. */
  readonly status?: string
  readonly stream?: { readonly errored?: Error | null }
  /** Of node-redis. */
  readonly isOpen?: boolean
  readonly isReady?: boolean
}

/** What is used of a pool of node-redis. */
export interface RedisPool extends RedisSharedClient {
  readonly totalClients: number
  readonly idleClients: number
  readonly tasksQueueLength: number
  execute (task: (connection: RedisConnection) => void): Promise<unknown>
}

/** A client, a cluster, a sentinel or a pool of ioredis, iovalkey or node-redis. */
export type RedisClient = RedisSharedClient | RedisPool

/** How a client is doing, in its own words where it has any. */
export function stateOf ({ status, isOpen, isReady }: RedisSharedClient): string {
  if (status !== undefined) return status
  if (isOpen !== true) return 'closed'
  return isReady === false ? 'connecting' : isReady === true ? 'ready' : 'open'
}

/** Tells a pool from what it has in common with the clients in it. */
export function isPool (client: RedisClient): client is RedisPool {
  return hasMethods(client, 'execute') && 'totalClients' in client
}

/** Whether a value is what `redis` takes. */
export function isRedis (value: unknown): value is RedisClient {
  if (!hasMethods(value, 'ping', 'info', 'on', 'listenerCount')) return false
  return typeof Reflect.get(value, 'status') === 'string' || typeof Reflect.get(value, 'isOpen') === 'boolean'
}
