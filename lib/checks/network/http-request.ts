import http from 'node:http'
import type { OutgoingHttpHeaders } from 'node:http'
import { unescape } from 'node:querystring'
import { answerTo, sendOver } from '../../probe/http-exchange.js'
import type { HttpAnswer, HttpMethod } from '../../probe/http-exchange.js'
import { assertHttpRedirect, assertKnownHost, locationIn, redirectTarget } from '../../probe/redirect.js'
import { openSecure, plainAgent, whenOpen } from './connection.js'
import { lookup } from './lookup.js'
import type { TlsContexts } from './tls-options.js'

const USER_AGENT = { 'user-agent': 'fastify-management-endpoints' }
const MAX_REDIRECTS = 5

/** A request, which may follow redirects. */
export interface HttpRequest {
  readonly url: URL
  readonly method: HttpMethod
  /** A redirect receives the body too, so give `finalStatusCodes` with a body. */
  readonly body?: string | undefined
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
  /** Host names that a redirect may lead to, besides the host name of the URL. */
  readonly redirectHosts?: readonly string[] | undefined
  readonly signal: AbortSignal
}

/**
 * Sends a request and follows redirects to the same host name, on any port, and to the hosts in `redirectHosts`.
 * Handles redirects itself, because the server chooses their location: no other origin receives the private headers
 * and the client certificate, and the location adds no credentials.
 */
export async function sendRequest (request: HttpRequest): Promise<HttpAnswer> {
  let target = request.url
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const answer = await sendTo(target, request)
    const location = locationIn(answer)
    if (location === undefined || request.finalStatusCodes?.includes(answer.statusCode) === true) return answer
    answer.body.destroy()
    target = nextTarget(location, target, request)
  }
  throw new Error(`redirected more than ${MAX_REDIRECTS} times`)
}

function nextTarget (location: string, from: URL, { url, redirectHosts = [] }: HttpRequest): URL {
  const target = redirectTarget(location, from)
  assertHttpRedirect(target, from)
  assertKnownHost(target, [url.hostname, ...redirectHosts])
  return target
}

/**
 * Uses a new connection, as the kubelet's probes do, because the server may be closing a connection that was kept
 * alive. (`fetch` cannot be used: it refuses the ports that browsers refuse, for example 6000 and 10080.)
 */
async function sendTo (target: URL, request: HttpRequest): Promise<HttpAnswer> {
  const { url, publicHeaders, headers } = request
  const isOwnOrigin = target.origin === url.origin
  const allHeaders = { ...USER_AGENT, ...publicHeaders, ...(isOwnOrigin && headers) }
  return await (target.protocol === 'https:' ? sendSecure : sendPlain)(target, allHeaders, request)
}

async function sendPlain (
  target: URL, headers: OutgoingHttpHeaders, { method, body, lateHeaders, signal }: HttpRequest
): Promise<HttpAnswer> {
  const sent = http.request(target, { method, headers, agent: plainAgent(), lookup: lookup.forSocket, signal })
  sent.on('socket', (socket) => {
    whenOpen(socket, () => {
      for (const [name, value] of Object.entries(lateHeaders?.() ?? {})) sent.setHeader(name, value)
      sent.end(body)
    })
  })
  return await answerTo(sent)
}

/** Uses HTTP/2 if the server chooses it, because some servers speak only HTTP/2. */
async function sendSecure (
  target: URL, headers: OutgoingHttpHeaders, { url, method, body, lateHeaders, tls, signal }: HttpRequest
): Promise<HttpAnswer> {
  const context = target.origin === url.origin ? tls?.own : tls?.other
  const socket = await openSecure(target, { name: headers.host, context, signal })
  return await sendOver(socket, { target, method, headers: { ...headers, ...lateHeaders?.() }, body, signal })
}

/** Copies a URL without its user name and password, so that it can be shown. */
export function withoutUser (url: URL): URL {
  const copy = new URL(url)
  copy.username = copy.password = ''
  return copy
}

/** Makes a header of the user name and password in a URL. */
export function basicAuthorization ({ username, password }: URL): Record<string, string> {
  return username === '' && password === '' ? {} : authorizationOf(unescape(username), unescape(password))
}

/** Makes a header of a user name and a password. */
export function authorizationOf (username: string, password: string): { readonly authorization: string } {
  return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` }
}
