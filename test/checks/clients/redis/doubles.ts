import { EventEmitter } from 'node:events'

export const INFO = '# Server\r\nredis_version:7.4.1\r\nredis_mode:standalone\r\n'

export const never = async (): Promise<never> => await new Promise(() => undefined)

export const rejecting = (message: string) => async (): Promise<never> => await Promise.reject(new Error(message))

export const replying = (value: unknown) => async (): Promise<unknown> => await Promise.resolve(value)

/** The commands that all clients have. A test replaces single replies. */
export class ClientDouble extends EventEmitter {
  readonly sent: string[] = []
  readonly replies = {
    SETRANGE: replying(0),
    GET: replying(null),
    PING: replying('PONG'),
    INFO: replying(INFO),
    'CLUSTER INFO': replying('cluster_enabled:1\r\ncluster_state:ok\r\n')
  }

  /** How often a command was sent. */
  count (command: keyof ClientDouble['replies']): number {
    return this.sent.filter((line) => line.startsWith(command)).length
  }

  async get (key: string): Promise<unknown> {
    return await this.send('GET', key)
  }

  async ping (): Promise<unknown> {
    return await this.send('PING')
  }

  async info (section: string): Promise<unknown> {
    return await this.send('INFO', section)
  }

  protected async send (command: keyof ClientDouble['replies'], ...args: readonly unknown[]): Promise<unknown> {
    this.sent.push([command, ...args].join(' '))
    return await this.replies[command]()
  }
}

/** A client of ioredis. */
export class IoClient extends ClientDouble {
  status = 'ready'
  stream: { errored: Error | null } = { errored: null }

  async setrange (key: string, offset: number, value: string): Promise<unknown> {
    return await this.send('SETRANGE', key, offset, JSON.stringify(value))
  }

  async cluster (subcommand: string): Promise<unknown> {
    if (subcommand !== 'INFO') throw new Error(`unexpected: CLUSTER ${subcommand}`)
    return await this.send('CLUSTER INFO')
  }
}

/** A connection of node-redis. */
export class NodeConnection extends ClientDouble {
  async setRange (key: string, offset: number, value: string): Promise<unknown> {
    return await this.send('SETRANGE', key, offset, JSON.stringify(value))
  }

  async clusterInfo (): Promise<unknown> {
    return await this.send('CLUSTER INFO')
  }
}

/** A client of node-redis with an error listener. */
export class NodeClient extends NodeConnection {
  isOpen = true
  isReady = true

  constructor () {
    super()
    this.on('error', () => undefined)
  }
}

/** A pool of node-redis with one connection. */
export class NodePool extends NodeConnection {
  isOpen = true
  totalClients = 1
  idleClients = 1
  tasksQueueLength = 0
  readonly member = new NodeConnection()
  lend: (task: (connection: NodeConnection) => void) => Promise<unknown> = async (task) => {
    task(this.member)
    await Promise.resolve()
  }

  constructor () {
    super()
    this.on('error', () => undefined)
  }

  async execute (task: (connection: NodeConnection) => void): Promise<unknown> {
    return await this.lend(task)
  }
}

const SLOTS = 16_384

/** The slots in equal shares, as for `redis-cli --cluster create`. */
function slotsFor<T> (owners: readonly T[]): T[] {
  return Array.from({ length: SLOTS }, (_, slot) => owners[Math.floor(slot * owners.length / SLOTS)] as T)
}

/** A cluster of ioredis. Each slot has a list of addresses, and each address a connection. */
export class IoCluster extends IoClient {
  readonly slots: string[][]
  readonly connections: Map<string, IoClient & { options: object }>
  options: object = {}

  constructor (ports: readonly number[]) {
    super()
    this.slots = slotsFor(ports.map((port) => [`127.0.0.1:${port}`, `127.0.0.1:${port + 100}`]))
    this.connections = new Map(ports.map((port) => {
      return [`127.0.0.1:${port}`, Object.assign(new IoClient(), { options: { host: '127.0.0.1', port } })]
    }))
  }

  nodes (): readonly IoClient[] {
    return [...this.connections.values()]
  }

  /** The connections in the order of the slots. */
  get masters (): readonly IoClient[] {
    return this.nodes()
  }
}

interface NodeMaster {
  readonly address: string
  client?: NodeClient | Promise<NodeClient> | undefined
  connectPromise?: Promise<NodeClient> | undefined
}

/** A cluster of node-redis 4, which has no `ping` and `info`, and no `isReady`. Each slot has an object. */
export class NodeCluster extends EventEmitter {
  readonly isOpen = true
  readonly shards: readonly { readonly master: NodeMaster }[]
  readonly slots: readonly { readonly master: NodeMaster }[]
  readonly routed = new NodeConnection()

  constructor (clients: readonly (NodeMaster['client'])[]) {
    super()
    this.on('error', () => undefined)
    this.shards = clients.map((client, index) => ({ master: { address: `127.0.0.1:${7000 + index}`, client } }))
    this.slots = slotsFor(this.shards)
  }

  async get (key: string): Promise<unknown> {
    return await this.routed.get(key)
  }

  async setRange (key: string, offset: number, value: string): Promise<unknown> {
    return await this.routed.setRange(key, offset, value)
  }
}
