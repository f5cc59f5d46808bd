import type { EventEmitter } from 'node:events'
import type { ServerResponse } from 'node:http'
import { constants } from 'node:http2'
import type { ServerHttp2Session } from 'node:http2'
import { Server } from 'node:net'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { Clock } from '../base/clock.js'
import { listenBeside } from './listen-beside.js'
import { nextTurn } from '../base/timers.js'

/**
 * An HTTP/1 socket with two private fields of Node: the response that is under way, and the parser. Node removes the
 * parser when it hands the socket over, for example to a WebSocket. A version of Node may lack the fields, so they only
 * add to what public events show: they reveal requests that other code takes before the app.
 */
interface HttpSocket extends Socket {
  readonly _httpMessage?: ServerResponse | null
  readonly parser?: object | null
}

/** The highest HTTP/2 stream id. With this id, `GOAWAY` refuses no stream that a client has already opened. */
const HIGHEST_STREAM = 2 ** 31 - 1

/** The time that a new client has for its first request, in milliseconds. */
const FIRST_REQUEST_LIMIT_MS = 500
/** The interval at which `stopAccepting()` looks for first requests, in milliseconds. */
const POLL_MS = 10

/** Wait at most this number of event-loop turns for a quiet turn: a busy server may never have one. */
const MOST_TURNS = 100

/** Tracks the connections of an app's servers, and closes them without cutting off a request. */
export class Connections {
  readonly #servers: EventEmitter[] = []
  readonly #tcpSockets = new Set<Socket>()
  /** The sockets that carry HTTP. Over TLS, this is the TLS socket, not the TCP socket below it. */
  readonly #httpSockets = new Set<HttpSocket>()
  readonly #sessions = new Set<ServerHttp2Session>()
  /** The sockets that a server serves with HTTP/1. */
  readonly #http1Sockets = new WeakSet<Socket>()
  /** The sockets that had a parser when they were opened. */
  readonly #parsedSockets = new WeakSet<Socket>()
  /** The response to each socket's newest request. Pipelined clients may still wait for older responses. */
  readonly #newestResponses = new WeakMap<Socket, ServerResponse>()
  #isCloseAnnounced = false
  /** True after a new connection or request. */
  #hasActivity = false

  /** Tracks the connections that a server accepts from now on. */
  watch (server: EventEmitter): void {
    this.#servers.push(server)
    const isTls = 'setSecureContext' in server
    server.on('connection', (socket: HttpSocket) => {
      this.#hasActivity = true
      track(socket, this.#tcpSockets)
      if (!isTls) this.#trackHttp(socket, isHttpServer(server) && !isHttp2Server(server))
    })
    if (isTls) {
      server.on('secureConnection', (socket: HttpSocket & Pick<TLSSocket, 'alpnProtocol'>) => {
        this.#trackHttp(socket, isHttpServer(server) && socket.alpnProtocol !== 'h2')
      })
    }
    server.on('session', (session: ServerHttp2Session) => track(session, this.#sessions))
    this.#watchRequests(server)
  }

  /** Node has already added the parser: its own listener is the first. */
  #trackHttp (socket: HttpSocket, isHttp1: boolean): void {
    track(socket, this.#httpSockets)
    if (isHttp1) this.#http1Sockets.add(socket)
    if (isPresent(socket.parser)) this.#parsedSockets.add(socket)
  }

  #watchRequests (server: EventEmitter): void {
    const onRequest = (_request: unknown, response: ServerResponse): void => this.#onRequest(response)
    server.prependListener('request', onRequest)
    for (const event of ['checkContinue', 'checkExpectation']) listenBeside(server, event, onRequest)
    for (const event of ['upgrade', 'connect']) {
      listenBeside(server, event, (_request: unknown, socket: Socket) => { this.#http1Sockets.delete(socket) })
    }
  }

  /**
   * Requests each client to use a new connection for its next request, which may lead to another server.
   * HTTP/1 responses get `Connection: close`, HTTP/2 sessions get `GOAWAY`. The app still answers every request.
   *
   * @see https://www.rfc-editor.org/rfc/rfc9112#section-9.6 and https://www.rfc-editor.org/rfc/rfc9113#section-6.8
   */
  announceClose (): void {
    this.#isCloseAnnounced = true
    for (const socket of this.#httpSockets) setConnectionClose(this.#newestResponses.get(socket))
    for (const session of this.#sessions) {
      // A destroyed session stays in the set until its client closes the socket.
      if (!session.destroyed) session.goaway(constants.NGHTTP2_NO_ERROR, HIGHEST_STREAM)
    }
  }

  /**
   * Stops accepting connections and leaves open connections open, idle ones too.
   * Waits up to half a second for clients that have connected but have not sent a request yet.
   */
  async stopAccepting (clock: Clock): Promise<void> {
    await this.#quietTurn()
    for (const server of this.#servers) {
      // When a server closes, Node treats a response as sent once it has ended, and would cut off a slow client.
      // `closeWhenIdle()` waits for slow clients.
      if ('closeIdleConnections' in server) server.closeIdleConnections = () => undefined
      // Stop listening only: the `close()` of an HTTP server would also close idle connections.
      if (server instanceof Server) Server.prototype.close.call(server)
    }
    for (let waited = 0; waited < FIRST_REQUEST_LIMIT_MS && this.#unusedSockets().length > 0; waited += POLL_MS) {
      await new Promise<void>((resolve) => { clock.after(POLL_MS, resolve) })
    }
    await this.#quietTurn()
  }

  /**
   * Closes idle connections at once, and each other connection after its last response.
   * Leaves upgraded connections, such as WebSockets, to the code that handles them.
   */
  closeWhenIdle (): void {
    for (const socket of this.#unusedSockets()) socket.destroy()
    for (const socket of this.#httpSockets) this.#endWhenIdle(socket)
    for (const session of this.#sessions) session.close()
  }

  /** Resolves once every HTTP connection that is open now has closed, after its last response. */
  async answered (): Promise<void> {
    const http1 = [...this.#httpSockets].filter((socket) => this.#isHttp1(socket))
    await Promise.all([...http1, ...this.#sessions].map(closed))
  }

  /** The number of open connections. */
  get count (): number {
    return this.#tcpSockets.size
  }

  /** Resolves once every connection that is open now has closed. */
  async allClosed (): Promise<void> {
    await Promise.all([...this.#tcpSockets].map(closed))
  }

  /**
   * Waits for a turn of the event loop without a new connection or request.
   * While the app was busy, connections and requests may have arrived that Node has not read yet.
   */
  async #quietTurn (): Promise<void> {
    this.#hasActivity = true
    for (let turn = 0; turn < MOST_TURNS && this.#hasActivity; turn++) {
      this.#hasActivity = false
      await nextTurn()
    }
  }

  /** Runs for each request, before the app handles it. HTTP/2 has no `Connection` header. */
  #onRequest (response: ServerResponse): void {
    this.#hasActivity = true
    const { httpVersionMajor, socket } = response.req
    if (httpVersionMajor !== 1) return
    if (this.#isCloseAnnounced) {
      // Set the header on the newest response only: Node closes the connection after it and drops later responses.
      removeConnectionClose(this.#newestResponses.get(socket))
      setConnectionClose(response)
    }
    this.#newestResponses.set(socket, response)
  }

  #endWhenIdle (socket: HttpSocket): void {
    // `end()` would keep the connection open until the client closes it too.
    if (this.#isIdle(socket)) socket.destroySoon()
    else this.#openResponse(socket)?.once('close', () => this.#endWhenIdle(socket))
  }

  /** Whether HTTP/1 owns the socket and no response is under way. */
  #isIdle (socket: HttpSocket): boolean {
    return this.#isHttp1(socket) && this.#openResponse(socket) === undefined
  }

  #isHttp1 (socket: HttpSocket): boolean {
    if (this.#parsedSockets.has(socket)) return isPresent(socket.parser)
    // A server that only passes its sockets on to an HTTP server may add the parser later.
    return this.#http1Sockets.has(socket) || isPresent(socket.parser)
  }

  /** The newest response that has not been sent completely. Responses to pipelined requests are sent in order. */
  #openResponse (socket: HttpSocket): ServerResponse | undefined {
    const newest = this.#newestResponses.get(socket)
    return newest === undefined || newest.writableFinished ? socket._httpMessage ?? undefined : newest
  }

  /** Sockets without any request yet. Browsers open some in advance. Over TLS, even the handshake may be missing. */
  #unusedSockets (): readonly Socket[] {
    const httpClients = new Set([...this.#httpSockets].map(clientAddress))
    const beforeHttp = [...this.#tcpSockets].filter((socket) => {
      return socket.bytesRead === 0 || !httpClients.has(clientAddress(socket))
    })
    const beforeRequest = [...this.#httpSockets].filter((socket) => {
      return this.#isIdle(socket) && !this.#newestResponses.has(socket)
    })
    return [...beforeHttp, ...beforeRequest]
  }
}

/** Keeps an emitter in the sets until its `close` event. */
function track<T extends EventEmitter> (emitter: T, ...sets: readonly Set<T>[]): void {
  for (const set of sets) set.add(emitter)
  emitter.once('close', () => sets.forEach((set) => set.delete(emitter)))
}

async function closed (emitter: EventEmitter): Promise<void> {
  await new Promise<void>((resolve) => emitter.once('close', () => resolve()))
}

/** The client's address and port: the same for a TLS socket and the TCP socket below it. */
function clientAddress ({ remoteAddress = '', remotePort = 0 }: Socket): string {
  return `${remoteAddress} ${remotePort}`
}

function setConnectionClose (response: ServerResponse | undefined): void {
  if (response?.headersSent === false) response.setHeader('connection', 'close')
}

function removeConnectionClose (response: ServerResponse | undefined): void {
  if (response?.headersSent === false) response.removeHeader('connection')
}

function isPresent (value: unknown): boolean {
  return value !== undefined && value !== null
}

/** Whether a server emits a `request` for each request. A server of `node:net` may only pass its sockets on. */
function isHttpServer (server: object): boolean {
  return 'setTimeout' in server
}

function isHttp2Server (server: object): boolean {
  return 'updateSettings' in server
}
