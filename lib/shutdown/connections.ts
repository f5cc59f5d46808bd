import type { EventEmitter } from 'node:events'
import type { ServerResponse } from 'node:http'
import { constants } from 'node:http2'
import type { ServerHttp2Session } from 'node:http2'
import { Server } from 'node:net'
import type { Socket } from 'node:net'
import type { Clock } from '../clock.js'

/** A socket of HTTP/1. Node keeps there the answer that is under way, and tells by it whether the connection is idle. */
interface HttpSocket extends Socket {
  readonly _httpMessage?: ServerResponse | null
}

/** What servers of HTTP/1 have. */
interface IdleCloser {
  closeIdleConnections?: () => void
}

/** So that no stream is refused that a client has opened already. */
const HIGHEST_STREAM = 2 ** 31 - 1

/** How long a client that has connected has to begin its request, in milliseconds, and how often it is looked whether it has. */
const SILENCE_LIMIT_MS = 500
const LOOK_MS = 10

/** The connections that an app's servers have, and how they are given back: a client is not to find one closed in the middle of a request. */
export class Connections {
  readonly #servers: EventEmitter[] = []
  readonly #opened = new Set<Socket>()
  /** Where HTTP is spoken: over TLS that is another socket, inside of the one that was opened. */
  readonly #sockets = new Set<HttpSocket>()
  readonly #sessions = new Set<ServerHttp2Session>()

  /** Knows of those that come to a server from now on. */
  watch (server: EventEmitter): void {
    this.#servers.push(server)
    server.on('connection', (socket: Socket) => keep(this.#opened, socket))
    server.on('setSecureContext' in server ? 'secureConnection' : 'connection', (socket: HttpSocket) => keep(this.#sockets, socket))
    server.on('session', (session: ServerHttp2Session) => keep(this.#sessions, session))
  }

  /**
   * Asks each client to send its next request over another connection, which may lead to another server. Until then all are answered.
   *
   * @see https://www.rfc-editor.org/rfc/rfc9112#section-9.6 and https://www.rfc-editor.org/rfc/rfc9113#section-6.8
   */
  release (): void {
    for (const answer of this.#answers()) makeLast(answer)
    for (const server of this.#servers) server.prependListener('request', (_request: unknown, answer: ServerResponse) => makeLast(answer))
    // One that is gone may still be there, while its client holds the other end.
    for (const session of this.#sessions) if (!session.destroyed) session.goaway(constants.NGHTTP2_NO_ERROR, HIGHEST_STREAM)
  }

  /** Takes no others. Those that are open stay, idle ones too, and whoever has just come has a moment to ask. */
  async stop (clock: Clock): Promise<void> {
    for (const server of this.#servers) {
      this.#closeIdleLater(server)
      // That of HTTP closes idle connections as well.
      if (server instanceof Server) Server.prototype.close.call(server)
    }
    for (let waited = 0; waited < SILENCE_LIMIT_MS && [...this.#opened].some(isSilent); waited += LOOK_MS) {
      await new Promise<void>((resolve) => { clock.after(LOOK_MS, resolve) })
    }
  }

  /** Closes those that a server's own close would wait for although nothing is under way on them, or nothing any more. */
  close (): void {
    // Opened in advance, as browsers do.
    for (const socket of [...this.#opened].filter(isSilent)) socket.destroy()
    for (const socket of this.#sockets) if (socket._httpMessage) endAfter(socket._httpMessage, socket)
    for (const session of this.#sessions) session.close()
  }

  /** Resolves when there are none of those any more that are there now. */
  async gone (): Promise<void> {
    await Promise.all([...this.#opened].map(closed))
  }

  /** When a server closes, Node takes an answer that is ended for sent, and its connection for idle: a client that reads slowly is cut off. */
  #closeIdleLater (server: EventEmitter & IdleCloser): void {
    const { closeIdleConnections } = server
    if (closeIdleConnections === undefined) return
    server.closeIdleConnections = () => {
      void this.#sent().then(() => closeIdleConnections.call(server))
    }
  }

  async #sent (): Promise<void> {
    for (let ended = this.#ended(); ended.length > 0; ended = this.#ended()) await Promise.all(ended.map(closed))
  }

  #ended (): readonly ServerResponse[] {
    return this.#answers().filter(({ writableEnded }) => writableEnded)
  }

  #answers (): readonly ServerResponse[] {
    return [...this.#sockets].flatMap(({ _httpMessage: answer }) => answer ?? [])
  }
}

function isSilent (socket: Socket): boolean {
  return socket.bytesRead === 0
}

function keep<T extends EventEmitter> (all: Set<T>, one: T): void {
  all.add(one)
  one.once('close', () => all.delete(one))
}

async function closed (one: EventEmitter): Promise<void> {
  await new Promise<void>((resolve) => one.once('close', () => resolve()))
}

/** In HTTP/2 there is no such header. */
function makeLast (answer: ServerResponse): void {
  if (answer.req.httpVersionMajor === 1 && !answer.headersSent) answer.setHeader('connection', 'close')
}

function endAfter (answer: ServerResponse, socket: HttpSocket): void {
  answer.once('close', () => {
    if (socket._httpMessage) endAfter(socket._httpMessage, socket)
    else socket.end()
  })
}
