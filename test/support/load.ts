import { Agent, request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type t from 'tap'

/** The result of a load. */
export interface LoadResult {
  /** The number of requests. All were answered or have failed. */
  readonly requests: number
  readonly failed: number
  /** The number of failures by reason. */
  readonly reasons: Readonly<Record<string, number>>
  /** The number of connections: one per client, and one more for each that was closed. */
  readonly connections: number
}

/** A request of the load. `expectedAnswer()` returns the right answer. */
export interface LoadRequest {
  readonly id: string
  /** The body of a POST; `undefined` for a GET. */
  readonly sent: string | undefined
  /** The time that the app waits before it answers, in milliseconds. */
  readonly wait: number
  /** The size of the answer's filler, in bytes. The client reads large answers slowly. */
  readonly size: number
}

/** About 1,000 requests per second from 200 clients. With the apps and a proxy they use a third of two cores. */
const PAUSE_MS = { least: 120, spread: 121 }
const SLOW_MS = { least: 100, spread: 51 }
/** Longer than an app's shutdown delay, so that some requests are under way when it closes. */
const LONG_MS = 2_500
/** More than the socket buffers hold, so that bytes are still unsent after the app has ended the answer. */
const LARGE_BYTES = 8_000_000
/** The least time that the client takes to read a large answer. Some are being sent whenever an app closes. */
const READING_MS = 3_000
const PATIENCE_MS = 20_000
/** Limits for a test that never stops the load. */
const LIMIT_MS = 300_000
const LIMIT_REQUESTS = 1_000_000

/** Returns the right answer to a request. */
export function expectedAnswer ({ id, sent, size }: Pick<LoadRequest, 'id' | 'sent' | 'size'>): string {
  return JSON.stringify({ id, sent: sent ?? null, fill: 'x'.repeat(size) })
}

/**
 * Clients that send requests until `stop()`. Each client keeps one connection, and sends its next request shortly after
 * the last answer. No client retries a request.
 */
export class Load {
  readonly #url: string
  readonly #agents: readonly Agent[]
  readonly #loops: Promise<unknown>
  readonly #sockets = new WeakSet<Socket>()
  readonly #reasons = new Map<string, number>()
  readonly #started = performance.now()
  #requests = 0
  #answered = 0
  #connections = 0
  #isStopped = false

  /** Starts the clients. They end with the test. */
  constructor (test: Pick<typeof t, 'teardown'>, url: string, clients: number) {
    this.#url = url
    this.#agents = Array.from({ length: clients }, () => new Agent({ keepAlive: true, maxSockets: 1 }))
    this.#loops = Promise.all(this.#agents.map(async (agent) => await this.#sendRequests(agent)))
    test.teardown(async () => {
      this.#isStopped = true
      for (const agent of this.#agents) agent.destroy()
      await this.#loops
    })
  }

  /** The number of requests under way. */
  get underWay (): number {
    return this.#requests - this.#answered
  }

  /** Sends no more requests and waits for the last answers. Rejects if a limit has ended the load before. */
  async stop (): Promise<LoadResult> {
    const wasOver = this.#isOver
    this.#isStopped = true
    await this.#loops
    if (wasOver) throw new Error(`the load was over after ${LIMIT_MS} ms or ${LIMIT_REQUESTS} requests`)
    const reasons = Object.fromEntries([...this.#reasons].sort(([left], [right]) => left < right ? -1 : 1))
    const failed = Object.values(reasons).reduce((sum, count) => sum + count, 0)
    return { requests: this.#requests, failed, reasons, connections: this.#connections }
  }

  get #isOver (): boolean {
    return this.#requests >= LIMIT_REQUESTS || performance.now() - this.#started > LIMIT_MS
  }

  async #sendRequests (agent: Agent): Promise<void> {
    while (!this.#isStopped && !this.#isOver) {
      const nth = this.#requests += 1
      const reason = await failureOf(this.#url, agent, requestOf(nth), (socket) => this.#count(socket))
      this.#answered += 1
      if (reason !== undefined) this.#reasons.set(reason, (this.#reasons.get(reason) ?? 0) + 1)
      await sleep(PAUSE_MS.least + nth * 37 % PAUSE_MS.spread)
    }
  }

  #count (socket: Socket): void {
    if (this.#sockets.has(socket)) return
    this.#sockets.add(socket)
    this.#connections += 1
  }
}

/** Combines the variants by prime numbers, so that over time each variant occurs together with each other. */
function requestOf (nth: number): LoadRequest {
  return {
    id: String(nth),
    sent: nth % 5 === 0 ? `the order ${nth}` : undefined,
    wait: nth % 211 === 0 ? LONG_MS : nth % 19 === 0 ? SLOW_MS.least + nth % SLOW_MS.spread : 0,
    size: nth % 701 === 0 ? LARGE_BYTES : 0
  }
}

type OnSocket = (socket: Socket) => void

/** Sends a request. Returns the reason if it failed, or `undefined` after a complete and right answer. */
async function failureOf (
  url: string,
  agent: Agent,
  sent: LoadRequest,
  onSocket: OnSocket
): Promise<string | undefined> {
  try {
    const response = await send(url, agent, sent, onSocket)
    const text = await read(response, sent)
    const { statusCode = 0, headers } = response
    // HAProxy's own answers are HTML pages.
    if (statusCode !== 200) return `${statusCode} of the ${headers['content-type'] === 'text/html' ? 'proxy' : 'app'}`
    return text === expectedAnswer(sent) ? undefined : 'wrong answer'
  } catch (error) {
    return error instanceof Error ? reasonOf(error) : String(error)
  }
}

async function send (
  url: string,
  agent: Agent,
  { id, sent, wait, size }: LoadRequest,
  onSocket: OnSocket
): Promise<IncomingMessage> {
  return await new Promise((resolve, reject) => {
    const post = sent !== undefined && { method: 'POST', headers: { 'content-type': 'text/plain' } }
    const options = { agent, timeout: PATIENCE_MS, ...post }
    const sending = request(`${url}/answer?id=${id}&wait=${wait}&size=${size}`, options, resolve)
    sending
      .on('socket', onSocket)
      .on('error', reject)
      .on('timeout', () => sending.destroy(new Error('timed out')))
      .end(sent)
  })
}

async function read (response: IncomingMessage, { size }: LoadRequest): Promise<string> {
  const started = performance.now()
  let text = ''
  response.setEncoding('utf8')
  for await (const chunk of response) {
    text += String(chunk)
    if (size > 0) await sleep(Math.max(0, started + READING_MS * text.length / size - performance.now()))
  }
  return text
}

/**
 * Returns Node's message without the address, except `aborted`, which means that an answer ended too early.
 * `socket hang up` means that a connection was closed before its answer began.
 */
function reasonOf (error: Error): string {
  return error.message === 'aborted' ? 'answer cut off' : error.message.replace(/ \d+\.\d+\.\d+\.\d+:\d+$/, '')
}
