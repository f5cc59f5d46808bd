import { request as httpRequest, STATUS_CODES } from 'node:http'
import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http'
import { MessageChannel } from 'node:worker_threads'
import type { MessagePort } from 'node:worker_threads'
import type { Clock } from '../../../base/clock.js'
import type { Peer } from '../messages.js'
import { PortSocket } from '../port-socket.js'
import { peerOf } from './peer-of.js'
import { LONGEST_WAIT_MS, MOVED_MS, PATIENCE_MS, SILENT_MS } from './waits.js'

const HEADERS = { 'cache-control': 'no-store', 'content-type': 'application/json; charset=utf-8' }

/** Headers of an answer for one connection only (RFC 9110, section 7.6.1). Node writes its own. */
const OF_CONNECTION: ReadonlySet<string> = new Set(['keep-alive', 'transfer-encoding', 'trailer'])

/** The parts that the forwarder needs. */
export interface ForwarderDependencies {
  readonly watch: { readonly blockedMs: () => number }
  readonly state: { readonly isReady: boolean }
  readonly clock: Clock
  /** Asks the app for a sign of life. The app answers with `flush()`. */
  readonly knock: () => void
  /** Gives the app its end of a connection. */
  readonly connect: (port: MessagePort, peer: Peer) => void
}

/** A request of a client, and its answer. */
export interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** Answers without the app, for a probe. Returns false if a request that has waited for this time should wait on. */
  readonly answerWithoutApp?: (waitedMs: number) => boolean
}

/**
 * Forwards requests to the app. Requests wait here until the app is able to receive them. So a request of a client that
 * has disconnected never reaches the app.
 */
export class Forwarder {
  readonly #dependencies: ForwarderDependencies
  readonly #waiting = new Set<Forwarding>()

  constructor (dependencies: ForwarderDependencies) {
    this.#dependencies = dependencies
  }

  forward (exchange: Exchange): void {
    const forwarding = new Forwarding(exchange, this.#dependencies, () => this.#waiting.delete(forwarding))
    if (forwarding.isAnswered) return
    this.#waiting.add(forwarding)
    if (this.#waiting.size === 1) this.#dependencies.knock()
  }

  /** Sends the waiting requests. Called when the event loop of the app moves. */
  flush (): void {
    for (const forwarding of this.#waiting) forwarding.send()
    this.#waiting.clear()
  }
}

/** One request on its way. */
class Forwarding {
  readonly #exchange: Exchange
  readonly #dependencies: ForwarderDependencies
  #sent: ClientRequest | undefined
  readonly #startedAt: number
  #cancel = (): void => undefined

  /** Calls `onEnd` if the client disconnects, or has its answer. */
  constructor (exchange: Exchange, dependencies: ForwarderDependencies, onEnd: () => void) {
    this.#exchange = exchange
    this.#dependencies = dependencies
    this.#startedAt = dependencies.clock.now()
    if (!dependencies.state.isReady) {
      exchange.answerWithoutApp?.(0)
      this.#refuse()
      return
    }
    exchange.response.on('close', () => {
      onEnd()
      this.#end()
    })
    this.#wait(exchange.answerWithoutApp === undefined ? LONGEST_WAIT_MS : PATIENCE_MS)
  }

  get isAnswered (): boolean {
    return this.#exchange.response.headersSent
  }

  /** Sends the request over a new connection to the app, and relays the answer. */
  send (): void {
    const { request, response } = this.#exchange
    const { port1, port2 } = new MessageChannel()
    const socket = new PortSocket(port1)
    response.on('close', () => socket.destroy())
    const { method, url: path, rawHeaders } = request
    const createConnection = (): PortSocket => socket
    // A list of headers keeps their order, case and duplicates. Node's types know only records.
    const headers = headersFor(rawHeaders) as unknown as Record<string, string>
    this.#attempt(() => {
      const sent = httpRequest({ method, path, headers, createConnection }, (answer) => {
        this.#attempt(() => this.#relay(answer))
      })
      this.#sent = sent.on('error', () => this.#refuse())
      request.pipe(sent)
      this.#dependencies.connect(port2, peerOf(request.socket))
    })
  }

  /** An error of one request must not end the thread: Node refuses to send some messages that it has received. */
  #attempt (work: () => void): void {
    try {
      work()
    } catch (error) {
      this.#refuse((error as Error).message)
    }
  }

  #relay (answer: IncomingMessage): void {
    const { response } = this.#exchange
    this.#cancel()
    response.writeHead(Number(answer.statusCode), answer.statusMessage, endToEnd(answer))
    answer.on('error', () => response.destroy()).pipe(response)
  }

  /** Gives up if the event loop does not move. */
  #wait (delayMs: number): void {
    const { clock, watch } = this.#dependencies
    this.#cancel = clock.after(delayMs, () => {
      const waitedMs = clock.now() - this.#startedAt
      const mayMove = watch.blockedMs() < SILENT_MS || this.#exchange.answerWithoutApp?.(waitedMs) === false
      if (mayMove) this.#wait(PATIENCE_MS)
      else this.#refuse()
    })
  }

  /** Answers without the app: a probe from the latest statuses, any other request with 503 and the reason. */
  #refuse (reason?: string): void {
    this.#end()
    if (this.isAnswered) return
    const blockedMs = Math.round(this.#dependencies.watch.blockedMs())
    const { response } = this.#exchange
    const message = reason ?? reasonOfSilence(this.#dependencies.state.isReady, blockedMs)
    const body = JSON.stringify({
      statusCode: 503, error: STATUS_CODES[503], message, eventLoop: { blockedMs: blockedMs > MOVED_MS ? blockedMs : 0 }
    })
    response.writeHead(503, HEADERS).end(body)
  }

  #end (): void {
    this.#cancel()
    this.#sent?.destroy()
  }
}

function reasonOfSilence (isReady: boolean, blockedMs: number): string {
  if (!isReady) return 'the app has not started yet'
  return blockedMs > MOVED_MS ? `the event loop has been blocked for ${blockedMs} ms` : 'the app gave no answer'
}

/**
 * The headers of a request to the app. Trailers are not forwarded, so they are not announced. The connection to the app
 * stays open until the answer is complete.
 */
function headersFor (rawHeaders: readonly string[]): readonly string[] {
  const headers = without(rawHeaders, (name) => name === 'trailer')
  const isGiven = rawHeaders.some((name, at) => at % 2 === 0 && name.toLowerCase() === 'connection')
  return isGiven ? headers : [...headers, 'Connection', 'keep-alive']
}

/** The headers of an answer that are not only for the connection to the app. */
function endToEnd ({ rawHeaders }: IncomingMessage): string[] {
  return without(rawHeaders, (name, value) =>
    OF_CONNECTION.has(name) || (name === 'connection' && value.toLowerCase() === 'keep-alive'))
}

/** Leaves out some of the names and values of headers. */
function without (rawHeaders: readonly string[], isLeftOut: (name: string, value: string) => boolean): string[] {
  const kept: string[] = []
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = rawHeaders.slice(at, at + 2)
    if (!isLeftOut(name.toLowerCase(), value)) kept.push(name, value)
  }
  return kept
}
