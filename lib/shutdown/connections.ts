import type { EventEmitter } from 'node:events'
import type { ServerResponse } from 'node:http'
import { constants } from 'node:http2'
import type { ServerHttp2Session } from 'node:http2'
import { Server } from 'node:net'
import type { Socket } from 'node:net'
import type { Clock } from '../base/clock.js'

/** A socket of HTTP/1. Node keeps there the answer that is under way, and its parser until the socket is handed over, as to a WebSocket. */
interface HttpSocket extends Socket {
  readonly _httpMessage?: ServerResponse | null
  readonly parser?: object | null
}

/** So that no stream is refused that a client has opened already. */
const HIGHEST_STREAM = 2 ** 31 - 1

/** How long a client that has connected has to begin its request, in milliseconds, and how often it is looked whether it has. */
const SILENCE_LIMIT_MS = 500
const LOOK_MS = 10

/** How many turns of the event loop may bring somebody in a row: where they do not end, it is no use to wait. */
const MOST_TURNS = 100

/** The connections that an app's servers have, and how they are given back: a client is not to find one closed in the middle of a request. */
export class Connections {
  readonly #servers: EventEmitter[] = []
  readonly #opened = new Set<Socket>()
  /** Where HTTP is spoken: over TLS that is another socket, inside of the one that was opened. */
  readonly #sockets = new Set<HttpSocket>()
  readonly #sessions = new Set<ServerHttp2Session>()
  /** The answer to the newest request of each: where requests are pipelined, it is none of those under way before. */
  readonly #newest = new WeakMap<Socket, ServerResponse>()
  #isReleased = false
  /** Whether somebody has connected or asked. */
  #hasCome = false

  /** Knows of those that come to a server from now on. */
  watch (server: EventEmitter): void {
    this.#servers.push(server)
    const isOfTls = 'setSecureContext' in server
    server.on('connection', (socket: HttpSocket) => {
      this.#hasCome = true
      keep(socket, this.#opened, ...(isOfTls ? [] : [this.#sockets]))
    })
    if (isOfTls) server.on('secureConnection', (socket: HttpSocket) => keep(socket, this.#sockets))
    server.on('session', (session: ServerHttp2Session) => keep(session, this.#sessions))
    server.prependListener('request', (_request: unknown, answer: ServerResponse) => this.#note(answer))
  }

  /**
   * Asks each client to send its next request over another connection, which may lead to another server. Until then all are answered.
   *
   * @see https://www.rfc-editor.org/rfc/rfc9112#section-9.6 and https://www.rfc-editor.org/rfc/rfc9113#section-6.8
   */
  release (): void {
    this.#isReleased = true
    for (const socket of this.#sockets) makeLast(this.#newest.get(socket))
    // One that is gone may still be there, while its client holds the other end.
    for (const session of this.#sessions) if (!session.destroyed) session.goaway(constants.NGHTTP2_NO_ERROR, HIGHEST_STREAM)
  }

  /** Takes no others. Those that are open stay, idle ones too, and whoever has just come has a moment to ask. */
  async stop (clock: Clock): Promise<void> {
    await this.#quiet()
    for (const server of this.#servers) {
      // When a server closes, Node takes an answer that is ended for sent, and would cut off who reads it slowly. `close` knows which is which.
      if ('closeIdleConnections' in server) server.closeIdleConnections = () => undefined
      // That of HTTP closes idle connections as well.
      if (server instanceof Server) Server.prototype.close.call(server)
    }
    for (let waited = 0; waited < SILENCE_LIMIT_MS && this.#silent().length > 0; waited += LOOK_MS) {
      await new Promise<void>((resolve) => { clock.after(LOOK_MS, resolve) })
    }
    await this.#quiet()
  }

  /** Closes those on which nothing is under way, and the others once nothing is any more. What was handed over is for others to close. */
  close (): void {
    for (const socket of this.#silent()) socket.destroy()
    for (const socket of this.#sockets) endWhenIdle(socket)
    for (const session of this.#sessions) session.close()
  }

  /** Resolves when there are none of those any more that are there now. */
  async gone (): Promise<void> {
    await Promise.all([...this.#opened].map(closed))
  }

  /** Waits for a turn in which nobody comes: while the app was busy, others may have, and none of them has been read yet. */
  async #quiet (): Promise<void> {
    this.#hasCome = true
    for (let turn = 0; turn < MOST_TURNS && this.#hasCome; turn++) {
      this.#hasCome = false
      await new Promise<void>((resolve) => { setImmediate(resolve) })
    }
  }

  /** Told of each request before anybody answers it. In HTTP/2 there is no such header. */
  #note (answer: ServerResponse): void {
    this.#hasCome = true
    const { httpVersionMajor, socket } = answer.req
    if (httpVersionMajor !== 1) return
    if (this.#isReleased) {
      // Node closes the connection after an answer that has the header, and drops those that follow.
      takeBack(this.#newest.get(socket))
      makeLast(answer)
    }
    this.#newest.set(socket, answer)
  }

  /** Those on which nobody has asked anything: opened in advance, as browsers do, and over TLS perhaps without a handshake. */
  #silent (): readonly Socket[] {
    const spoken = new Set([...this.#sockets].map(otherEnd))
    const mute = [...this.#opened].filter((socket) => socket.bytesRead === 0 || !spoken.has(otherEnd(socket)))
    const unasked = [...this.#sockets].filter((socket) => isIdle(socket) && !this.#newest.has(socket))
    return [...mute, ...unasked]
  }
}

function keep<T extends EventEmitter> (one: T, ...all: readonly Set<T>[]): void {
  for (const set of all) set.add(one)
  one.once('close', () => all.forEach((set) => set.delete(one)))
}

async function closed (one: EventEmitter): Promise<void> {
  await new Promise<void>((resolve) => one.once('close', () => resolve()))
}

/** The same of a socket and of the one of TLS inside of it. */
function otherEnd ({ remoteAddress = '', remotePort = 0 }: Socket): string {
  return `${remoteAddress} ${remotePort}`
}

function makeLast (answer: ServerResponse | undefined): void {
  if (answer?.headersSent === false) answer.setHeader('connection', 'close')
}

function takeBack (answer: ServerResponse | undefined): void {
  if (answer?.headersSent === false) answer.removeHeader('connection')
}

function isIdle ({ parser, _httpMessage: answer }: HttpSocket): boolean {
  return isThere(parser) && !isThere(answer)
}

function isThere (value: unknown): boolean {
  return value !== undefined && value !== null
}

function endWhenIdle (socket: HttpSocket): void {
  // `end` would leave it to the client when the connection is over.
  if (isIdle(socket)) socket.destroySoon()
  else socket._httpMessage?.once('close', () => endWhenIdle(socket))
}
