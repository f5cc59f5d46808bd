import http from 'node:http'
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import https from 'node:https'
import { unescape } from 'node:querystring'
import { lookup } from './lookup.js'

const USER_AGENT = { 'user-agent': 'fastify-management-endpoints' }
const MOST_REDIRECTS = 5

/** What is asked. */
export interface HttpRequest {
  readonly url: URL
  readonly method: 'GET' | 'HEAD'
  /** Sent to whoever is asked. */
  readonly openHeaders: OutgoingHttpHeaders
  /** Sent to the URL's own origin only, wherever a redirect leads. */
  readonly headers: OutgoingHttpHeaders
  /** Status codes whose redirect is not followed, as they are the answer. */
  readonly answers?: readonly number[] | undefined
  readonly signal: AbortSignal
}

/** What is answered. Its body is still to come: who does not read it destroys it. */
export interface HttpAnswer {
  readonly statusCode: number
  readonly body: IncomingMessage
}

/** Asks, and follows redirects by hand, so that the headers meant for the service reach no other origin. */
export async function ask (request: HttpRequest): Promise<HttpAnswer> {
  let target = request.url
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const body = await send(request, target)
    const { statusCode = 0, headers: { location } } = body
    const isRedirect = statusCode >= 300 && statusCode <= 399 && request.answers?.includes(statusCode) !== true
    if (!isRedirect || location === undefined) return { statusCode, body }
    body.destroy()
    target = new URL(location, target)
  }
  throw new Error(`redirected more than ${MOST_REDIRECTS} times`)
}

/**
 * Asks on a connection of its own, as the kubelet's probes do: one kept alive may just be closing at the other end.
 * (Not with `fetch`, which refuses ports that browsers do, 6000 and 10080 among them.)
 */
async function send ({ url, method, openHeaders, headers, signal }: HttpRequest, target: URL): Promise<IncomingMessage> {
  const { request } = target.protocol === 'https:' ? https : http
  const sent = { ...USER_AGENT, ...openHeaders, ...(target.origin === url.origin && headers) }
  return await new Promise((resolve, reject) => {
    const asked = request(target, { method, headers: sent, agent: false, lookup: lookup.forSocket, signal })
    asked.on('response', resolve).on('error', reject).on('upgrade', (_response, socket) => {
      socket.destroy()
      reject(new Error('answered 101, which nobody asked for'))
    }).end()
  })
}

/** A URL as it may be shown: without the user in it. */
export function withoutUser (url: URL): URL {
  const shown = new URL(url)
  shown.username = shown.password = ''
  return shown
}

/** The user in a URL, as a header. */
export function basicAuthorization ({ username, password }: URL): Record<string, string> {
  if (username === '' && password === '') return {}
  const credentials = `${unescape(username)}:${unescape(password)}`
  return { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` }
}
