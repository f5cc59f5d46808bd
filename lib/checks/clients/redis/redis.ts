import { awaitOr } from '../../../base/attempt-or.js'
import { reasonOf } from '../../../base/describe.js'
import type { CheckFunction } from '../../../health/check/attempt.js'
import type { FailureStatus } from '../../../health/check/policy.js'
import { optionsOf } from '../../../base/rules.js'
import { failureStatus } from '../../kit/rules.js'
import { readyMade } from '../../kit/ready-made.js'
import type { ReadyMadeRun } from '../../kit/ready-made.js'
import { CheckFailure, timed } from '../../kit/result.js'
import type { TimeLimit } from '../../kit/time-limit.js'
import { SharedRequest } from '../shared-request.js'
import { isPool, isRedis, stateOf } from './redis-client.js'
import type { RedisClient, RedisConnection, RedisPool } from './redis-client.js'
import { RedisWatch } from './redis-watch.js'
import { clientFrom } from '../client-source.js'
import type { ClientSource } from '../client-source.js'
import { PerClient } from '../per-client.js'
import { isFunction } from '../../../base/type-guards.js'

export { isRedis } from './redis-client.js'
export type { RedisClient } from './redis-client.js'

/** How a check of Redis judges. */
export interface RedisCheckOptions {
  /** What is shown while all connections of a pool of node-redis stay in use. Default `OUT_OF_SERVICE`. */
  readonly whenExhausted?: FailureStatus | undefined
}

interface Settings {
  readonly whenExhausted: FailureStatus
}

interface Answer {
  readonly latencyMs: number
  readonly version: string | undefined
}

const readOptions = optionsOf<Settings>({
  whenExhausted: failureStatus('OUT_OF_SERVICE')
})

/** Of node-redis only: ioredis emits no 'error' to nobody. */
const NO_LISTENER = 'nobody listens to the Redis client\'s event "error": when the connection breaks, the process ends; add client.on(\'error\', …)'

const EXPECTED = { check: 'redis', client: 'a client of ioredis or node-redis, fastify.redis, or a function that gives one', is: isRedis }

/**
 * Makes a check that sends PING to a Redis or Valkey server, on the app's own client. It is `DOWN` where the client has no connection
 * that is ready, or the server refuses or does not answer in time, with what the connection last failed by; and `OUT_OF_SERVICE` while
 * a pool of node-redis is exhausted. There is never more than one PING that has not been answered, and it holds no connection of a pool.
 *
 * For readiness where the app can do nothing without the server, else for `health`. Not for liveness: a restart does not mend a
 * server. A replica that takes no writes answers too.
 *
 * @param client a `Redis` or a `Cluster` of ioredis or iovalkey; a client, cluster, sentinel or pool of node-redis; `fastify.redis`
 *   (`fastify.redis.NAME`) of `@fastify/redis`; or a function that gives it
 * @throws FST_MANAGEMENT_CLIENT_INVALID, FST_MANAGEMENT_OPTION_INVALID
 * @example
 * fastify.management.addCheck('readiness', 'redis', redis(fastify.redis))
 */
export function redis (client: ClientSource<RedisClient>, options: RedisCheckOptions = {}): CheckFunction {
  const current = clientFrom(client, EXPECTED)
  const probe = new RedisProbe(readOptions(options, 'redis'))
  // From now on, or what goes wrong before the first run would not be known.
  if (!isFunction(client)) probe.watch(current())
  return readyMade(async (run) => await probe.run(current(), run))
}

/** One check's dealings with the clients that it is given. */
class RedisProbe {
  readonly #settings: Settings
  readonly #watches = new PerClient((client: RedisClient) => new RedisWatch(client))
  readonly #request = new SharedRequest(async (client: RedisClient) => await this.#ask(client))
  /** Pools of which no connection was free for the last PING. */
  readonly #exhausted = new WeakSet<RedisClient>()
  /** Pools that have had a connection: one that never had is full of those that are just being opened. */
  readonly #proven = new WeakSet<RedisClient>()
  #isWarned = false

  constructor (settings: Settings) {
    this.#settings = settings
  }

  /** Gives what is known of a client, which is watched once. */
  watch (client: RedisClient): RedisWatch {
    return this.#watches.of(client)
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

  async #ask (client: RedisClient): Promise<Answer> {
    const watch = this.watch(client)
    const ask = async (connection: RedisConnection): Promise<Answer> => await askServer(connection, watch)
    try {
      const answer = await (isPool(client) ? this.#throughPool(client, ask) : ask(client))
      watch.answered()
      return answer
    } catch (error) {
      // That none was free says nothing of the server.
      if (!this.#exhausted.has(client)) watch.failed(error)
      throw error
    }
  }

  /** The connection goes back at once: others may use it while the answer is on its way. */
  async #throughPool (pool: RedisPool, ask: (connection: RedisConnection) => Promise<Answer>): Promise<Answer> {
    return await new Promise((resolve, reject) => {
      const { tasksQueueLength, totalClients } = pool
      pool.execute((connection) => {
        // Its turn has come.
        this.#exhausted.delete(pool)
        this.#proven.add(pool)
        ask(connection).then(resolve, reject)
      }).catch(reject)
      // A pool that may grow opens one more in the same moment.
      const isInLine = pool.tasksQueueLength > tasksQueueLength && pool.totalClients === totalClients
      this.#exhausted[isInLine ? 'add' : 'delete'](pool)
    })
  }

  /** A cluster is ready although a server of it is away, of which it tells. */
  #timeoutMessage (client: RedisClient, { ms }: TimeLimit): string {
    const { error } = this.watch(client)
    return `no answer within ${ms} ms${error === undefined ? '' : `: ${reasonOf(error)}`}`
  }

  #failure (client: RedisClient, error: unknown): unknown {
    const state = stateOf(client)
    if (state === 'ready') return error
    const failure = this.watch(client).error
    // One whose connections fail is full of those that are just being opened.
    if (failure === undefined && isPool(client) && this.#exhausted.has(client) && this.#proven.has(client)) {
      return new CheckFailure(this.#settings.whenExhausted, `the pool is exhausted: none of its ${client.totalClients} connections became free in time`)
    }
    const cause = failure ?? error
    return state === 'open' ? cause : new Error(`the client is in state ${state}: ${reasonOf(cause)}`)
  }

  #warn (client: RedisClient, log: ReadyMadeRun['log']): void {
    if (this.#isWarned || client.status !== undefined || client.listenerCount('error') > 0) return
    this.#isWarned = true
    log.warn(NO_LISTENER)
  }
}

async function askServer (connection: RedisConnection, watch: RedisWatch): Promise<Answer> {
  const { latencyMs } = await timed(async () => await connection.ping())
  watch.server ??= { version: await versionOf(connection) }
  return { version: watch.server.version, latencyMs }
}

/** Valkey calls itself a Redis too, of the version that it once was. A user that may not ask knows no version. */
async function versionOf (connection: RedisConnection): Promise<string | undefined> {
  const info = await awaitOr(async () => String(await connection.info('server')), '')
  const match = /^valkey_version:(\S+)/m.exec(info) ?? /^redis_version:(\S+)/m.exec(info)
  return match?.[1]
}
