import { awaitOr } from '../../../base/attempt-or.js'
import { reasonOf } from '../../../base/describe.js'
import type { CheckFunction } from '../../../health/check/check-function.js'
import type { FailureStatus } from '../../../health/check/options.js'
import { readyMadeOptions } from '../../kit/ready-made-options.js'
import { failureStatus } from '../../kit/rules.js'
import { readyMade } from '../../kit/ready-made.js'
import type { ReadyMadeRun } from '../../kit/ready-made.js'
import { CheckFailure, timed } from '../../kit/result.js'
import type { TimeLimit } from '../../kit/time-limit.js'
import { SharedRequest } from '../shared-request.js'
import { isPool, isRedis, stateOf } from './redis-client.js'
import type { RedisClient, RedisConnection, RedisPool } from './redis-client.js'
import { RedisMonitor } from './redis-monitor.js'
import { clientFrom } from '../client-source.js'
import type { ClientSource } from '../client-source.js'
import { PerClient } from '../per-client.js'
import { isFunction } from '../../../base/type-guards.js'

export { isRedis } from './redis-client.js'
export type { RedisClient } from './redis-client.js'

/** The options of `redis`. */
export interface RedisOptions {
  /** The status while all connections of a node-redis pool stay in use. Default `OUT_OF_SERVICE`. */
  readonly whenExhausted?: FailureStatus | undefined
}

interface Settings {
  readonly whenExhausted: FailureStatus
}

interface PingResult {
  readonly latencyMs: number
  readonly version: string | undefined
}

const readOptions = readyMadeOptions<Settings>('client', {
  whenExhausted: failureStatus('OUT_OF_SERVICE')
})

/** Used for node-redis only: ioredis emits no 'error' without a listener. */
const MISSING_ERROR_LISTENER = 'the Redis client has no "error" listener: ' +
  'the process ends when the connection breaks; add client.on(\'error\', …)'

const CLIENT_TYPE = {
  check: 'redis',
  description: 'a client of ioredis or node-redis, fastify.redis, or a function that returns one',
  is: isRedis
}

/**
 * Makes a check that sends PING to a Redis or Valkey server, on the app's own client. It is
 * - `DOWN` with the last error if the client is not connected, or the server refuses or does not answer in time
 * - `OUT_OF_SERVICE` while a node-redis pool is exhausted
 *
 * The check never has more than one pending PING, and a pending PING does not occupy a connection of a pool.
 *
 * Use it for readiness if the app cannot work without the server, otherwise for `health`. Do not use it for liveness:
 * restarting the app does not repair the server. A read-only replica also passes.
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

/** Runs one check, also if the app replaces its client between two runs. */
class RedisRunner {
  readonly #settings: Settings
  readonly #monitors = new PerClient((client: RedisClient) => new RedisMonitor(client))
  readonly #request = new SharedRequest(async (client: RedisClient) => await this.#ping(client))
  /** The pools that had no free connection for the last PING. */
  readonly #exhausted = new WeakSet<RedisClient>()
  /** The pools that have had a working connection. Before that, a full pool is only opening its connections. */
  readonly #connected = new WeakSet<RedisClient>()
  #isWarned = false

  constructor (settings: Settings) {
    this.#settings = settings
  }

  /** Returns the client's monitor, which listens to the client from the first call on. */
  monitor (client: RedisClient): RedisMonitor {
    return this.#monitors.of(client)
  }

  async run (client: RedisClient, { limit, details, log }: ReadyMadeRun): Promise<void> {
    this.#warn(client, log)
    if (isPool(client)) {
      details['pool'] = { open: client.totalClients, idle: client.idleClients, waiting: client.tasksQueueLength }
    }
    try {
      Object.assign(details, await this.#request.send(client, limit, () => this.#timeoutMessage(client, limit)))
    } catch (error) {
      throw this.#failure(client, error)
    } finally {
      details['state'] = stateOf(client)
    }
  }

  async #ping (client: RedisClient): Promise<PingResult> {
    const monitor = this.monitor(client)
    const ping = async (connection: RedisConnection): Promise<PingResult> => await pingServer(connection, monitor)
    try {
      const answer = await (isPool(client) ? this.#pingThroughPool(client, ping) : ping(client))
      monitor.succeeded()
      return answer
    } catch (error) {
      // An exhausted pool says nothing about the server.
      if (!this.#exhausted.has(client)) monitor.failed(error)
      throw error
    }
  }

  /** Returns the connection to the pool at once: others may use it while the answer is on its way. */
  async #pingThroughPool (
    pool: RedisPool,
    ping: (connection: RedisConnection) => Promise<PingResult>
  ): Promise<PingResult> {
    return await new Promise((resolve, reject) => {
      const { tasksQueueLength, totalClients } = pool
      pool
        .execute((connection) => {
          this.#exhausted.delete(pool)
          this.#connected.add(pool)
          ping(connection).then(resolve, reject)
        })
        .catch(reject)
      // If the pool may grow, `execute` has opened one more connection at once.
      const isQueued = pool.tasksQueueLength > tasksQueueLength && pool.totalClients === totalClients
      this.#exhausted[isQueued ? 'add' : 'delete'](pool)
    })
  }

  /** Adds the last error: a cluster counts as ready although one of its servers is unreachable. */
  #timeoutMessage (client: RedisClient, { ms }: TimeLimit): string {
    const { error } = this.monitor(client)
    return `no answer within ${ms} ms${error === undefined ? '' : `: ${reasonOf(error)}`}`
  }

  #failure (client: RedisClient, error: unknown): unknown {
    const state = stateOf(client)
    if (state === 'ready') return error
    const lastError = this.monitor(client).error
    // A pool whose connections fail is full of connections that are being opened, so it is not exhausted.
    if (lastError === undefined && isPool(client) && this.#exhausted.has(client) && this.#connected.has(client)) {
      const message = `the pool is exhausted: none of its ${client.totalClients} connections became free in time`
      return new CheckFailure(this.#settings.whenExhausted, message)
    }
    const cause = lastError ?? error
    return state === 'open' ? cause : new Error(`the client is in state ${state}: ${reasonOf(cause)}`)
  }

  #warn (client: RedisClient, log: ReadyMadeRun['log']): void {
    if (this.#isWarned || client.status !== undefined || client.listenerCount('error') > 0) return
    this.#isWarned = true
    log.warn(MISSING_ERROR_LISTENER)
  }
}

async function pingServer (connection: RedisConnection, monitor: RedisMonitor): Promise<PingResult> {
  const { latencyMs } = await timed(async () => await connection.ping())
  monitor.server ??= { version: await versionOf(connection) }
  return { version: monitor.server.version, latencyMs }
}

/** Looks for Valkey first, which also reports a Redis version. Undefined if the user may not read the version. */
async function versionOf (connection: RedisConnection): Promise<string | undefined> {
  const info = await awaitOr(async () => String(await connection.info('server')), '')
  const match = /^valkey_version:(\S+)/m.exec(info) ?? /^redis_version:(\S+)/m.exec(info)
  return match?.[1]
}
