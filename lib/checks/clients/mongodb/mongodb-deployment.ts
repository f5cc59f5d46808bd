import { reasonOf } from '../../../base/describe.js'

/** The events of monitoring that are used of a `MongoClient`, of its servers and of its pools. */
export interface MongodbEvents {
  on (event: 'serverHeartbeatFailed', listener: (event: { readonly connectionId: string, readonly failure: Error }) => void): unknown
  on (event: 'serverHeartbeatSucceeded', listener: (event: { readonly connectionId: string }) => void): unknown
  on (event: 'serverClosed', listener: (event: { readonly address: string }) => void): unknown
  on (event: 'topologyDescriptionChanged', listener: (event: { readonly newDescription: { readonly type: string } }) => void): unknown
  on (event: 'connectionCheckedOut' | 'connectionCheckedIn' | 'connectionClosed', listener: (event: PooledConnection) => void): unknown
}

interface PooledConnection {
  readonly address: string
  readonly connectionId: unknown
}

/** What a client has told of its servers, and of the pool that it has for each. */
export class MongodbDeployment {
  readonly #failures = new Map<string, string>()
  readonly #inUse = new Map<string, Set<unknown>>()
  #hasNoPrimary = false
  /** The version of its servers, once somebody has asked for it and until something changes; `null` where it is not told. */
  version: unknown

  constructor (client: MongodbEvents) {
    client.on('serverHeartbeatFailed', ({ connectionId, failure }) => this.#failures.set(connectionId, reasonOf(failure)))
    client.on('serverHeartbeatSucceeded', ({ connectionId }) => this.#failures.delete(connectionId))
    client.on('serverClosed', ({ address }) => this.#failures.delete(address))
    client.on('topologyDescriptionChanged', ({ newDescription: { type } }) => {
      this.#hasNoPrimary = type === 'ReplicaSetNoPrimary'
      this.version = undefined
    })
    client.on('connectionCheckedOut', ({ address, connectionId }) => this.#inUseAt(address).add(connectionId))
    for (const event of ['connectionCheckedIn', 'connectionClosed'] as const) {
      client.on(event, ({ address, connectionId }) => this.#inUseAt(address).delete(connectionId))
    }
  }

  /** What keeps its servers from being asked, as far as that is known. */
  get troubles (): readonly string[] {
    return [...this.#hasNoPrimary ? ['no primary'] : [], ...new Set(this.#failures.values())]
  }

  /** Whether so many connections to one of its servers are in use; 0 stands for no limit, as the driver has it. */
  isInUse (most: number): boolean {
    return most > 0 && [...this.#inUse.values()].some(({ size }) => size >= most)
  }

  #inUseAt (address: string): Set<unknown> {
    const inUse = this.#inUse.get(address) ?? new Set()
    this.#inUse.set(address, inUse)
    return inUse
  }
}
