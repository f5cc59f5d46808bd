import { settle } from '../../../base/maybe-promise.js'
import type { ReadyMadeRun } from '../../kit/ready-made.js'
import type { Details } from '../../kit/result.js'
import type { TimeLimit } from '../../kit/time-limit.js'
import { systemClock } from '../../../base/clock.js'
import { Exhaustion } from '../exhaustion.js'
import type { ExhaustionSettings } from '../exhaustion.js'
import { PerClient } from '../per-client.js'
import { Renewal } from '../renewal.js'
import { SharedRequest } from '../../kit/shared-request.js'
import { connectionOf, isPool, stateOf } from './redis-client.js'
import type { RedisClient, RedisConnection, RedisPool } from './redis-client.js'
import { RedisCluster } from './redis-cluster.js'
import type { Master } from './redis-cluster.js'
import { failureOf, mergeAnswers, RedisMasters } from './redis-masters.js'
import { RedisMonitor } from './redis-monitor.js'
import { newConnectionLike } from './redis-new-connection.js'
import { askServer } from './redis-server.js'
import type { ServerAnswer } from './redis-server.js'

/** The options of `redis` with their defaults. */
export interface RedisSettings extends ExhaustionSettings {
  readonly writable: boolean
  readonly key: string
  /** In milliseconds. */
  readonly renewAfter: number
}

/** Used for node-redis only: ioredis emits no 'error' without a listener. */
const MISSING_ERROR_LISTENER = 'the Redis client has no "error" listener: ' +
  'the process ends when the connection breaks; add client.on(\'error\', …)'

/** Runs one check, also if the app replaces its client between two runs. */
export class RedisRunner {
  readonly #settings: RedisSettings
  readonly #monitors = new PerClient((client: RedisClient) => new RedisMonitor(client))
  readonly #clusters: PerClient<RedisClient, RedisCluster>
  readonly #masters = new RedisMasters()
  readonly #request = new SharedRequest(async (client: RedisClient) => await this.#ask(client))
  /** The pools that had no free connection for the last command, with the time of that command. */
  readonly #exhausted = new WeakMap<RedisClient, number>()
  readonly #exhaustion: Exhaustion
  /** The last connection that each pool has lent. Before that, a full pool is only opening its connections. */
  readonly #lent = new WeakMap<RedisClient, RedisConnection>()
  readonly #renewal: Renewal
  /** The warnings that were logged, each once. */
  readonly #warned = new Set<'listener' | 'rights'>()

  constructor (settings: RedisSettings) {
    this.#settings = settings
    this.#exhaustion = new Exhaustion(settings)
    this.#clusters = new PerClient((client) => new RedisCluster(client, settings.key))
    this.#renewal = new Renewal(settings.renewAfter)
  }

  /** Returns the client's monitor, which listens to the client from the first call on. */
  monitor (client: RedisClient): RedisMonitor {
    return this.#monitors.of(client)
  }

  async run (client: RedisClient, run: ReadyMadeRun): Promise<void> {
    if (client.status === undefined && client.listenerCount('error') === 0) {
      this.#warn('listener', MISSING_ERROR_LISTENER, run)
    }
    try {
      const masters = this.#clusters.of(client).masters()
      await (masters.length > 0 ? this.#runCluster(client, masters, run) : this.#runClient(client, run))
    } finally {
      run.details['state'] = stateOf(client)
    }
  }

  async #runCluster (client: RedisClient, masters: readonly Master[], run: ReadyMadeRun): Promise<void> {
    const answers = await this.#masters.ask(masters, run.limit, this.monitor(client))
    const failure = failureOf(answers, this.#settings.writable)
    const answer = mergeAnswers(answers.answers)
    if (answer !== undefined) addTo(run.details, answer)
    if (failure !== undefined) throw failure
    if (answer !== undefined) this.#judgeWrites(answer, run)
  }

  async #runClient (client: RedisClient, run: ReadyMadeRun): Promise<void> {
    const { limit, details } = run
    const send = async (): Promise<void> => {
      const answer = await this.#send(client, limit)
      addTo(details, answer)
      this.#judgeWrites(answer, run)
    }
    if (!isPool(client)) { await send(); return }
    details['pool'] = { open: client.totalClients, idle: client.idleClients, waiting: client.tasksQueueLength }
    await this.#renewal.alongside(send, client, limit, newConnectionLike(() => this.#lent.get(client)))
  }

  async #send (client: RedisClient, limit: TimeLimit): Promise<ServerAnswer> {
    try {
      return await this.#request.send(client, limit, () => this.monitor(client).timeoutMessage(limit))
    } catch (error) {
      throw this.#failure(client, error)
    }
  }

  #judgeWrites ({ readOnly, writeError }: ServerAnswer, run: ReadyMadeRun): void {
    if (writeError === undefined) return
    if (!this.#settings.writable) {
      if (readOnly === true) run.details['writeError'] = writeError
      return
    }
    if (readOnly === true) throw new Error(writeError)
    this.#warn('rights', `redis({ writable: true }) cannot see whether the server accepts writes: ${writeError}; ` +
      'let the user run SETRANGE, and choose a key for it with the option "key"', run)
  }

  async #ask (client: RedisClient): Promise<ServerAnswer> {
    const monitor = this.monitor(client)
    const ask = async (connection: RedisConnection): Promise<ServerAnswer> => {
      const { key } = this.#settings
      return await askServer({ connection: connectionOf(connection), key, memory: monitor.memory, ownsKey: false })
    }
    try {
      const answer = await (isPool(client) ? this.#askThroughPool(client, ask) : ask(client))
      monitor.succeeded()
      return answer
    } catch (error) {
      // An exhausted pool says nothing about the server.
      if (!this.#exhausted.has(client)) monitor.failed(error)
      throw error
    }
  }

  /** Returns the connection to the pool at once: others may use it while the answer is on its way. */
  async #askThroughPool (
    pool: RedisPool,
    ask: (connection: RedisConnection) => Promise<ServerAnswer>
  ): Promise<ServerAnswer> {
    return await new Promise((resolve, reject) => {
      const { tasksQueueLength, totalClients } = pool
      settle(pool.execute((connection) => {
        this.#freed(pool)
        this.#lent.set(pool, connection)
        ask(connection).then(resolve, reject)
      })).catch(reject)
      // If the pool may grow, `execute` has opened one more connection at once.
      const isQueued = pool.tasksQueueLength > tasksQueueLength && pool.totalClients === totalClients
      if (isQueued) this.#exhausted.set(pool, systemClock.now())
      else this.#freed(pool)
    })
  }

  #failure (client: RedisClient, error: unknown): unknown {
    const state = stateOf(client)
    if (state === 'ready') return error
    const monitor = this.monitor(client)
    const lastError = monitor.error
    // A pool whose connections fail is full of connections that are being opened, so it is not exhausted.
    const since = this.#exhausted.get(client)
    if (lastError === undefined && isPool(client) && since !== undefined && this.#lent.has(client)) {
      const { totalClients: max, tasksQueueLength } = client
      // The check's own command is in the queue too.
      return this.#exhaustion.failure(client, { max, waiting: Math.max(0, tasksQueueLength - 1), since })
    }
    const cause = lastError ?? error
    return state === 'open' ? cause : new Error(`the client is in state ${state}: ${monitor.reasonOf(cause)}`)
  }

  #freed (pool: RedisPool): void {
    this.#exhausted.delete(pool)
    this.#exhaustion.ended(pool)
  }

  #warn (about: 'listener' | 'rights', message: string, { log }: ReadyMadeRun): void {
    if (this.#warned.has(about)) return
    this.#warned.add(about)
    log.warn(message)
  }
}

function addTo (details: Details, { version, readOnly, latencyMs }: ServerAnswer): void {
  Object.assign(details, { version, readOnly, latencyMs })
}
