import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import type { TlsOptions } from 'node:tls'
import { isRecord } from '../../base/type-guards.js'

/**
 * The limits of the separate port. Times are in milliseconds. Probes have no body and few headers. By default Node
 * allows 60 s for headers, 300 s for a request, and any number of connections.
 *
 * @see https://nodejs.org/api/http.html#serverheaderstimeout and the properties that follow
 */
const STRICT = {
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  // Shorter than the usual periods of probers (5 s and more), so that a prober does not reuse a connection while it is
  // being closed. From version 24 on, Node adds a second.
  keepAliveTimeout: 3_000,
  // Node looks for connections that exceed a timeout at this interval, by default every 30 s.
  connectionsCheckingInterval: 1_000,
  maxConnections: 1_000
} as const

/** Other limits that the app may have. Here Node's own values apply unless the app has smaller values. */
const OTHERS = ['timeout', 'maxRequestsPerSocket', 'maxHeadersCount', 'maxHeaderSize'] as const

/** Limits of a server, in milliseconds, bytes or numbers. */
export type ServerLimits = Partial<Record<keyof typeof STRICT | typeof OTHERS[number], number>>

/**
 * Limits the connections of the separate port. If the server of the app has a stricter limit, that limit applies.
 * Call it before the server listens.
 */
export function limitConnections (server: Server, appServer: unknown): void {
  Object.assign(server, limitsBeside(appServer))
}

/** The stricter one of each limit. In Node 0 turns a limit off, so 0 is not stricter than any limit. */
export function limitsBeside (server: unknown): ServerLimits {
  const appServer = isRecord(server) ? server : {}
  const limits: ServerLimits = { ...STRICT }
  for (const name of [...Object.keys(STRICT) as (keyof typeof STRICT)[], ...OTHERS]) {
    const value = appServer[name]
    if (typeof value === 'number' && value > 0 && value < (limits[name] ?? Infinity)) limits[name] = value
  }
  const { headersTimeout = 0, requestTimeout = 0, connectionsCheckingInterval: interval = 0 } = limits
  return { ...limits, connectionsCheckingInterval: Math.min(interval, headersTimeout, requestTimeout) }
}

/** Limits the time of a TLS handshake like the time of headers. Node allows 120 s. */
export function limitHandshakes ({ handshakeTimeout = 0, ...tls }: TlsOptions): TlsOptions {
  const isStricter = handshakeTimeout > 0 && handshakeTimeout < STRICT.headersTimeout
  return { ...tls, handshakeTimeout: isStricter ? handshakeTimeout : STRICT.headersTimeout }
}

/** Requests that may wait behind others of their connections. Each takes some kilobytes. */
const MOST_PIPELINED = 2_000

/**
 * Limits pipelined requests, of all connections together. A client can send thousands of them in few bytes, and Node
 * accepts them all before it sends an answer. At the limit the connection of the newest one is closed.
 */
export function limitPipelining (server: Server): void {
  const queues = new Map<Socket, Set<object>>()
  let total = 0
  const newQueue = (socket: Socket): Set<object> => {
    const queue = new Set<object>()
    queues.set(socket, queue)
    socket.once('close', () => {
      total -= queue.size
      queue.clear()
      queues.delete(socket)
    })
    return queue
  }
  server.on('request', ({ socket }, response) => {
    // A response that waits for its turn has no socket yet.
    if (response.socket !== null) return
    const queue = queues.get(socket) ?? newQueue(socket)
    queue.add(response)
    total += 1
    response.once('socket', () => { total -= Number(queue.delete(response)) })
    if (total > MOST_PIPELINED) socket.destroy()
  })
}

/** The share of `maxConnections` that newcomers find free. */
const SPARE = 0.1

/**
 * Keeps room for new connections. If a server only refused them at `maxConnections`, a client with that many idle
 * connections would lock out the kubelet. Instead the server closes an old connection for each new one.
 *
 * @param onCrowded is called each time that a connection is closed to make room
 */
export function makeRoom (server: Server, onCrowded: () => void): void {
  /** The connection whose last request is the oldest comes first. */
  const sockets = new Set<Socket>()
  const closeOne = (): void => {
    const socket = leastUseful(sockets)
    if (socket === undefined) return
    sockets.delete(socket)
    socket.destroy()
    onCrowded()
  }
  function forget (this: Socket): void { sockets.delete(this) }
  const add = (socket: Socket): void => {
    sockets.add(socket)
    socket.once('close', forget)
  }
  server.on('connection', (socket) => {
    if (sockets.size >= Math.ceil(server.maxConnections * (1 - SPARE))) closeOne()
    add(socket)
  })
  // After the handshake, requests come from another socket above the first one, which is in a private field of Node.
  server.on('secureConnection', (socket: Socket & { readonly _parent?: Socket }) => {
    if (socket._parent !== undefined) sockets.delete(socket._parent)
    add(socket)
  })
  server.on('request', ({ socket }) => { if (sockets.delete(socket)) sockets.add(socket) })
  server.on('drop', closeOne)
}

/**
 * The first connection without a running request in the older half; otherwise the first of all. A probe that has just
 * connected is in the newer half.
 */
function leastUseful (sockets: ReadonlySet<Socket>): Socket | undefined {
  let candidates = sockets.size / 2
  for (const socket of sockets) {
    if (candidates <= 0) break
    if (isIdle(socket)) return socket
    candidates -= 1
  }
  const [first] = sockets
  return first
}

/** Whether no response is under way. Without this private field of Node, every connection counts as idle. */
function isIdle ({ _httpMessage: response }: Socket & { readonly _httpMessage?: object | null }): boolean {
  return response === undefined || response === null
}
