import type { CheckFunction } from '../../../health/check/check-function.js'
import type { FailureStatus } from '../../../health/check/options.js'
import { flag, text, withDefault } from '../../../base/rules.js'
import { readyMadeOptions } from '../../kit/ready-made-options.js'
import { failureStatus } from '../../kit/rules.js'
import { readyMade } from '../../kit/ready-made.js'
import { isRedis } from './redis-client.js'
import type { RedisClient } from './redis-client.js'
import { REDIS_MISTAKES } from './redis-mistakes.js'
import { RedisRunner } from './redis-runner.js'
import type { RedisSettings } from './redis-runner.js'
import { clientFrom } from '../client-source.js'
import type { ClientSource } from '../client-source.js'
import { renewAfterRule } from '../renewal.js'
import type { RenewalOptions } from '../renewal.js'
import { isFunction } from '../../../base/type-guards.js'

export { isRedis } from './redis-client.js'
export type { RedisClient } from './redis-client.js'

/** The options of `redis`. */
export interface RedisOptions extends RenewalOptions {
  /**
   * Whether a server that refuses writes is `DOWN`: a replica, a server without free memory, or a server that could not
   * save its data. In a cluster each master must accept writes.
   *
   * @default false
   */
  readonly writable?: boolean | undefined
  /**
   * The key of the check's write, which never changes its value. Choose a key that the user may write. The key prefix
   * of the client applies. In a cluster the key is followed by a number in braces.
   *
   * @default 'fastify-management-endpoints'
   */
  readonly key?: string | undefined
  /** The status while all connections of a node-redis pool stay in use. Default `OUT_OF_SERVICE`. */
  readonly whenExhausted?: FailureStatus | undefined
}

const readOptions = readyMadeOptions<RedisSettings>('client', {
  writable: withDefault(flag, false),
  key: withDefault(text, 'fastify-management-endpoints'),
  whenExhausted: failureStatus('OUT_OF_SERVICE'),
  renewAfter: renewAfterRule
})

const CLIENT_TYPE = {
  check: 'redis',
  description: 'a client of ioredis or node-redis, fastify.redis, or a function that returns one',
  is: isRedis,
  mistakes: REDIS_MISTAKES
}

/**
 * Makes a check that sends a write without any effect to a Redis or Valkey server, on the app's own client:
 * `SETRANGE key 0 ""` creates no key and changes none. In a cluster each master gets one. The check is
 * - `DOWN` with the last error if the client is not connected, or the server refuses or does not answer in time
 * - `DOWN` with `CLUSTERDOWN …` if the cluster cannot serve
 * - `DEGRADED` if some masters of a cluster serve and others do not, unless `writable` is set
 * - `OUT_OF_SERVICE` while a node-redis pool is exhausted
 * - `DEGRADED` if a pool works, but the server accepts no further connection: see `renewAfter`
 *
 * A server that refuses writes passes with the details `readOnly` and `writeError`, unless `writable` is set. A user
 * without the rights for the write also passes if the server answers: the check then sends GET, CLUSTER INFO or PING.
 *
 * The check never has more than one pending command for a server, and a pending command does not occupy a connection of
 * a pool.
 *
 * Use it for readiness if the app cannot work without the server, otherwise for `health`. Do not use it for liveness:
 * restarting the app does not repair the server.
 *
 * @param client a `Redis` or a `Cluster` of ioredis or iovalkey; a client, cluster, sentinel or pool of node-redis;
 *   `fastify.redis` (`fastify.redis.NAME`) of `@fastify/redis`; or a function that returns it
 * @throws FST_MANAGEMENT_CLIENT_INVALID, FST_MANAGEMENT_OPTION_INVALID
 * @example
 * fastify.management.addCheck('readiness', 'redis', redis(fastify.redis))
 */
export function redis (client: ClientSource<RedisClient>, options: RedisOptions = {}): CheckFunction {
  const current = clientFrom(client, CLIENT_TYPE)
  const runner = new RedisRunner(readOptions(options, 'redis'))
  // Listens from now on, to catch errors before the first run.
  if (!isFunction(client)) runner.monitor(current())
  return readyMade(async (run) => await runner.run(current(), run))
}
