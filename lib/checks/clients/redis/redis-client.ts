import { hasMethods } from '../../../base/type-guards.js'

/** The parts of a connection from a node-redis pool that the check uses. */
export interface RedisConnection {
  ping (): Promise<unknown>
  info (section: string): Promise<unknown>
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

/** A client, a cluster, a sentinel or a pool of ioredis, iovalkey or node-redis. */
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

/** Whether `redis` accepts a value as its client. */
export function isRedis (value: unknown): value is RedisClient {
  if (!hasMethods(value, 'ping', 'info', 'on', 'listenerCount')) return false
  return typeof Reflect.get(value, 'status') === 'string' || typeof Reflect.get(value, 'isOpen') === 'boolean'
}
