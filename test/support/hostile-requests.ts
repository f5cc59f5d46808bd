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

/** What may stand in a request line and in a header, and a little more of what is likely to hurt. */
const urlText = fc.stringMatching(/^[\x21-\x22\x24-\x7e]{0,40}$/)
const NAMES = ['health', 'liveness', 'readiness', 'startup', 'ping', 'canary', 'db', 'cache', 'broken', 'mail', 'users', 'widgets', 'away', 'lifecycle', 'info', 'version']
const ODD = ['..', '.', '', '%', '%00', '%2e%2e', '%2F', '%ff', '__proto__', 'constructor', 'toString', '*', ':name', '%7Bname%7D', 'd%62', 'DB', 'db%20', 'db;x', 'x'.repeat(200)]
const segment = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...NAMES) }, fc.constantFrom(...ODD), urlText.map((value) => value.replaceAll('?', '')))
const path = fc.oneof(
  fc.array(segment, { maxLength: 4 }).map((segments) => `/z/${segments.join('/')}`),
  segment.map((name) => `/z/health/${name}`),
  fc.constantFrom('/z', '/z/', '/z/health', '/z/info', '/z/version', '//z//health', '/Z/health', '/z/health/', '/z/%68ealth')
)
const name = fc.oneof(fc.constantFrom(...NAMES), urlText)
const query = fc.oneof(
  fc.constantFrom('', '?verbose', '?verbose=false', '?verbose&verbose=false', '?exclude', '?exclude[]=db', '?%', '?__proto__=1', '?exclude=%00', '?constructor[prototype]=1'),
  fc.array(name, { maxLength: 3 }).map((names) => `?verbose&${names.map((value) => `exclude=${value}`).join('&')}`),
  name.map((value) => `?exclude=${value}`),
  urlText.map((value) => `?${value}`)
)
const headerText = fc.stringMatching(/^[\x20-\x7e\x80-\xff]{0,60}$/)
const accept = fc.oneof(fc.constantFrom('*/*', 'text/html', 'application/vnd.spring-boot.actuator.v2+json', 'application/vnd.spring-boot.actuator.v3+json;q=', ',,;;q=,'), headerText)
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

/** GET and HEAD requests of all sorts, most of them for the endpoints under `/z`. */
export const requests: fc.Arbitrary<HostileRequest> = fc.record({ method: fc.constantFrom('GET', 'HEAD'), path: fc.tuple(path, query).map((parts) => parts.join('')), headers })

/** Sends requests over connections that are kept alive, and gives all there is to be seen of the answers. */
export class Sender {
  readonly #agent = new Agent({ keepAlive: true })
  readonly #port: number

  constructor (test: Pick<typeof t, 'teardown'>, app: FastifyInstance) {
    this.#port = portOf(app.server)
    test.teardown(() => this.#agent.destroy())
  }

  async send ({ method, path, headers }: HostileRequest): Promise<HostileAnswer> {
    return await new Promise((resolve, reject) => {
      const outgoing = request({ host: '127.0.0.1', port: this.#port, agent: this.#agent, method, path, headers }, (response) => {
        const { statusCode = 0, statusMessage = '', headers } = response
        text(response).then((body) => resolve({ status: statusCode, statusMessage, headers, body }), reject)
      })
      outgoing.on('error', reject).end()
    })
  }
}
