import type { ClientRequest, IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http'
import https from 'node:https'
import type { ClientHttp2Session } from 'node:http2'
import { isIP } from 'node:net'
import type { Readable } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import { onAbort } from '../base/on-abort.js'
import { guardedConnection } from './http2-frames.js'

/** The protocols that a TLS connection offers, as the kubelet does. The server chooses. */
export const ALPN_PROTOCOLS = ['h2', 'http/1.1']

/** The most interim answers (status codes 100 to 199) before an answer. A server could send them without end. */
const MOST_INTERIM = 10

export type HttpMethod = 'GET' | 'HEAD' | 'POST' | 'DELETE'

/** A response whose body is not read yet. The caller must read or destroy the body. */
export interface HttpAnswer {
  readonly statusCode: number
  readonly headers: IncomingHttpHeaders
  readonly body: Readable
  /** Returns the bytes that the connection has received so far, with headers and the framing of the body. */
  readonly bytesReceived: () => number
}

/** A request over a TLS connection, whose handshake has ended. */
export interface SecureRequest {
  readonly target: URL
  readonly method: HttpMethod
  readonly headers: OutgoingHttpHeaders
  readonly body?: string | undefined
  readonly signal: AbortSignal
}

/** Returns the host and the port that a socket connects to, without the brackets of an IPv6 address. */
export function endpointOf ({ protocol, hostname, port }: URL): { readonly host: string, readonly port: number } {
  const defaultPort = protocol === 'https:' ? 443 : 80
  return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? defaultPort : Number(port) }
}

/** Returns the name for a TLS handshake. A client must not send an IP address (RFC 6066, section 3). */
export function serverNameOf (host: string): string {
  return isIP(host) === 0 ? host : ''
}

/** Sends a request over HTTP/2 or HTTP/1.1, as the server has chosen in the TLS handshake. */
export async function sendOver (socket: TLSSocket, request: SecureRequest): Promise<HttpAnswer> {
  if (socket.alpnProtocol === 'h2') return await sendHttp2(socket, request)
  const { target, method, headers, body, signal } = request
  const sent = https.request(target, { method, headers, signal, createConnection: () => socket })
  const answer = answerTo(sent)
  sent.end(body)
  return await answer
}

/** Waits for the headers of the answer to an HTTP/1.1 request. */
export async function answerTo (sent: ClientRequest): Promise<HttpAnswer> {
  return await new Promise((resolve, reject) => {
    sent.on('response', (body) => {
      const { statusCode = 0, headers } = body
      // Node takes a body without a length as complete although the connection was reset.
      sent.on('error', (error) => body.destroy(error))
      resolve({ statusCode, headers, body, bytesReceived: () => body.socket.bytesRead })
    })
    sent.on('information', interimLimit((error) => { reject(error); sent.destroy() }))
    sent.on('error', reject).on('upgrade', (_response, socket) => {
      socket.destroy()
      reject(new Error('answered 101, an upgrade that was not requested'))
    })
  })
}

/** Counts interim answers, and ends the request when there are too many. */
function interimLimit (end: (error: Error) => void): () => void {
  let count = 0
  return () => {
    count += 1
    if (count > MOST_INTERIM) end(new Error(`answered more than ${MOST_INTERIM} times with a status code below 200`))
  }
}

/** Loads HTTP/2 only for a server that uses it, because most servers do not. Closes the connection after the answer. */
async function sendHttp2 (socket: TLSSocket, request: SecureRequest): Promise<HttpAnswer> {
  const { connect } = process.getBuiltinModule('node:http2')
  const connection = guardedConnection(socket)
  const session = connect(request.target, { createConnection: () => connection, settings: { enablePush: false } })
  const end = (): unknown => connection.destroy()
  const stopListening = onAbort(request.signal, end)
  session.once('close', stopListening)
  try {
    return await http2Answer(session, request, () => socket.bytesRead, end)
  } catch (error) {
    end()
    throw error
  }
}

async function http2Answer (
  session: ClientHttp2Session,
  { target, method, headers, body: sent }: SecureRequest,
  bytesReceived: () => number,
  end: () => void
): Promise<HttpAnswer> {
  return await new Promise((resolve, reject) => {
    session.on('error', reject)
    const body = session.request({ ':method': method, ':path': target.pathname + target.search, ...headers })
    body.on('response', ({ ':status': statusCode = 0, ...answered }) => {
      resolve({ statusCode, headers: answered, body, bytesReceived })
    })
    body.on('headers', interimLimit((error) => { reject(error); body.destroy() }))
    body.on('error', reject).once('close', () => {
      end()
      reject(new Error('the server closed the connection without an answer'))
    }).end(sent)
  })
}
