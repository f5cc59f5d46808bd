import { Agent, request } from 'node:http'
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http'
import { text } from 'node:stream/consumers'
import fc from 'fast-check'
import type { FastifyInstance } from 'fastify'
import type t from 'tap'
import { portOf } from './app.js'

export interface HostileRequest {
  readonly method: string
  readonly path: string
  readonly headers: OutgoingHttpHeaders
}

export interface HostileAnswer {
  readonly status: number
  readonly statusMessage: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** Generators of request lines and headers, with a bias towards values that are likely to break a server. */
const urlText = fc.stringMatching(/^[\x21-\x22\x24-\x7e]{0,40}$/)
const NAMES = [
  'health', 'liveness', 'readiness', 'startup', 'ping', 'canary', 'db', 'cache', 'broken', 'mail', 'users', 'widgets',
  'away', 'lifecycle', 'info', 'version'
]
const ODD_SEGMENTS = [
  '..', '.', '', '%', '%00', '%2e%2e', '%2F', '%ff', '__proto__', 'constructor', 'toString', '*', ':name', '%7Bname%7D',
  'd%62', 'DB', 'db%20', 'db;x', 'x'.repeat(200)
]
const ODD_QUERIES = [
  '', '?verbose', '?verbose=false', '?verbose&verbose=false', '?exclude', '?exclude[]=db', '?%', '?__proto__=1',
  '?exclude=%00', '?constructor[prototype]=1'
]
const ODD_PATHS = [
  '/z', '/z/', '/z/health', '/z/info', '/z/version', '//z//health', '/Z/health', '/z/health/', '/z/%68ealth'
]
const ACCEPTED = [
  '*/*', 'text/html', 'application/vnd.spring-boot.actuator.v2+json',
  'application/vnd.spring-boot.actuator.v3+json;q=', ',,;;q=,'
]
const segment = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...NAMES) },
  fc.constantFrom(...ODD_SEGMENTS),
  urlText.map((value) => value.replaceAll('?', ''))
)
const path = fc.oneof(
  fc.array(segment, { maxLength: 4 }).map((segments) => `/z/${segments.join('/')}`),
  segment.map((name) => `/z/health/${name}`),
  fc.constantFrom(...ODD_PATHS)
)
const name = fc.oneof(fc.constantFrom(...NAMES), urlText)
const query = fc.oneof(
  fc.constantFrom(...ODD_QUERIES),
  fc.array(name, { maxLength: 3 }).map((names) => `?verbose&${names.map((value) => `exclude=${value}`).join('&')}`),
  name.map((value) => `?exclude=${value}`),
  urlText.map((value) => `?${value}`)
)
const headerText = fc.stringMatching(/^[\x20-\x7e\x80-\xff]{0,60}$/)
const accept = fc.oneof(fc.constantFrom(...ACCEPTED), headerText)
const headers = fc.record({
  accept,
  'x-role': fc.constantFrom('operator', 'nobody', 'broken', ''),
  host: headerText.map((value) => value || 'h'),
  'management-hop': headerText,
  'x-forwarded-host': headerText,
  'if-none-match': headerText,
  'accept-version': headerText,
  authorization: headerText
}, { requiredKeys: ['host'] })

/** Generates GET and HEAD requests, most of them for the endpoints under `/z`. */
export const requests: fc.Arbitrary<HostileRequest> = fc.record({
  method: fc.constantFrom('GET', 'HEAD'),
  path: fc.tuple(path, query).map((parts) => parts.join('')),
  headers
})

/** Sends requests over keep-alive connections and returns the whole answers. */
export class Sender {
  readonly #agent = new Agent({ keepAlive: true })
  readonly #port: number

  constructor (test: Pick<typeof t, 'teardown'>, app: FastifyInstance) {
    this.#port = portOf(app.server)
    test.teardown(() => this.#agent.destroy())
  }

  async send ({ method, path, headers }: HostileRequest): Promise<HostileAnswer> {
    return await new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port: this.#port, agent: this.#agent, method, path, headers }
      const outgoing = request(options, (response) => {
        const { statusCode = 0, statusMessage = '', headers } = response
        text(response).then((body) => resolve({ status: statusCode, statusMessage, headers, body }), reject)
      })
      outgoing.on('error', reject).end()
    })
  }
}
