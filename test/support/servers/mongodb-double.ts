import { once } from 'node:events'
import { createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import { ObjectId } from 'mongodb'
import type { Document } from 'mongodb'
import { portOf } from '../app.js'
import { OURS } from './kind.js'
import { Scram } from './mongodb-scram.js'
import { MongodbReader, replyTo } from './mongodb-wire.js'
import type { Request } from './mongodb-wire.js'

/** How a double differs from a standalone server with the user `tester`. */
export interface MongodbDoubleOptions {
  readonly user?: string
  readonly password?: string
  /** Additional fields of the reply to `hello`. */
  readonly role?: Document
  /** Replies to commands by name, instead of the default replies. */
  readonly replies?: Readonly<Record<string, Document>>
}

const STANDALONE = { isWritablePrimary: true }
const HEARTBEAT_MS = 10_000

/** See https://www.mongodb.com/docs/manual/reference/error-codes/ */
const UNAUTHORIZED = { ok: 0, code: 13, codeName: 'Unauthorized', errmsg: 'command requires authentication' }
const AUTHENTICATION_FAILED = { ok: 0, code: 18, codeName: 'AuthenticationFailed', errmsg: 'Authentication failed.' }
const COMMAND_NOT_FOUND = { ok: 0, code: 59, codeName: 'CommandNotFound', errmsg: 'no such command' }

/**
 * Speaks as much of MongoDB's wire protocol as a driver needs to connect, because Debian has no package of the server.
 * It knows one user. The command `sleep` keeps a connection in use, `wake` ends that, `connectionCount` counts
 * connections, and `changePassword` changes the user's password.
 */
export class MongodbDouble {
  readonly user: string
  /** A new password applies to new logins only, as on a real server. */
  password: string
  readonly topologyVersion = { processId: new ObjectId(), counter: 0 }
  readonly replies: Readonly<Record<string, Document>>
  role: Document
  /** Whether it sends no replies. */
  isSilent = false
  /** The treatment of new connections. */
  newConnections: 'accept' | 'ignore' | 'close' = 'accept'
  /** The number of logins so far. */
  logins = 0
  readonly #sessions = new Set<Session>()
  readonly #server: Server

  constructor ({ user = 'tester', password = 'tested', role = STANDALONE, replies = {} }: MongodbDoubleOptions = {}) {
    this.user = user
    this.password = password
    this.role = role
    this.replies = replies
    this.#server = createServer({ noDelay: true }, (socket) => {
      if (this.newConnections === 'close') {
        socket.destroy()
        return
      }
      const session = new Session(this, socket, this.newConnections === 'ignore')
      this.#sessions.add(session)
      socket.once('close', () => this.#sessions.delete(session))
    })
  }

  get port (): number {
    return portOf(this.#server)
  }

  /** The number of authenticated connections of clients' pools, without our own. */
  get connections (): number {
    return [...this.#sessions].filter(({ isAuthenticated, isOurs }) => isAuthenticated && !isOurs).length
  }

  /** The number of all connections, including the connections of monitors. */
  get sockets (): number {
    return this.#sessions.size
  }

  /** The number of connections that a `sleep` keeps in use. */
  get sleeping (): number {
    return [...this.#sessions].filter(({ isSleeping }) => isSleeping).length
  }

  /** Answers every `sleep`. */
  wake (): Document {
    for (const session of this.#sessions) session.wake()
    return { ok: 1 }
  }

  async listen (port = 0): Promise<void> {
    await once(this.#server.listen({ host: '127.0.0.1', port }), 'listening')
  }

  /** Refuses new connections, and keeps the open ones. */
  stopListening (): void {
    this.#server.close()
  }

  async close (): Promise<void> {
    for (const session of this.#sessions) session.close()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}

/** One connection of a client. */
class Session {
  readonly #double: MongodbDouble
  readonly #socket: Socket
  readonly #isSilent: boolean
  readonly #reader = new MongodbReader()
  readonly #timers = new Set<NodeJS.Timeout>()
  #scram: Scram
  #lastId = 0
  #sleeping: Request | undefined
  isOurs = false

  constructor (double: MongodbDouble, socket: Socket, isSilent: boolean) {
    this.#double = double
    this.#socket = socket
    this.#isSilent = isSilent
    this.#scram = new Scram(double.user, double.password)
    socket.on('data', (chunk) => {
      for (const request of this.#reader.read(chunk)) this.#take(request)
    })
    socket.on('error', () => socket.destroy())
    socket.once('close', () => {
      for (const timer of this.#timers) clearTimeout(timer)
    })
  }

  get isAuthenticated (): boolean {
    return this.#scram.isDone
  }

  get isSleeping (): boolean {
    return this.#sleeping !== undefined
  }

  wake (): void {
    if (this.#sleeping !== undefined) this.#reply(this.#sleeping, { ok: 1 })
    this.#sleeping = undefined
  }

  close (): void {
    this.#socket.destroy()
  }

  #take (request: Request): void {
    if (this.#double.isSilent || this.#isSilent) return
    const { command } = request
    const [name = ''] = Object.keys(command)
    if (name === 'sleep' && this.isAuthenticated) this.#sleeping = request
    else if (command['maxAwaitTimeMS'] !== undefined && request.allowsMore) this.#stream(request)
    else this.#reply(request, this.#answer(name, command))
  }

  #answer (name: string, command: Document): Document {
    const answer = this.#answers()[name]
    if (answer === undefined) return this.isAuthenticated ? COMMAND_NOT_FOUND : UNAUTHORIZED
    return this.#double.replies[name] ?? answer(command)
  }

  /** The commands that a connection may send, before and after authentication. */
  #answers (): Readonly<Record<string, (command: Document) => Document>> {
    const hello = (command: Document): Document => this.#hello(command)
    return {
      hello,
      ismaster: hello,
      isMaster: hello,
      ping: () => ({ ok: 1 }),
      buildInfo: () => ({ version: '8.0.4', ok: 1 }),
      endSessions: () => ({ ok: 1 }),
      saslStart: (command) => this.#start(command),
      saslContinue: ({ payload }) => this.#authenticate(String(payload)),
      ...(this.isAuthenticated && {
        connectionCount: () => ({ connections: this.#double.connections, ok: 1 }),
        wake: () => this.#double.wake(),
        changePassword: ({ changePassword }) => {
          this.#double.password = String(changePassword)
          return { ok: 1 }
        }
      })
    }
  }

  #hello ({ client, speculativeAuthenticate }: Document): Document {
    if (isDocument(client) && isDocument(client['application']) && client['application']['name'] === OURS) {
      this.isOurs = true
    }
    return {
      ...this.#double.role,
      topologyVersion: this.#double.topologyVersion,
      helloOk: true,
      maxBsonObjectSize: 16_777_216,
      maxMessageSizeBytes: 48_000_000,
      maxWriteBatchSize: 100_000,
      localTime: new Date(),
      logicalSessionTimeoutMinutes: 30,
      minWireVersion: 0,
      maxWireVersion: 25,
      saslSupportedMechs: ['SCRAM-SHA-256'],
      ...isDocument(speculativeAuthenticate) && { speculativeAuthenticate: this.#start(speculativeAuthenticate) },
      ok: 1
    }
  }

  #start ({ mechanism, payload }: Document): Document {
    if (mechanism !== 'SCRAM-SHA-256') return AUTHENTICATION_FAILED
    this.#scram = new Scram(this.#double.user, this.#double.password)
    return { conversationId: 1, done: false, payload: Buffer.from(this.#scram.first(String(payload))), ok: 1 }
  }

  #authenticate (payload: string): Document {
    const answer = this.#scram.second(payload)
    if (answer !== undefined) this.#double.logins += 1
    return answer === undefined
      ? AUTHENTICATION_FAILED
      : { conversationId: 1, done: true, payload: Buffer.from(answer), ok: 1 }
  }

  /** Repeats the reply to `hello`, as the streaming protocol does, so that a driver notices when the server is gone. */
  #stream (request: Request): void {
    const tell = (): void => {
      this.#later(HEARTBEAT_MS, tell)
      this.#reply(
        { ...request, id: this.#lastId === 0 ? request.id : this.#lastId },
        this.#hello(request.command),
        true
      )
    }
    this.#later(HEARTBEAT_MS, tell)
  }

  #later (delayMs: number, work: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      work()
    }, delayMs)
    this.#timers.add(timer)
  }

  #reply (request: Request, document: Document, hasMore = false): void {
    this.#lastId += 1
    this.#socket.write(replyTo(request, document, { id: this.#lastId, hasMore }))
  }
}

function isDocument (value: unknown): value is Document {
  return typeof value === 'object' && value !== null
}
