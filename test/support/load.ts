import { Agent, request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type t from 'tap'

/** What came of a load. */
export interface Figures {
  /** How many requests were sent: all of them have been answered, or have failed. */
  readonly requests: number
  readonly failed: number
  /** How many of them failed in which way. */
  readonly reasons: Readonly<Record<string, number>>
  /** How many connections it took: as many as there are clients, unless some were closed. */
  readonly connections: number
}

/** What is asked. The answer to it is `answerTo` this. */
export interface Question {
  readonly id: string
  /** What a POST carries. */
  readonly sent: string | undefined
  /** How long the answer is to take, in ms. */
  readonly wait: number
  /** How long it is to be, in bytes. What is long is read slowly. */
  readonly size: number
}

/** Some 1,000 requests a second from 200 clients: with the apps and a proxy they take a third of two cores. */
const PAUSE_MS = { least: 120, spread: 121 }
const SLOW_MS = { least: 100, spread: 51 }
/** More than an app serves on after its signal, so that some are under way when it closes. */
const LONG_MS = 2_500
/** More than the sockets on the way hold, so that it is not yet sent when the app has ended it. */
const LARGE_BYTES = 8_000_000
/** How long the client takes to read it, unless the machine is slower: some are being sent whenever an app closes. */
const READING_MS = 3_000
const PATIENCE_MS = 20_000
/** For a test that never stops it. */
const LIMIT_MS = 300_000
const LIMIT_REQUESTS = 1_000_000

/** The whole of a right answer. */
export function answerTo ({ id, sent, size }: Pick<Question, 'id' | 'sent' | 'size'>): string {
  return JSON.stringify({ id, sent: sent ?? null, fill: 'x'.repeat(size) })
}

/**
 * Clients of which each has a connection of its own that it keeps, and sends its next request there a moment after the last was
 * answered. None sends a request again.
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

  /** Starts them; whatever happens, they end with the test. */
  constructor (test: Pick<typeof t, 'teardown'>, url: string, clients: number) {
    this.#url = url
    this.#agents = Array.from({ length: clients }, () => new Agent({ keepAlive: true, maxSockets: 1 }))
    this.#loops = Promise.all(this.#agents.map(async (agent) => await this.#ask(agent)))
    test.teardown(async () => {
      this.#isStopped = true
      for (const agent of this.#agents) agent.destroy()
      await this.#loops
    })
  }

  /** How many requests are under way. */
  get underWay (): number {
    return this.#requests - this.#answered
  }

  /** Sends no more, and waits for what is under way. Rejects where it has ended before: what was done since then had no load. */
  async stop (): Promise<Figures> {
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

  async #ask (agent: Agent): Promise<void> {
    while (!this.#isStopped && !this.#isOver) {
      const nth = this.#requests += 1
      const reason = await failureOf(this.#url, agent, questionOf(nth), (socket) => this.#count(socket))
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

/** How often each kind turns up. By primes, so that in time each turns up with each other. */
function questionOf (nth: number): Question {
  return {
    id: String(nth),
    sent: nth % 5 === 0 ? `the order ${nth}` : undefined,
    wait: nth % 211 === 0 ? LONG_MS : nth % 19 === 0 ? SLOW_MS.least + nth % SLOW_MS.spread : 0,
    size: nth % 701 === 0 ? LARGE_BYTES : 0
  }
}

/** Why a request has failed; `undefined` where it was answered, wholly and right. */
async function failureOf (url: string, agent: Agent, question: Question, onSocket: (socket: Socket) => void): Promise<string | undefined> {
  try {
    const response = await send(url, agent, question, onSocket)
    const text = await read(response, question)
    const { statusCode = 0, headers } = response
    // HAProxy's own answers are pages.
    if (statusCode !== 200) return `${statusCode} of the ${headers['content-type'] === 'text/html' ? 'proxy' : 'app'}`
    return text === answerTo(question) ? undefined : 'wrong answer'
  } catch (error) {
    return error instanceof Error ? wordsFor(error) : String(error)
  }
}

async function send (url: string, agent: Agent, { id, sent, wait, size }: Question, onSocket: (socket: Socket) => void): Promise<IncomingMessage> {
  return await new Promise((resolve, reject) => {
    const options = { agent, timeout: PATIENCE_MS, ...(sent !== undefined && { method: 'POST', headers: { 'content-type': 'text/plain' } }) }
    const sending = request(`${url}/answer?id=${id}&wait=${wait}&size=${size}`, options, resolve)
    sending.on('socket', onSocket).on('error', reject).on('timeout', () => sending.destroy(new Error('timed out'))).end(sent)
  })
}

async function read (response: IncomingMessage, { size }: Question): Promise<string> {
  const started = performance.now()
  let text = ''
  response.setEncoding('utf8')
  for await (const chunk of response) {
    text += String(chunk)
    if (size > 0) await sleep(Math.max(0, started + READING_MS * text.length / size - performance.now()))
  }
  return text
}

/** Node's words: an answer that ends too early is `aborted`, and where a connection is closed before there was one, that is a `socket hang up`. */
function wordsFor (error: Error): string {
  return error.message === 'aborted' ? 'answer cut off' : error.message.replace(/ \d+\.\d+\.\d+\.\d+:\d+$/, '')
}
