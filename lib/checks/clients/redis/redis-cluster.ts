import { hasMethods, isRecord } from '../../../base/type-guards.js'
import { hashSlotOf } from './hash-slot.js'
import { isConnection } from './redis-client.js'
import type { RedisConnection, RedisSharedClient } from './redis-client.js'
import { ServerMemory } from './redis-server.js'

/** A master of a cluster and the way to it. Stays the same object while both stay the same. */
export interface Master {
  /** The client's own connection to the master. If the client has none, the cluster, which finds the master. */
  readonly connection: RedisConnection
  /** A key whose slot belongs to the master. */
  readonly key: string
  /** Whether the connection is lost. node-redis would queue a command until the master is back. */
  readonly isLost: boolean
  readonly memory: ServerMemory
}

/** A master as the client lists it. */
interface Owner {
  readonly address: string
  /** The client's connection to it, unless the client has none at the moment. */
  readonly connection: RedisConnection | undefined
  /** Whether the client has not needed a connection so far, as with `minimizeConnections` of node-redis. */
  readonly isUnused: boolean
}

/** Enough tries for each master to find a key, unless the app's key prefix contains a hash tag itself. */
const MAX_TRIES = 100

/** Lists the masters that a cluster of ioredis or node-redis uses. */
export class RedisCluster {
  readonly #client: RedisSharedClient
  readonly #key: string
  readonly #prefix: string
  #known: ReadonlyMap<string, Master> = new Map()

  constructor (client: RedisSharedClient, key: string) {
    this.#client = client
    this.#key = key
    this.#prefix = prefixOf(client)
  }

  /** Lists the masters that have slots. The list is empty for other clients, and before a cluster knows its slots. */
  masters (): readonly Master[] {
    const slots: unknown = Reflect.get(this.#client, 'slots')
    if (!Array.isArray(slots)) return []
    const owners = ownersIn(slots, this.#client)
    const keys = this.#keysOf(slots, owners.size)
    const used = [...owners.values()].filter(({ isUnused }) => !isUnused)
    const asked = used.length > 0 ? used : [...owners.values()]
    this.#known = new Map(asked.map((owner) => [owner.address, this.#master(owner, keys.get(owner.address))]))
    return [...this.#known.values()]
  }

  #master ({ address, connection: own }: Owner, key = this.#key): Master {
    const known = this.#known.get(address)
    const connection = own ?? this.#client
    const isLost = own !== undefined && Reflect.get(own, 'isReady') === false
    // ioredis may apply the prefix on the connection too, node-redis applies it in the cluster only.
    const fullKey = own === undefined || prefixOf(own) === this.#prefix ? key : this.#prefix + key
    const isSame = known?.connection === connection && known.key === fullKey && known.isLost === isLost
    return isSame ? known : { connection, key: fullKey, isLost, memory: new ServerMemory() }
  }

  /** Finds a key for each master, by address. Its hash tag selects the slot. */
  #keysOf (slots: readonly unknown[], count: number): ReadonlyMap<string, string> {
    const keys = new Map<string, string>()
    for (let tag = 0; keys.size < count && tag < count * MAX_TRIES; tag++) {
      const key = `${this.#key}{${tag}}`
      const address = addressOf(slots[hashSlotOf(this.#prefix + key)])
      if (address !== undefined && !keys.has(address)) keys.set(address, key)
    }
    return keys
  }
}

function ownersIn (slots: readonly unknown[], client: RedisSharedClient): ReadonlyMap<string, Owner> {
  const nodes = nodesOf(client)
  const owners = new Map<string, Owner>()
  let last: string | undefined
  for (const slot of slots) {
    const address = addressOf(slot)
    // Neighbors have the same owner in most cases.
    if (address === undefined || address === last) continue
    last = address
    if (!owners.has(address)) owners.set(address, ownerOf(address, slot, nodes))
  }
  return owners
}

/** Reads the address of a slot's master. A slot is a list of addresses in ioredis, and an object in node-redis. */
function addressOf (slot: unknown): string | undefined {
  const address: unknown = Array.isArray(slot) ? slot[0] : masterOf(slot)['address']
  return typeof address === 'string' ? address : undefined
}

function ownerOf (address: string, slot: unknown, nodes: ReadonlyMap<string, RedisConnection>): Owner {
  if (Array.isArray(slot)) return { address, connection: nodes.get(address), isUnused: false }
  // `client` is a promise while node-redis 4 connects.
  const { client, connectPromise } = masterOf(slot)
  const connection = isConnection(client) ? client : undefined
  return { address, connection, isUnused: client === undefined && connectPromise === undefined }
}

function masterOf (slot: unknown): Readonly<Record<string, unknown>> {
  const master = isRecord(slot) ? slot['master'] : undefined
  return isRecord(master) ? master : {}
}

/** The connections of ioredis, by address. They are opened when they are first used. */
function nodesOf (client: RedisSharedClient): ReadonlyMap<string, RedisConnection> {
  const nodes: unknown = hasMethods(client, 'nodes') ? client.nodes() : undefined
  const list = Array.isArray(nodes) ? Array.from<unknown>(nodes) : []
  return new Map(list.filter(isConnection).map((node) => {
    const { host, port } = optionsOf(node)
    return [`${String(host)}:${String(port)}`, node]
  }))
}

/** The prefix that the app has set for its keys. Users with few rights may only use keys with this prefix. */
function prefixOf (client: object): string {
  const prefix: unknown = optionsOf(client)['keyPrefix'] ?? Reflect.get(client, '_keyPrefix')
  return typeof prefix === 'string' ? prefix : ''
}

function optionsOf (client: object): Readonly<Record<string, unknown>> {
  const options: unknown = Reflect.get(client, 'options')
  return isRecord(options) ? options : {}
}
