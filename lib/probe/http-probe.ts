import http from 'node:http'
import type { IncomingMessage } from 'node:http'
import https from 'node:https'
import { systemClock } from '../base/clock.js'
import { TIMED_OUT, withTimeout } from '../base/with-timeout.js'
import { reasonOf } from '../base/describe.js'

/** How much of a body the kubelet reads, and how often it asks where it is redirected. */
const MOST_BYTES = 10 * 1024
const MOST_REQUESTS = 10

const REDIRECTS: readonly unknown[] = [301, 302, 303, 307, 308]

/** How a probe asks. */
export interface ProbeOptions {
  /** How long all of it may take: to connect, the headers and the body. */
  readonly timeoutMs: number
  readonly userAgent: string
}

/** What came of a probe. */
export type ProbeResult = Passed | Failed

export interface Passed {
  readonly passed: true
  readonly statusCode: number
  /** The first 10 KiB of it. */
  readonly body: string
}

export interface Failed {
  readonly passed: false
  readonly reason: string
  /** What is wrong: there is no answer, its body does not come to its end, or its status code is none that passes. */
  readonly fault: 'answer' | 'body' | 'status'
  readonly statusCode: number | undefined
  /** What has come of it. */
  readonly body: string
}

/**
 * Asks once, as the kubelet's HTTP probe does: on a connection of its own, over no proxy, and without a look at certificates. An answer
 * of 200 to 399 passes. A redirect to another host name is such an answer, one to the same is followed. Never rejects.
 *
 * @param url of `http:` or `https:`
 * @see https://github.com/kubernetes/kubernetes/blob/master/pkg/probe/http/http.go
 */
export async function probe (url: URL, { timeoutMs, userAgent }: ProbeOptions): Promise<ProbeResult> {
  const end = new AbortController()
  const answer = new Answer()
  const asking = follow(url, async (target) => await send(target, userAgent, end.signal)).then(async (response) => await answer.take(response))
  const result = await withTimeout(timeoutMs, asking, systemClock).then(
    (outcome) => outcome === TIMED_OUT ? answer.brokenOff(`no answer within ${timeoutMs} ms`, `did not end within ${timeoutMs} ms`) : answer.judged(),
    (error: unknown) => answer.brokenOff(reasonOf(error), `broke off: ${reasonOf(error)}`)
  )
  end.abort()
  return result
}

/** An answer, as far as it has come. */
class Answer {
  #statusCode: number | undefined
  readonly #start = Buffer.alloc(MOST_BYTES)
  #length = 0

  /** Reads the body to its end, or as much as is of interest; then the connection is dropped. */
  async take (response: IncomingMessage): Promise<void> {
    this.#statusCode = response.statusCode
    for await (const chunk of response.iterator() as AsyncIterable<Buffer>) {
      this.#length += chunk.copy(this.#start, this.#length)
      if (this.#length === MOST_BYTES) return
    }
  }

  /** What came of one that is complete. */
  judged (): ProbeResult {
    const { statusCode = 0, body } = this.#parts
    if (statusCode >= 200 && statusCode <= 399) return { passed: true, statusCode, body }
    return { passed: false, reason: `answered ${statusCode}, expected 200 to 399`, fault: 'status', statusCode, body }
  }

  /** What came of one that is not, with what there is to say before it has begun, and of its body after that. */
  brokenOff (before: string, after: string): Failed {
    const { statusCode, body } = this.#parts
    if (statusCode === undefined) return { passed: false, reason: before, fault: 'answer', statusCode, body }
    return { passed: false, reason: `answered ${statusCode}, but its body ${after}`, fault: 'body', statusCode, body }
  }

  get #parts (): { readonly statusCode: number | undefined, readonly body: string } {
    return { statusCode: this.#statusCode, body: this.#start.toString('utf8', 0, this.#length) }
  }
}

/** Asks until the answer leads nowhere else under the same host name. */
async function follow (url: URL, ask: (target: URL) => Promise<IncomingMessage>): Promise<IncomingMessage> {
  let target = url
  for (let requests = 0; requests < MOST_REQUESTS; requests++) {
    const response = await ask(target)
    const next = redirectOf(response, target)
    if (next?.hostname !== url.hostname) return response
    response.destroy()
    target = next
  }
  throw new Error(`redirected ${MOST_REQUESTS} times`)
}

function redirectOf ({ statusCode, headers: { location = '' } }: IncomingMessage, from: URL): URL | undefined {
  if (location === '' || !REDIRECTS.includes(statusCode)) return undefined
  if (!URL.canParse(location, from.href)) throw new Error(`redirected to what is no URL: ${location}`)
  return new URL(location, from)
}

async function send (target: URL, userAgent: string, signal: AbortSignal): Promise<IncomingMessage> {
  const { request } = target.protocol === 'https:' ? https : http
  const headers = { 'user-agent': userAgent, accept: '*/*', connection: 'close' }
  return await new Promise((resolve, reject) => {
    // Without an agent there is no proxy either, whatever stands in the environment.
    const asked = request(target, { agent: false, headers, rejectUnauthorized: false, signal })
    asked.on('response', resolve).on('error', reject).on('upgrade', (_response, socket) => {
      socket.destroy()
      reject(new Error('answered 101, which nobody asked for'))
    }).end()
  })
}
