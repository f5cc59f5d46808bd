import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { MessagePort } from 'node:worker_threads'
import type { Clock } from '../../../base/clock.js'
import { isQuestion } from '../messages.js'
import type { Blocker, FromThread, SentError, ThreadData, ToThread } from '../messages.js'
import { limitConnections } from '../server-limits.js'
import { SharedState } from '../shared-state.js'
import { BlockReporter } from './block-reporter.js'
import { Forwarder } from './forwarder.js'
import { listenAll } from './listen-all.js'
import { LoopWatch } from './loop-watch.js'
import { ProbeRequests } from './probe-requests.js'
import { Prober } from './prober.js'
import { createPortServer } from './server.js'

/** Time that open requests have when the port closes, in milliseconds. */
const CLOSE_TIMEOUT_MS = 1_000

/** Messages of the app, from which a test can make its own. */
export type ParentPort = Pick<MessagePort, 'on' | 'postMessage' | 'close'>

/** Serves the separate port in a thread of its own: connects the parts. */
export class PortThread {
  readonly #parent: ParentPort
  readonly #data: ThreadData
  readonly #clock: Clock
  readonly #watch: LoopWatch
  readonly #prober: Prober
  readonly #probes: ProbeRequests
  readonly #forwarder: Forwarder
  readonly #create: () => Server
  #servers: readonly Server[] = []

  constructor (parent: ParentPort, data: ThreadData, clock: Clock) {
    const state = new SharedState(data.memory)
    this.#parent = parent
    this.#data = data
    this.#clock = clock
    const report = (blocker: Blocker | undefined): void => this.#post({ type: 'blocked', blocker })
    const onLine = (): void => this.#post({ type: 'logged', at: clock.now() })
    const blocks = new BlockReporter({ ...data, state, clock, report, onLine })
    const watch = this.#watch = new LoopWatch(state, data.turns, clock, (blockedMs) => blocks.look(blockedMs))
    const request = (kind: number): void => this.#post({ type: 'report', kind })
    const { kinds } = data.probes
    this.#prober = new Prober({ state, watch, kinds, thresholds: data, clock, request })
    this.#forwarder = new Forwarder({
      watch,
      state,
      clock,
      knock: () => this.#post({ type: 'knock' }),
      connect: (port, peer) => this.#post({ type: 'connection', port, peer }, [port])
    })
    this.#probes = new ProbeRequests(data.probes, this.#prober)
    const serve = (request: IncomingMessage, response: ServerResponse): void => this.#serve(request, response)
    this.#create = () => createPortServer(data, serve, () => this.#post({ type: 'crowded' }))
    parent.on('message', (message: ToThread) => this.#receive(message))
  }

  /** Opens the port. Reports the addresses, or the error. */
  async listen (): Promise<void> {
    try {
      this.#servers = await listenAll(this.#create, this.#data.address)
      const addresses = this.#servers.map((server) => server.address()).filter((address) => address !== null)
      this.#post({ type: 'listening', addresses })
    } catch (error) {
      this.#post({ type: 'failed', error: sentErrorOf(error as Error) })
      this.#end()
    }
  }

  /** Serves a request. A pipelined request waits for its turn: Node gives its response the socket then. */
  #serve (request: IncomingMessage, response: ServerResponse): void {
    if (response.socket === null) {
      response.once('socket', () => this.#serve(request, response))
      return
    }
    const exchange = this.#probes.answer(request, response)
    if (exchange !== undefined) this.#forwarder.forward(exchange)
  }

  #receive (message: ToThread): void {
    if (message.type === 'report') this.#prober.answer(message.kind, message.status)
    else if (message.type === 'come') this.#forwarder.flush()
    else if (message.type === 'limits') for (const server of this.#servers) limitConnections(server, message.limits)
    else void this.#close()
  }

  /** Closes the port. Clients that still send a request or read an answer are disconnected after one second. */
  async #close (): Promise<void> {
    const cancel = this.#clock.after(CLOSE_TIMEOUT_MS, () => {
      for (const server of this.#servers) server.closeAllConnections()
    })
    await Promise.all(this.#servers.map(async (server) => await new Promise((resolve) => {
      server.close(resolve)
      server.closeIdleConnections()
    })))
    cancel()
    this.#end()
  }

  /** Lets the thread end: nothing is left that it waits for. */
  #end (): void {
    this.#watch.stop()
    this.#parent.close()
  }

  #post (message: FromThread, transferred: readonly MessagePort[] = []): void {
    if (isQuestion(message)) this.#watch.asked()
    this.#parent.postMessage(message, transferred)
  }
}

/** Opens the port, and serves it. Does nothing in a thread without a parent. */
export async function startPortThread (parent: ParentPort | null, data: ThreadData, clock: Clock): Promise<void> {
  if (parent !== null) await new PortThread(parent, data, clock).listen()
}

function sentErrorOf ({ message, stack, ...properties }: Error): SentError {
  return { message, stack, properties: { ...properties } }
}
