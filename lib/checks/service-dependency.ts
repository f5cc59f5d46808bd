import http from 'node:http'
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import https from 'node:https'
import { unescape } from 'node:querystring'
import { reasonOf } from '../describe.js'
import type { CheckFunction } from '../health/attempt.js'
import { toComponents } from '../health/component.js'
import type { CheckResult } from '../health/result.js'
import { isRecord } from '../plain.js'
import { limitedText } from './limited-text.js'

/** Says to the service that this request is made for a report of ours, so that it asks no further service for it. */
export const HOP_HEADER = 'management-hop'

const OWN_HEADERS = {
  accept: 'application/vnd.spring-boot.actuator.v3+json, application/json',
  'user-agent': 'fastify-management-endpoints'
}
const MOST_REDIRECTS = 5
const MOST_BYTES = 64 * 1024

/**
 * Makes a check that asks another service's health endpoint, one in Spring Boot Actuator's style. It is `UP` when the
 * answer is 200 and its JSON says so, `DEGRADED` when it is 200 and says that, else `DOWN` with the reason. What the
 * service says of its own components becomes part of the result.
 *
 * @param url where its health endpoint is; a user name and password in it are sent as basic authentication
 * @param headers more to send, an `authorization` for example; to the URL's own origin only, wherever a redirect leads
 * @example
 * management.addCheck('health', 'users', serviceDependency(new URL('https://users/z/health')))
 */
export function serviceDependency (url: URL, headers: Readonly<Record<string, string>> = {}): CheckFunction {
  const target = new URL(url)
  target.username = target.password = ''
  const own = { ...basicAuthorization(url), ...headers }
  return async function askService ({ signal }) {
    try {
      return judgeAnswer(target, await ask(target, own, signal))
    } catch (error) {
      return { status: 'DOWN', details: { error: `GET ${target.href} failed: ${reasonOf(error)}`, url: target.href } }
    }
  }
}

interface RemoteAnswer {
  readonly statusCode: number
  readonly text: string
}

/** Follows redirects by hand, so that the headers meant for the service reach no other origin. */
async function ask (url: URL, headers: OutgoingHttpHeaders, signal: AbortSignal): Promise<RemoteAnswer> {
  let target = url
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const response = await get(target, target.origin === url.origin ? headers : {}, signal)
    const { statusCode = 0, headers: { location } } = response
    if (statusCode < 300 || statusCode > 399 || location === undefined) return { statusCode, text: await limitedText(response, MOST_BYTES) }
    response.destroy()
    target = new URL(location, target)
  }
  throw new Error(`redirected more than ${MOST_REDIRECTS} times`)
}

/**
 * Asks on a connection of its own, as the kubelet's probes do: one kept alive may just be closing at the other end.
 * (Not with `fetch`, which refuses ports that browsers do, 6000 and 10080 among them.)
 */
async function get (url: URL, headers: OutgoingHttpHeaders, signal: AbortSignal): Promise<IncomingMessage> {
  const { request } = url.protocol === 'https:' ? https : http
  return await new Promise((resolve, reject) => {
    const asked = request(url, { headers: { ...OWN_HEADERS, ...headers, [HOP_HEADER]: '1' }, agent: false, signal })
    asked.on('response', resolve).on('error', reject).on('upgrade', (_response, socket) => {
      socket.destroy()
      reject(new Error('answered 101, which nobody asked for'))
    }).end()
  })
}

function judgeAnswer (url: URL, { statusCode, text }: RemoteAnswer): CheckResult {
  const health = parse(text)
  if (!isRecord(health)) return down(url, statusCode, `answered ${statusCode} with ${text === '' ? 'nothing' : 'no JSON object'}`)
  const { status, details, components } = health
  const parts = {
    details: { ...(isRecord(details) && details), url: url.href, statusCode },
    ...(isRecord(components) && { components: toComponents(components) })
  }
  if (statusCode === 200 && (status === 'UP' || status === 'DEGRADED')) return { status, ...parts }
  const error = `GET ${url.href} answered ${statusCode} with ${typeof status === 'string' ? `status ${JSON.stringify(status)}` : 'no status'}`
  return { status: 'DOWN', ...parts, details: { ...parts.details, error } }
}

function down (url: URL, statusCode: number, reason: string): CheckResult {
  return { status: 'DOWN', details: { error: `GET ${url.href} ${reason}`, url: url.href, statusCode } }
}

function parse (text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function basicAuthorization ({ username, password }: URL): Record<string, string> {
  if (username === '' && password === '') return {}
  const credentials = `${unescape(username)}:${unescape(password)}`
  return { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` }
}
