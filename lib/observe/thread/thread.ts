import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { Worker } from 'node:worker_threads'
import type { Clock } from '../../base/clock.js'
import { reasonOf } from '../../base/describe.js'
import { chain } from '../../base/maybe-promise.js'
import type { MaybePromise } from '../../base/maybe-promise.js'
import { TIMED_OUT, withTimeout } from '../../base/with-timeout.js'
import type { Status } from '../../health/status.js'
import { isQuestion } from './messages.js'
import type { Blocker, FromThread, SentError, ThreadData, ToThread } from './messages.js'
import { PortSocket } from './port-socket.js'

/** A thread that has not opened its port after this time does not work in this runtime, in milliseconds. */
const START_LIMIT_MS = 10_000
/** A little longer than the thread gives open requests, in milliseconds. */
const CLOSE_LIMIT_MS = 1_500

/** Bounds the memory of the thread. A thousand open connections need about a third of it. */
const LIMITS = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 4 }

/** Their threads cannot serve a port, or forward requests. */
const OTHER_RUNTIMES = ['bun', 'deno']

/** The addresses of a server: an address and a port, or the path of a Unix socket. */
export type Addresses = readonly (AddressInfo | string)[]

/** This runtime cannot run the thread. */
export class ThreadUnavailable extends Error {}

/** The parts that a thread needs. */
export interface ThreadDependencies {
  readonly source: string
  readonly data: ThreadData
  /** The versions of the runtime and its parts. */
  readonly versions: object
  readonly clock: Clock
  /** Called at each question of the thread. */
  readonly onQuestion: () => void
  /** Makes a report on a kind, by its position. */
  readonly report: (kind: number) => MaybePromise<Status>
  /** Serves a connection that the thread forwards. */
  readonly connect: (socket: Duplex) => void
  readonly onCrowded: () => void
  readonly onBlocker: (blocker: Blocker | undefined) => void
  /** The thread has written a line about a block, at this time. */
  readonly onLogged: (at: number) => void
  /** The thread has ended by itself, with an error. */
  readonly onCrash: (error: Error) => void
}

/** The thread that serves the separate port, as the app sees it. It does not keep the process alive. */
export class Thread {
  readonly addresses: Addresses
  readonly #worker: Worker
  readonly #ended: Promise<void>
  readonly #clock: Clock
  #isClosing = false

  private constructor (worker: Worker, addresses: Addresses, { clock, onCrash }: ThreadDependencies) {
    this.addresses = addresses
    this.#worker = worker
    this.#clock = clock
    let thrown: Error | undefined
    worker.on('error', (error) => { thrown = error })
    this.#ended = new Promise((resolve) => {
      worker.on('exit', (code) => {
        resolve()
        if (!this.#isClosing) onCrash(thrown ?? new Error(`the thread ended with code ${code}`))
      })
    })
    worker.unref()
  }

  /**
   * Starts the thread, and waits until its port is open.
   *
   * @throws ThreadUnavailable if this runtime cannot run it; otherwise the error of `server.listen()`
   */
  static async start (dependencies: ThreadDependencies): Promise<Thread> {
    const worker = newWorker(dependencies)
    worker.on('message', (message: FromThread) => receive(worker, message, dependencies))
    const addresses = await withTimeout(START_LIMIT_MS, addressesOf(worker), dependencies.clock)
    if (addresses !== TIMED_OUT) return new Thread(worker, addresses, dependencies)
    await worker.terminate()
    throw new ThreadUnavailable(`it has not started within ${START_LIMIT_MS} ms`)
  }

  send (message: ToThread): void {
    this.#worker.postMessage(message)
  }

  /** Closes the port, and waits until the thread has ended. Meanwhile it keeps the process alive. */
  async close (): Promise<void> {
    this.#isClosing = true
    this.#worker.ref()
    this.send({ type: 'close' })
    if (await withTimeout(CLOSE_LIMIT_MS, this.#ended, this.#clock) === TIMED_OUT) await this.#worker.terminate()
  }
}

/** Without the flags and variables of the process: they may load a debugger, or code of the app. */
function newWorker ({ source, data, versions }: ThreadDependencies): Worker {
  const runtime = OTHER_RUNTIMES.find((name) => name in versions)
  if (runtime !== undefined) throw new ThreadUnavailable(`it does not work on ${runtime}`)
  try {
    return new Worker(source, {
      eval: true, execArgv: [], env: {}, name: 'management-endpoints', resourceLimits: LIMITS, workerData: data
    })
  } catch (error) {
    throw new ThreadUnavailable(reasonOf(error), { cause: error })
  }
}

async function addressesOf (worker: Worker): Promise<Addresses> {
  return await new Promise((resolve, reject) => {
    const fail = (reason: unknown): void => reject(new ThreadUnavailable(reasonOf(reason), { cause: reason }))
    worker.once('error', fail)
    worker.once('exit', () => fail('it ended at once'))
    worker.on('message', (message: FromThread) => {
      if (message.type === 'listening') resolve(message.addresses)
      if (message.type === 'failed') reject(errorFrom(message.error))
    })
  })
}

function errorFrom ({ message, stack, properties }: SentError): Error {
  return Object.assign(new Error(message), properties, { stack })
}

function receive (worker: Worker, message: FromThread, dependencies: ThreadDependencies): void {
  const { report, connect, onQuestion, onCrowded, onBlocker, onLogged } = dependencies
  const send = (message: ToThread): void => worker.postMessage(message)
  if (isQuestion(message)) onQuestion()
  if (message.type === 'report') {
    const { kind } = message
    void chain(report(kind), (status) => send({ type: 'report', kind, status }))
  } else if (message.type === 'knock') send({ type: 'come' })
  else if (message.type === 'connection') connect(new PortSocket(message.port, message.peer))
  else if (message.type === 'crowded') onCrowded()
  else if (message.type === 'blocked') onBlocker(message.blocker)
  else if (message.type === 'logged') onLogged(message.at)
}
