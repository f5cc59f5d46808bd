import type { IncomingMessage, ServerResponse } from 'node:http'
import { HOP_HEADER } from '../../../checks/network/peer-headers.js'
import type { Status } from '../../../health/status.js'
import type { ProbeTable } from '../messages.js'
import type { Exchange } from './forwarder.js'
import type { Prober } from './prober.js'

/** A client with one of these has no wish for another format. */
const PLAIN_ACCEPT: ReadonlySet<string | undefined> = new Set([undefined, '*/*', 'application/json'])

/** Queries that change the report. */
const QUERY = /[?&](?:verbose|exclude)(?:[=&]|$)/
const VERBOSE = /[?&]verbose(?:[=&]|$)/

/** Recognizes requests of probes, and answers them. */
export class ProbeRequests {
  readonly #table: ProbeTable
  readonly #pattern: RegExp
  readonly #prober: Pick<Prober, 'probe' | 'verdict'>

  constructor (table: ProbeTable, prober: Pick<Prober, 'probe' | 'verdict'>) {
    this.#table = table
    this.#pattern = new RegExp(table.pattern)
    this.#prober = prober
  }

  /**
   * Answers a terse probe. Returns any other request as an exchange that must be forwarded: the app decides about
   * formats, callers and queries. If the app cannot, a probe is answered nevertheless, unless it must be verbose.
   */
  answer (request: IncomingMessage, response: ServerResponse): Exchange | undefined {
    const { url = '' } = request
    const kind = this.#kindOf(request)
    if (kind === undefined || VERBOSE.test(url)) return { request, response }
    const send = (status: Status): void => this.#send(response, status)
    if (this.#isTerse(kind) && !QUERY.test(url) && isPlain(request)) {
      this.#prober.probe(kind, send)
      return undefined
    }
    const answerWithoutApp = (waitedMs: number): boolean => {
      const status = this.#prober.verdict(kind, waitedMs)
      if (status !== undefined) send(status)
      return status !== undefined
    }
    return { request, response, answerWithoutApp }
  }

  #isTerse (position: number): boolean {
    const { kinds, forwarded } = this.#table
    return !forwarded.some((kind) => kind === kinds[position])
  }

  #kindOf ({ method, url = '' }: IncomingMessage): number | undefined {
    if (method !== 'GET' && method !== 'HEAD') return undefined
    const [path = ''] = url.split('?', 1)
    const [, name = ''] = this.#pattern.exec(path) ?? []
    return this.#table.paths.get(name)
  }

  #send (response: ServerResponse, status: Status): void {
    const { statusCode, headers, body } = this.#table.answers[status]
    response.writeHead(statusCode, [...headers]).end(body)
  }
}

function isPlain ({ headers }: IncomingMessage): boolean {
  return PLAIN_ACCEPT.has(headers.accept) && headers[HOP_HEADER] === undefined
}
