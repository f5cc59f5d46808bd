import { awaitOr } from '../../../base/attempt-or.js'
import { reasonOf } from '../../../base/describe.js'
import { hasMethods, isFunction, isRecord } from '../../../base/type-guards.js'
import { timed } from '../../kit/result.js'
import type { RedisConnection } from './redis-client.js'
import { meaningOf } from './redis-reply.js'
import type { Meaning } from './redis-reply.js'

/** The state of a server. */
export interface ServerAnswer {
  readonly latencyMs: number
  readonly version: string | undefined
  /** Undefined if the user may not write the key. */
  readonly readOnly: boolean | undefined
  /** Why the server refuses the write, or why the user may not write the key. */
  readonly writeError: string | undefined
}

/** The facts about a server that stay the same while the client is connected. */
export class ServerMemory {
  /** The commands that the user may not send, with the outcome of the first attempt. */
  readonly refused = new Map<Command, Outcome>()
  /** Set once the version was requested. The version is undefined if the user may not read it. */
  server: { readonly version: string | undefined } | undefined
  /** How often the key was on another server of the cluster. */
  moves = 0

  /** Call it when the client has a new connection. */
  forget (): void {
    this.refused.clear()
    this.server = undefined
    this.moves = 0
  }
}

/** A server, and the way to it. */
export interface Server {
  readonly connection: RedisConnection
  readonly key: string
  readonly memory: ServerMemory
  /** Whether the client has looked for a key that belongs to this server of its cluster. */
  readonly ownsKey: boolean
}

type Command = 'write' | 'read' | 'cluster info' | 'role'

/** The answer to a command, or the error that the command ended with. */
interface Outcome {
  readonly meaning: Exclude<Meaning, 'failed'>
  readonly value: unknown
}

/**
 * Finds out whether a server serves keys. Rejects with the server's reason if it does not.
 *
 * The first command is `SETRANGE key 0 ""`, a write without any effect, whatever the key holds: an empty value creates
 * no key, is not replicated and notifies no client. The server refuses it as it refuses the app's writes, and in a
 * cluster whenever the cluster cannot serve. A server answers PING even then.
 *
 * If the write is refused, `GET key` shows whether the app can read. If the user may do neither, CLUSTER INFO shows the
 * state of a cluster, and any answer to PING shows that the server works.
 *
 * @see https://redis.io/docs/latest/commands/setrange/
 */
export async function askServer (server: Server): Promise<ServerAnswer> {
  const { connection, memory } = server
  const questions = new Questions(server)
  const { result: { meaning, value }, latencyMs } = await timed(async () => await questions.ask())
  memory.server ??= { version: await versionOf(connection) }
  const { version } = memory.server
  if (isServing(meaning)) {
    return { latencyMs, version, readOnly: meaning === 'served' ? false : undefined, writeError: undefined }
  }
  return { latencyMs, version, readOnly: meaning === 'not writable' ? true : undefined, writeError: reasonOf(value) }
}

/** The commands of one run, in their order. */
class Questions {
  readonly #server: Server
  readonly #key: string

  constructor (server: Server) {
    const { key, memory: { moves } } = server
    this.#server = server
    // Tries other keys, run by run: a server of a cluster refuses writes of its own keys only.
    this.#key = moves === 0 ? key : `${key}{${moves}}`
  }

  /** Returns the outcome of the write. */
  async ask (): Promise<Outcome> {
    const write = await this.#write()
    if (isServing(write.meaning)) return write
    const read = await this.#unlessRefused('read', async () => await this.#server.connection.get(this.#key))
    if (isServing(read.meaning)) return write
    await this.#assertClusterServes()
    const ping = await outcomeOf(async () => await this.#ping())
    if (ping.meaning === 'unknown') throw ping.value
    return ping.meaning === 'not writable' ? ping : write
  }

  /** If the user may not write the key, or if another server has it, the role tells replicas. */
  async #write (): Promise<Outcome> {
    const write = await this.#unlessRefused('write', async () => {
      return await call(this.#server.connection, ['setRange', 'setrange'], this.#key, 0, '')
    })
    if (write.meaning === 'served' || write.meaning === 'not writable') return write
    if (write.meaning === 'moved') {
      if (this.#server.ownsKey) return write
      this.#server.memory.moves += 1
    }
    const { value } = await this.#unlessRefused('role', async () => {
      return await call(this.#server.connection, ['info'], 'replication')
    })
    const replication = String(value)
    const isReplica = /^role:slave\r/m.test(replication) && /^slave_read_only:1/m.test(replication)
    return isReplica ? { meaning: 'not writable', value: new Error('READONLY the server is a replica') } : write
  }

  async #assertClusterServes (): Promise<void> {
    const { value } = await this.#unlessRefused('cluster info', async () => {
      return await call(this.#server.connection, ['clusterInfo', 'cluster'], 'INFO')
    })
    // node-redis 4 parses the text.
    const hasFailed = isRecord(value) ? value['state'] === 'fail' : /^cluster_state:fail/m.test(String(value))
    if (hasFailed) throw new Error('CLUSTERDOWN cluster_state:fail')
  }

  /** A cluster of node-redis 4 has no PING. */
  async #ping (): Promise<unknown> {
    const connection = this.#server.connection
    return await (hasMethods(connection, 'ping') ? connection.ping() : connection.get(this.#key))
  }

  /** Sends a command, unless the server refused it before: servers log each command that a user may not send. */
  async #unlessRefused (command: Command, send: () => Promise<unknown>): Promise<Outcome> {
    const known = this.#server.memory.refused.get(command)
    if (known !== undefined) return known
    const outcome = await outcomeOf(send)
    if (outcome.meaning === 'not allowed') this.#server.memory.refused.set(command, outcome)
    return outcome
  }
}

function isServing (meaning: Meaning): boolean {
  return meaning === 'served' || meaning === 'moved'
}

/** Rethrows an error which shows that the server does not work. */
async function outcomeOf (send: () => Promise<unknown>): Promise<Outcome> {
  try {
    return { meaning: 'served', value: await send() }
  } catch (error) {
    const meaning = meaningOf(error)
    if (meaning === 'failed') throw error
    return { meaning, value: error }
  }
}

/** Calls the first of the methods that the client has: the clients spell them differently, and may lack one. */
async function call (connection: object, names: readonly string[], ...args: readonly unknown[]): Promise<unknown> {
  const method = names.map((name): unknown => Reflect.get(connection, name)).find(isFunction)
  if (method === undefined) throw new Error(`ERR the client has no method ${names.join(' or ')}`)
  const answer: unknown = Reflect.apply(method, connection, args)
  return await answer
}

/** Looks for Valkey first, which also reports a Redis version. Undefined if the user may not read the version. */
async function versionOf (connection: RedisConnection): Promise<string | undefined> {
  const info = await awaitOr(async () => String(await call(connection, ['info'], 'server')), '')
  const match = /^valkey_version:(\S{1,100})/m.exec(info) ?? /^redis_version:(\S{1,100})/m.exec(info)
  return match?.[1]
}
