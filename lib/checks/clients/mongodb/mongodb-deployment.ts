import { reasonOf } from '../../../base/describe.js'

/** The monitoring events of a `MongoClient` that the check uses. They describe its servers and its pools. */
export interface MongodbEvents {
  on (event: 'serverHeartbeatFailed', listener: (event: HeartbeatFailure) => void): unknown
  on (event: 'serverHeartbeatSucceeded', listener: (event: { readonly connectionId: string }) => void): unknown
  on (event: 'serverClosed', listener: (event: { readonly address: string }) => void): unknown
  on (event: 'topologyDescriptionChanged', listener: (event: TopologyChange) => void): unknown
  on (event: PoolEvent, listener: (event: PooledConnection) => void): unknown
}

type PoolEvent = 'connectionCheckedOut' | 'connectionCheckedIn' | 'connectionClosed'

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

/** Tracks the state of a client's servers, and of the pool that the client has for each server. */
export class MongodbDeployment {
  readonly #failures = new Map<string, string>()
  readonly #inUse = new Map<string, Set<unknown>>()
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
    client.on('connectionCheckedOut', ({ address, connectionId }) => {
      this.#inUseAt(address).add(connectionId)
      this.lastAddress = address
    })
    for (const event of ['connectionCheckedIn', 'connectionClosed'] as const) {
      client.on(event, ({ address, connectionId }) => { this.#inUseAt(address).delete(connectionId) })
    }
  }

  /** The known reasons why a server cannot be used. */
  get problems (): readonly string[] {
    return [...this.#hasNoPrimary ? ['no primary'] : [], ...new Set(this.#failures.values())]
  }

  /** Whether one server's pool has all its connections in use. A size of 0 means unlimited, as in the driver. */
  isExhausted (maxPoolSize: number): boolean {
    return maxPoolSize > 0 && [...this.#inUse.values()].some(({ size }) => size >= maxPoolSize)
  }

  #inUseAt (address: string): Set<unknown> {
    const inUse = this.#inUse.get(address) ?? new Set()
    this.#inUse.set(address, inUse)
    return inUse
  }
}
