import type { EventEmitter } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Clock } from '../base/clock.js'
import { truncate, redactAndTruncate } from '../base/truncate.js'
import { listenBeside } from './listen-beside.js'

/** A request that keeps an app from closing. It has no query, because queries often contain secrets. */
export interface OpenRequest {
  readonly method: string
  /** The path, redacted and truncated. */
  readonly path: string
  /** The time since its headers arrived, in milliseconds. */
  readonly ageMs: number
  /** Whether its connection was handed over, for example to a WebSocket. */
  readonly isUpgraded: boolean
}

interface Entry {
  readonly request: Pick<IncomingMessage, 'method' | 'url'>
  /** Without a response, the request has been upgraded. */
  readonly response?: ServerResponse
  readonly startedAt: number
}

const LONGEST_PATH = 200
const LONGEST_METHOD = 20

/** The open requests of an app's servers, in Fastify and beside it. */
export class OpenRequests {
  readonly #clock: Clock
  /** The newest request of each HTTP/1 connection, and each stream of HTTP/2, until the connection or stream closes. */
  readonly #newest = new Map<EventEmitter, Entry>()
  readonly #forget: (this: EventEmitter) => void

  constructor (clock: Clock) {
    this.#clock = clock
    const newest = this.#newest
    this.#forget = function forget () { newest.delete(this) }
  }

  /** Notes the requests that a server receives from now on. */
  watch (server: EventEmitter): void {
    const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
      this.#add('stream' in request ? request.stream as EventEmitter : request.socket, { request, response })
    }
    const onUpgrade = ({ method = '', url = '' }: IncomingMessage, socket: Socket): void => {
      this.#add(socket, { request: { method, url } })
    }
    server.prependListener('request', onRequest)
    for (const event of ['checkContinue', 'checkExpectation']) listenBeside(server, event, onRequest)
    for (const event of ['upgrade', 'connect']) listenBeside(server, event, onUpgrade)
  }

  /** The open requests, oldest first. */
  list (): readonly OpenRequest[] {
    const now = this.#clock.now()
    return [...this.#newest.values()]
      .filter(({ response }) => response?.writableFinished !== true)
      .sort((one, other) => one.startedAt - other.startedAt)
      .map(({ request: { method = '', url = '' }, response, startedAt }) => ({
        method: truncate(method, LONGEST_METHOD),
        path: redactAndTruncate(withoutQuery(url), LONGEST_PATH),
        ageMs: Math.round(now - startedAt),
        isUpgraded: response === undefined
      }))
  }

  #add (connection: EventEmitter, entry: Omit<Entry, 'startedAt'>): void {
    if (!this.#newest.has(connection)) connection.once('close', this.#forget)
    this.#newest.set(connection, { ...entry, startedAt: this.#clock.now() })
  }
}

/** The number of requests in one log line. */
const MOST_LISTED = 10

/** Describes the requests that keep an app from closing, as the fields and the text of a log line. */
export function describeWait (
  requests: readonly OpenRequest[], connections: number
): { readonly fields: object, readonly text: string } {
  const listed = requests.slice(0, MOST_LISTED)
  const fields = { requests: listed, openRequests: requests.length, openConnections: connections }
  return { fields, text: `the app waits for ${listOf(listed, requests.length) || reasonWithout(connections)}` }
}

function listOf (listed: readonly OpenRequest[], count: number): string {
  const texts = listed.map(({ method, path, ageMs, isUpgraded }) =>
    `${method} ${path} (${isUpgraded ? 'upgraded, ' : ''}open for ${ageMs} ms)`)
  return [...texts, ...(count > listed.length ? [`${count - listed.length} more`] : [])].join(', ')
}

function reasonWithout (connections: number): string {
  return connections === 0
    ? 'a preClose or onClose hook: no connection is open'
    : `${connections} connections without an HTTP request, or for a preClose or onClose hook`
}

function withoutQuery (url: string): string {
  const [path = ''] = url.split(/[?#;]/, 1)
  return path
}
