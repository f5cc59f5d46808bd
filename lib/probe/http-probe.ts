import http from 'node:http'
import { connect } from 'node:tls'
import type { TLSSocket } from 'node:tls'
import { systemClock } from '../base/clock.js'
import { onAbort } from '../base/on-abort.js'
import { TIMED_OUT, withTimeout } from '../base/with-timeout.js'
import { reasonOf } from '../base/describe.js'
import { redactCut } from '../base/truncate.js'
import { ALPN_PROTOCOLS, answerTo, endpointOf, sendOver, serverNameOf } from './http-exchange.js'
import type { HttpAnswer } from './http-exchange.js'
import { assertHttpRedirect, locationIn, redirectTarget } from './redirect.js'

/** The kubelet reads at most 10 KiB of a body and sends at most 10 requests when it follows redirects. */
const MOST_BYTES = 10 * 1024
const MOST_REQUESTS = 10

export interface ProbeOptions {
  /** The limit for the whole probe, in milliseconds: connection, redirects, headers and body. */
  readonly timeoutMs: number
  readonly userAgent: string
  /** The path of a Unix socket to connect to, instead of the host and the port of the URL. */
  readonly socketPath?: string | undefined
  /**
   * The most bytes of a body that are read.
   *
   * @default 10 KiB, as the kubelet reads
   */
  readonly mostBytes?: number
}

export type ProbeResult = Passed | Failed

export interface Passed {
  readonly passed: true
  readonly statusCode: number
  /** The body up to the limit. If it is longer, secrets are redacted, and its end is marked with `…`. */
  readonly body: string
}

export interface Failed {
  readonly passed: false
  readonly reason: string
  /**
   * `answer`: no answer, or a redirect that cannot be followed. `body`: the body did not end.
   * `status`: the status code is not 200 to 399.
   */
  readonly fault: 'answer' | 'body' | 'status'
  readonly statusCode: number | undefined
  /** The part of the body that was received, up to the limit. Secrets in it are redacted if it is incomplete. */
  readonly body: string
}

/**
 * Sends one probe, as the kubelet does: over a new connection, without a proxy, without verifying certificates. Over
 * TLS it offers HTTP/2 and HTTP/1.1.
 * The probe passes if the status code is 200 to 399. It follows redirects to the same host name, but fails at a
 * redirect from https to http, which the kubelet would follow. It takes no user name and password from a redirect.
 * A redirect to another host name passes, because its code is 300 to 399. Never rejects.
 *
 * @param url an `http:` or `https:` URL
 * @see https://github.com/kubernetes/kubernetes/blob/master/pkg/probe/http/http.go
 */
export async function probe (
  url: URL, { timeoutMs, mostBytes = MOST_BYTES, ...options }: ProbeOptions
): Promise<ProbeResult> {
  const abort = new AbortController()
  const answer = new Answer(mostBytes)
  const receiving = follow(url, async (target) => await send(target, options, abort.signal))
    .then(async (response) => await answer.receive(response))
  const result = await withTimeout(timeoutMs, receiving, systemClock).then(
    (outcome) => outcome === TIMED_OUT ? answer.timedOut(timeoutMs) : answer.complete(),
    (error: unknown) => answer.failed(reasonOf(error))
  )
  abort.abort()
  return result
}

/** The part of an answer that was received so far. */
class Answer {
  #statusCode: number | undefined
  readonly #buffer: Buffer
  #length = 0

  constructor (mostBytes: number) {
    this.#buffer = Buffer.alloc(mostBytes)
  }

  /** Reads the body to its end, or up to the limit. */
  async receive ({ statusCode, body }: HttpAnswer): Promise<void> {
    this.#statusCode = statusCode
    for await (const chunk of body.iterator() as AsyncIterable<Buffer>) {
      this.#length += chunk.copy(this.#buffer, this.#length)
      if (this.#length === this.#buffer.length) return
    }
  }

  /** The result for an answer that was received to its end, or up to the limit. */
  complete (): ProbeResult {
    const { statusCode = 0, body } = this.#parts(this.#length === this.#buffer.length)
    if (statusCode >= 200 && statusCode <= 399) return { passed: true, statusCode, body }
    return { passed: false, reason: `answered ${statusCode}, expected 200 to 399`, fault: 'status', statusCode, body }
  }

  timedOut (timeoutMs: number): Failed {
    return this.#incomplete(`no answer within ${timeoutMs} ms`, `did not end within ${timeoutMs} ms`)
  }

  failed (reason: string): Failed {
    return this.#incomplete(reason, `broke off: ${reason}`)
  }

  /** `withoutAnswer`: the reason if no headers were received. `inBody`: the fault of the body otherwise. */
  #incomplete (withoutAnswer: string, inBody: string): Failed {
    const { statusCode, body } = this.#parts(this.#length > 0)
    if (statusCode === undefined) return { passed: false, reason: withoutAnswer, fault: 'answer', statusCode, body }
    return { passed: false, reason: `answered ${statusCode}, but its body ${inBody}`, fault: 'body', statusCode, body }
  }

  #parts (isCut: boolean): { readonly statusCode: number | undefined, readonly body: string } {
    const body = this.#buffer.toString('utf8', 0, this.#length)
    return { statusCode: this.#statusCode, body: isCut ? redactCut(body) : body }
  }
}

/** Sends requests until an answer is not a redirect to the same host name. */
async function follow (url: URL, sendTo: (target: URL) => Promise<HttpAnswer>): Promise<HttpAnswer> {
  let target = url
  for (let requests = 0; requests < MOST_REQUESTS; requests++) {
    const response = await sendTo(target)
    const location = locationIn(response)
    const next = location === undefined ? undefined : redirectTarget(location, target)
    if (next?.hostname !== url.hostname) return response
    response.body.destroy()
    assertHttpRedirect(next, target)
    target = next.origin === url.origin ? withUserOf(url, next) : next
  }
  throw new Error(`redirected ${MOST_REQUESTS} times`)
}

/** The user name and password of the probed URL are sent to its own origin only. */
function withUserOf ({ username, password }: URL, target: URL): URL {
  return Object.assign(target, { username, password })
}

type SendOptions = Omit<ProbeOptions, 'timeoutMs'>

async function send (target: URL, { userAgent, socketPath }: SendOptions, signal: AbortSignal): Promise<HttpAnswer> {
  const headers = { 'user-agent': userAgent, accept: '*/*' }
  if (target.protocol === 'https:') {
    return await sendOver(await openSecure(target, socketPath, signal), { target, method: 'GET', headers, signal })
  }
  // `agent: false` also ignores the proxy variables of the environment.
  const sent = http.request(target, { agent: false, headers: { ...headers, connection: 'close' }, signal, socketPath })
  const answer = answerTo(sent)
  sent.end()
  return await answer
}

async function openSecure (target: URL, path: string | undefined, signal: AbortSignal): Promise<TLSSocket> {
  const { host, port } = endpointOf(target)
  const address = path === undefined ? { host, port } : { path }
  const ALPNProtocols = ALPN_PROTOCOLS
  const socket = connect({ ...address, servername: serverNameOf(host), ALPNProtocols, rejectUnauthorized: false })
  onAbort(signal, () => socket.destroy())
  return await new Promise((resolve, reject) => {
    socket.on('secureConnect', () => resolve(socket)).on('error', reject)
  })
}
