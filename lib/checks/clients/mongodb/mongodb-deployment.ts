import { systemClock } from '../../../base/clock.js'
import { reasonOf } from '../../../base/describe.js'
import type { ExhaustedPool } from '../exhaustion.js'

/** The monitoring events of a `MongoClient` that the check uses. They describe its servers and its pools. */
export interface MongodbEvents {
  on (event: 'serverHeartbeatFailed', listener: (event: HeartbeatFailure) => void): unknown
  on (event: 'serverHeartbeatSucceeded', listener: (event: { readonly connectionId: string }) => void): unknown
  on (event: 'topologyDescriptionChanged', listener: (event: TopologyChange) => void): unknown
  on (event: PoolEvent, listener: (event: PooledConnection) => void): unknown
  on (event: 'serverClosed' | WaitEvent, listener: (event: { readonly address: string }) => void): unknown
}

type PoolEvent = 'connectionCheckedOut' | 'connectionCheckedIn' | 'connectionClosed'
type WaitEvent = 'connectionCheckOutStarted' | 'connectionCheckOutFailed'

interface HeartbeatFailure {
  readonly connectionId: string
  readonly failure: Error
}

interface TopologyChange {
  readonly newDescription: { readonly type: string }
}

interface PooledConnection {
  readonly address: string
  readonly connectionId: unknown
}

/** The use of one server's pool. */
interface PoolUse {
  /** The connections in use. */
  readonly inUse: Set<unknown>
  /** The time of the clock at which a connection was last taken: a full pool has been full since then. */
  takenAt: number
  /** The number of callers that wait for a connection. */
  waiting: number
}

/** Tracks the state of a client's servers, and of the pool that the client has for each server. */
export class MongodbDeployment {
  readonly #failures = new Map<string, string>()
  readonly #pools = new Map<string, PoolUse>()
  #hasNoPrimary = false
  /** The servers' version. Undefined until a check reads it, and after a topology change; `null` if unavailable. */
  version: unknown
  /** The server that the client has used last. The check reads it after its own command. */
  lastAddress: string | undefined

  constructor (client: MongodbEvents) {
    client.on('serverHeartbeatFailed', ({ connectionId, failure }) => {
      this.#failures.set(connectionId, reasonOf(failure))
    })
    client.on('serverHeartbeatSucceeded', ({ connectionId }) => this.#failures.delete(connectionId))
    client.on('serverClosed', ({ address }) => this.#failures.delete(address))
    client.on('topologyDescriptionChanged', ({ newDescription: { type } }) => {
      this.#hasNoPrimary = type === 'ReplicaSetNoPrimary'
      this.version = undefined
    })
    this.#watchPools(client)
  }

  /** The known reasons why a server cannot be used. */
  get problems (): readonly string[] {
    return [...this.#hasNoPrimary ? ['no primary'] : [], ...new Set(this.#failures.values())]
  }

  /**
   * Returns one server's pool with all its connections in use. A size of 0 means unlimited, as in the driver.
   *
   * @param hasGivenUp whether the check has aborted its own wait, for which the driver emits no event
   */
  exhaustedPool (maxPoolSize: number, hasGivenUp: boolean): Pick<ExhaustedPool, 'waiting' | 'since'> | undefined {
    const full = [...this.#pools.values()].find(({ inUse: { size } }) => size >= maxPoolSize)
    if (maxPoolSize === 0 || full === undefined) return undefined
    if (hasGivenUp) full.waiting = Math.max(0, full.waiting - 1)
    return { waiting: full.waiting, since: full.takenAt }
  }

  /**
   * Call it when the check has got a connection: a pool serves its callers in turn. The driver emits no event for a
   * caller that has aborted its wait.
   */
  servedAll (): void {
    for (const pool of this.#pools.values()) pool.waiting = 0
  }

  #watchPools (client: MongodbEvents): void {
    client.on('connectionCheckOutStarted', ({ address }) => { this.#poolAt(address).waiting += 1 })
    client.on('connectionCheckOutFailed', ({ address }) => this.#endWait(address))
    client.on('connectionCheckedOut', ({ address, connectionId }) => {
      const pool = this.#endWait(address)
      pool.inUse.add(connectionId)
      pool.takenAt = systemClock.now()
      this.lastAddress = address
    })
    for (const event of ['connectionCheckedIn', 'connectionClosed'] as const) {
      client.on(event, ({ address, connectionId }) => { this.#poolAt(address).inUse.delete(connectionId) })
    }
  }

  /** The wait may have begun before the check listened. */
  #endWait (address: string): PoolUse {
    const pool = this.#poolAt(address)
    pool.waiting = Math.max(0, pool.waiting - 1)
    return pool
  }

  #poolAt (address: string): PoolUse {
    const pool = this.#pools.get(address) ?? { inUse: new Set(), takenAt: systemClock.now(), waiting: 0 }
    this.#pools.set(address, pool)
    return pool
  }
}
