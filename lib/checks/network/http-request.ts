import http from 'node:http'
import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import https from 'node:https'
import type { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { unescape } from 'node:querystring'
import { TLSSocket } from 'node:tls'
import { lookup } from './lookup.js'
import { agentFor } from './proxy-agent.js'
import type { TlsContexts } from './tls-options.js'

const USER_AGENT = { 'user-agent': 'fastify-management-endpoints' }
const MAX_REDIRECTS = 5

/** A request, which may follow redirects. */
export interface HttpRequest {
  readonly url: URL
  readonly method: 'GET' | 'HEAD'
  /** Headers for all servers, also after redirects. */
  readonly publicHeaders: OutgoingHttpHeaders
  /** Headers for the URL's own origin. A redirect to another origin does not get them. */
  readonly headers: OutgoingHttpHeaders
  /** Makes more headers for all servers, when a connection is open. They replace other headers of the same name. */
  readonly lateHeaders?: (() => Readonly<Record<string, string>>) | undefined
  /** Trusted authorities, and the client certificate for the URL's own origin. */
  readonly tls?: TlsContexts | undefined
  /** Status codes that are never followed as a redirect. */
  readonly finalStatusCodes?: readonly number[] | undefined
  readonly signal: AbortSignal
}

/** A response whose body is not read yet. The caller must read or destroy the body. */
export interface HttpResponse {
  readonly statusCode: number
  readonly headers: IncomingHttpHeaders
  readonly body: Readable
}

/**
 * Sends a request and follows redirects. Handles redirects itself, so that no other origin receives the private
 * headers and the client certificate.
 */
export async function sendRequest (request: HttpRequest): Promise<HttpResponse> {
  let target = request.url
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const body = await sendTo(target, request)
    const { statusCode = 0, headers } = body
    const { location } = headers
    const isRedirect =
      statusCode >= 300 && statusCode <= 399 && request.finalStatusCodes?.includes(statusCode) !== true
    if (!isRedirect || location === undefined) return { statusCode, headers, body }
    body.destroy()
    target = new URL(location, target)
  }
  throw new Error(`redirected more than ${MAX_REDIRECTS} times`)
}

/**
 * Uses a new connection, as the kubelet's probes do, because the server may be closing a connection that was kept
 * alive. (`fetch` cannot be used: it refuses the ports that browsers refuse, for example 6000 and 10080.)
 */
async function sendTo (
  target: URL, { url, method, publicHeaders, headers, lateHeaders, tls, signal }: HttpRequest
): Promise<IncomingMessage> {
  const isOwnOrigin = target.origin === url.origin
  const { request } = target.protocol === 'https:' ? https : http
  const agent = agentFor(target.protocol, signal)
  const secureContext = isOwnOrigin ? tls?.own : tls?.other
  return await new Promise((resolve, reject) => {
    const sent = request(target, {
      method,
      headers: { ...USER_AGENT, ...publicHeaders, ...(isOwnOrigin && headers) },
      agent,
      lookup: lookup.forSocket,
      signal,
      ...(secureContext !== undefined && { secureContext })
    })
    sent.on('response', resolve).on('error', reject).on('upgrade', (_response, socket) => {
      socket.destroy()
      reject(new Error('answered 101, an upgrade that the check did not request'))
    })
    sent.on('socket', (socket) => {
      whenOpen(socket, () => {
        for (const [name, value] of Object.entries(lateHeaders?.() ?? {})) sent.setHeader(name, value)
        sent.end()
      })
    })
  })
}

/** Calls back when a connection is open, after the TLS handshake if it has one. */
function whenOpen (socket: Socket, callback: () => void): void {
  const isSecure = socket instanceof TLSSocket
  const isOpen = isSecure ? socket.getFinished() !== undefined : !socket.connecting
  if (isOpen) callback()
  else socket.once(isSecure ? 'secureConnect' : 'connect', callback)
}

/** Copies a URL without its user name and password, so that it can be shown. */
export function withoutUser (url: URL): URL {
  const copy = new URL(url)
  copy.username = copy.password = ''
  return copy
}

/** Makes a header of the user name and password in a URL. */
export function basicAuthorization ({ username, password }: URL): Record<string, string> {
  if (username === '' && password === '') return {}
  const credentials = `${unescape(username)}:${unescape(password)}`
  return { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` }
}
