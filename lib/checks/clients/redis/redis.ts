import type { CheckFunction } from '../../../health/check/check-function.js'
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
import { exhaustedForRule } from '../exhaustion.js'
import type { ExhaustionOptions } from '../exhaustion.js'
import { renewAfterRule } from '../renewal.js'
import type { RenewalOptions } from '../renewal.js'
import { isFunction } from '../../../base/type-guards.js'

export { isRedis } from './redis-client.js'
export type { RedisClient } from './redis-client.js'

/**
 * The options of `redis()`.
 *
 * @see `docs/ready-made-checks.md#redis`
 */
export interface RedisOptions extends ExhaustionOptions, RenewalOptions {
  /**
   * Whether a server that refuses writes is `DOWN`; in a cluster each master must accept writes.
   *
   * @default false
   * @example { writable: true }
   * @see `docs/ready-made-checks.md#redis`
   */
  readonly writable?: boolean | undefined
  /**
   * The key of the check's write, which never changes its value.
   *
   * @default 'fastify-management-endpoints'
   * @example { key: 'app:health' }
   * @see `docs/ready-made-checks.md#redis`
   */
  readonly key?: string | undefined
}

const readOptions = readyMadeOptions<RedisSettings>('client', {
  writable: withDefault(flag, false),
  key: withDefault(text, 'fastify-management-endpoints'),
  whenExhausted: failureStatus('OUT_OF_SERVICE'),
  exhaustedFor: exhaustedForRule,
  renewAfter: renewAfterRule
})

const CLIENT_TYPE = {
  check: 'redis',
  description: 'a client of ioredis or node-redis, fastify.redis, or a function that returns one',
  is: isRedis,
  mistakes: REDIS_MISTAKES
}

/**
 * Makes a check that sends a write without any effect to a Redis or Valkey server, on the app's own client.
 *
 * @param client a `Redis` or a `Cluster` of ioredis or iovalkey; a client, cluster, sentinel or pool of node-redis;
 *   `fastify.redis` (`fastify.redis.NAME`) of `@fastify/redis`; or a function that returns it
 * @throws FST_MANAGEMENT_CLIENT_INVALID, FST_MANAGEMENT_OPTION_INVALID
 * @example fastify.management.addCheck('readiness', 'redis', redis(fastify.redis))
 * @see `docs/ready-made-checks.md#redis`
 */
export function redis (client: ClientSource<RedisClient>, options: RedisOptions = {}): CheckFunction {
  const current = clientFrom(client, CLIENT_TYPE)
  const runner = new RedisRunner(readOptions(options, 'redis'))
  // Listens from now on, to catch errors before the first run.
  if (!isFunction(client)) runner.monitor(current())
  return readyMade(async (run) => await runner.run(current(), run))
}
