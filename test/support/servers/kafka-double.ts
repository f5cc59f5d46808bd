import { once } from 'node:events'
import { createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { portOf } from '../app.js'
import { isCompact, KafkaWriter, KEYS, readRequest } from './kafka-wire.js'
import type { KafkaReader, KafkaRequest } from './kafka-wire.js'

/** A partition of the double. */
export interface PartitionDouble {
  readonly error?: number
  readonly leader: number
  readonly replicas: readonly number[]
  readonly isr: readonly number[]
}

/** A topic of the double. */
export interface TopicDouble {
  readonly error?: number
  readonly partitions: readonly PartitionDouble[]
}

/** The login of the double. Without a login, it takes every client. */
export interface KafkaLogin {
  readonly user: string
  readonly password: string
}

/** The versions of each request that the double answers, from and to. It writes only the first and the last. */
const VERSIONS = [
  [KEYS.metadata, 6, 12], [KEYS.saslHandshake, 1, 1], [KEYS.apiVersions, 0, 3], [KEYS.saslAuthenticate, 1, 2]
] as const

/** See https://kafka.apache.org/protocol#protocol_error_codes */
const ERRORS = { unknownTopic: 3, saslAuthenticationFailed: 58 }

/** Speaks as much of Kafka's protocol as clients need to log in and to read the state of a cluster. */
export class KafkaDouble {
  /** A new password applies to new logins only, as in a real broker. */
  login: KafkaLogin | undefined
  brokers: readonly { readonly id: number, readonly port: number }[] = []
  controller = 1
  readonly topics = new Map<string, TopicDouble>()
  /** Whether it sends no answers. */
  isSilent = false
  /** The requests for metadata so far: the names of the topics, or `undefined` for all topics. */
  readonly asked: (readonly string[] | undefined)[] = []
  readonly #sockets = new Set<Socket>()
  readonly #server: Server

  constructor (login?: KafkaLogin) {
    this.login = login
    this.#server = createServer({ noDelay: true }, (socket) => {
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
      serve(this, socket)
    })
  }

  get port (): number {
    return portOf(this.#server)
  }

  /** The number of open connections. */
  get connections (): number {
    return this.#sockets.size
  }

  /** Waits for a number of connections: the double notices a close a moment later. */
  async settled (expected: number): Promise<void> {
    while (this.connections !== expected) await sleep(5)
  }

  async listen (port = 0): Promise<void> {
    await once(this.#server.listen({ host: '127.0.0.1', port }), 'listening')
    this.brokers = [{ id: 1, port: this.port }]
  }

  /** Ends all connections, and goes on listening. */
  disconnectAll (): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  async close (): Promise<void> {
    this.disconnectAll()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  /** Returns a topic. Creates a missing topic if the client allows it, as a real broker does by default. */
  topic (name: string, mayCreate: boolean): TopicDouble {
    const known = this.topics.get(name)
    if (known !== undefined) return known
    const isCreated = mayCreate && name.length > 0
    if (isCreated) this.topics.set(name, { partitions: [{ leader: 1, replicas: [1], isr: [1] }] })
    return { error: ERRORS.unknownTopic, partitions: [] }
  }
}

/** Answers the requests of one connection. */
function serve (double: KafkaDouble, socket: Socket): void {
  let received = Buffer.alloc(0)
  let isLoggedIn = double.login === undefined
  const take = (request: KafkaRequest): void => {
    if (double.isSilent) return
    const { key, version, body } = request
    const writer = new KafkaWriter(isCompact(key, version))
    if (key === KEYS.apiVersions) writeApiVersions(writer)
    else if (key === KEYS.saslHandshake) writer.int16(0).list(['PLAIN'], (name) => writer.text(name))
    else if (key === KEYS.saslAuthenticate) isLoggedIn = writeLogin(writer, body, double.login)
    else if (isLoggedIn) writeMetadata(writer, request, double)
    socket.write(writer.answerTo(request))
    if (!isLoggedIn && key !== KEYS.apiVersions && key !== KEYS.saslHandshake) socket.end()
  }
  socket.on('error', () => socket.destroy())
  socket.on('data', (data) => {
    received = Buffer.concat([received, data])
    while (received.length >= 4 && received.length >= 4 + received.readInt32BE(0)) {
      const end = 4 + received.readInt32BE(0)
      const request = readRequest(received.subarray(4, end))
      received = received.subarray(end)
      take(request)
    }
  })
}

function writeApiVersions (writer: KafkaWriter): void {
  writer.int16(0)
  writer.list(VERSIONS, ([key, from, to]) => writer.int16(key).int16(from).int16(to).tags())
  writer.int32(0).tags()
}

/** Answers a login with PLAIN, and returns whether it was right. */
function writeLogin (writer: KafkaWriter, body: KafkaReader, login: KafkaLogin | undefined): boolean {
  const [, user, password] = body.bytes().toString().split('\0')
  const isRight = user === login?.user && password === login?.password
  if (isRight) writer.int16(0).text(null)
  else writer.int16(ERRORS.saslAuthenticationFailed).text('Authentication failed: Invalid username or password')
  writer.bytes(Buffer.alloc(0)).int64(0).tags()
  return isRight
}

function writeMetadata (writer: KafkaWriter, { version, body }: KafkaRequest, double: KafkaDouble): void {
  const isNew = isCompact(KEYS.metadata, version)
  const names = body.list(() => {
    if (isNew) body.uuid()
    const name = body.text() ?? ''
    body.tags()
    return name
  })
  const mayCreate = body.flag()
  double.asked.push(names)
  writer.int32(0)
  writer.list(double.brokers, ({ id, port }) => writer.int32(id).text('127.0.0.1').int32(port).text(null).tags())
  writer.text('double').int32(double.controller)
  const topics = names ?? [...double.topics.keys()]
  writer.list(topics, (name) => writeTopic(writer, name, double.topic(name, mayCreate), isNew))
  writer.tags()
}

function writeTopic (writer: KafkaWriter, name: string, { error = 0, partitions }: TopicDouble, isNew: boolean): void {
  writer.int16(error).text(name)
  if (isNew) writer.uuid(Buffer.alloc(16, name))
  const ids = (values: readonly number[]): unknown => writer.list(values, (id) => writer.int32(id))
  writer.int8(0).list([...partitions.entries()], ([index, { error = 0, leader, replicas, isr }]) => {
    writer.int16(error).int32(index).int32(leader)
    if (isNew) writer.int32(0)
    for (const values of [replicas, isr, []]) ids(values)
    writer.tags()
  })
  if (isNew) writer.int32(0)
  writer.tags()
}
