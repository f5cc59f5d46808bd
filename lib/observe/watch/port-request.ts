import { connect as connectPlain } from 'node:net'
import type { LookupFunction, Socket } from 'node:net'
import { connect as connectSecure } from 'node:tls'
import { hasHttp2Answer, http2Request } from './http2-request.js'
import { untraced } from './untraced.js'

/** An address to connect to: a host and a port, or a Unix socket. */
export type PortAddress = { readonly host: string, readonly port: number } | { readonly path: string }

/** The server to request. */
export interface WatchedServer {
  readonly address: PortAddress
  readonly isSecure: boolean
  /** Whether a server without TLS expects HTTP/2. With TLS, the server chooses. */
  readonly isHttp2: boolean
  /** The path of the request. */
  readonly url: string
}

/** A request that was sent. */
export interface SentRequest {
  /** Resolves at the begin of an HTTP answer, whatever its status. Rejects if there will be none. */
  readonly answered: Promise<void>
  /** Closes the connection. */
  readonly end: () => void
}

/** Bytes that an answer may have before it is recognized: settings, or interim answers. */
const MOST_BYTES = 64 * 1024

const HTTP1_ANSWER = /(?:^|\r\n\r\n)HTTP\/1\.[01] [2-9]\d\d[ \r]/

const PARENT = `${'1'.repeat(32)}-${'1'.repeat(16)}`

/** Samplers that follow their parent record no span of this request: it has a parent that is not sampled. */
const NOT_TRACED = { traceparent: `00-${PARENT}-00`, b3: '0', 'sentry-trace': `${PARENT}-0` }

/**
 * Sends a request over a new connection that does not keep the process alive. Neither the certificate nor the status
 * matters. Uses a bare socket, because instruments trace and count the requests of Node's HTTP clients.
 */
export function sendToPort (server: WatchedServer): SentRequest {
  const socket = untraced(() => openSocket(server))
  const answered = new Promise<void>((resolve, reject) => {
    let received = Buffer.alloc(0)
    let isAnswer = hasHttp1Answer
    socket.once(server.isSecure ? 'secureConnect' : 'connect', () => {
      const isHttp2 = server.isSecure ? Reflect.get(socket, 'alpnProtocol') === 'h2' : server.isHttp2
      if (isHttp2) isAnswer = hasHttp2Answer
      socket.write(isHttp2 ? http2Request(http2Headers(server)) : http1Request(server))
    })
    socket.on('data', (bytes: Buffer) => {
      if (received.length > MOST_BYTES) return
      received = Buffer.concat([received, bytes])
      if (!isAnswer(received)) return
      resolve()
      // The server closes an HTTP/1 connection after its answer. HTTP/2 leaves that to the client.
      if (isAnswer === hasHttp2Answer) socket.end()
    })
    socket.on('error', reject)
    socket.on('close', () => reject(new Error('the connection was closed without an answer')))
  })
  return { answered, end: () => socket.destroy() }
}

function openSocket ({ address, isSecure }: WatchedServer): Socket {
  const options = { ...address, lookup, autoSelectFamily: true }
  const socket = isSecure
    ? connectSecure({ ...options, rejectUnauthorized: false, ALPNProtocols: ['h2', 'http/1.1'] })
    : connectPlain(options)
  return socket.unref()
}

/** Both addresses of `localhost`, without the threads of the system's lookup: other work may keep them busy. */
const lookup: LookupFunction = (_host, _options, onFound) => {
  onFound(null, [{ address: '127.0.0.1', family: 4 }, { address: '::1', family: 6 }])
}

/** Whether bytes of a server contain the begin of an answer that is not interim. */
export function hasHttp1Answer (bytes: Buffer): boolean {
  return HTTP1_ANSWER.test(bytes.toString('latin1'))
}

function http1Request ({ url, ...server }: WatchedServer): string {
  const headers = { host: authorityOf(server), connection: 'close', ...commonHeaders() }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return `GET ${url} HTTP/1.1\r\n${lines.join('')}\r\n`
}

function http2Headers ({ url, ...server }: WatchedServer): Readonly<Record<string, string>> {
  return {
    ':method': 'GET',
    ':scheme': server.isSecure ? 'https' : 'http',
    ':authority': authorityOf(server),
    ':path': url,
    ...commonHeaders()
  }
}

function commonHeaders (): Readonly<Record<string, string>> {
  return { 'user-agent': 'fastify-management-endpoints', accept: '*/*', ...NOT_TRACED }
}

function authorityOf ({ address }: Pick<WatchedServer, 'address'>): string {
  if ('path' in address) return 'localhost'
  const { host, port } = address
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}
