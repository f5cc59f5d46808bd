import { chmodSync } from 'node:fs'
import { maxHeaderSize } from 'node:http'
import { reasonOf } from '../base/describe.js'
import { chain } from '../base/maybe-promise.js'
import type { MaybePromise } from '../base/maybe-promise.js'
import { safeError } from '../base/safe-error.js'
import { logSafely } from '../base/safe-log.js'
import { errors } from '../errors.js'
import { ALL_CHECKS } from '../health/kind.js'
import type { Kind } from '../health/kind.js'
import type { Status } from '../health/status.js'
import { AppSide } from '../observe/thread/app-side.js'
import type { LoopBlocks } from '../observe/thread/loop-blocks.js'
import type { ThreadData } from '../observe/thread/messages.js'
import { limitHandshakes, limitsBeside } from '../observe/thread/server-limits.js'
import { sharedClock } from '../observe/thread/shared-clock.js'
import { Thread, ThreadUnavailable } from '../observe/thread/thread.js'
import { WORKER_SOURCE } from '../observe/thread/worker-source.js'
import type { ThreadSettings } from '../options/thread-option.js'
import { isClusterWorker } from './cluster-warning.js'
import { BACKLOG, CrowdWarning, listenText, ManagementServer, nameOf } from './management-server.js'
import { probedKinds } from './report-text.js'
import type { SeparateServer, SeparateServerDependencies } from './separate-server.js'
import { logFieldsOf } from './thread-log.js'
import { probeTable } from './thread-probes.js'
import { prepareSocket } from './unix-socket.js'

/** The parts that a server with a thread needs. */
export interface ThreadedServerDependencies extends SeparateServerDependencies {
  readonly thread: ThreadSettings
  /** The code of the thread, which a test can replace. */
  readonly source?: string
  /** The versions of the runtime and its parts. */
  readonly versions?: object
  /** Whether the process is a worker of `node:cluster`. */
  readonly isWorker?: () => Promise<boolean>
}

/**
 * The server of the option `listen.thread`: a thread listens on the port. It answers probes, and forwards all other
 * requests to a server in the app's thread, which does not listen.
 */
export class ThreadedServer implements SeparateServer {
  readonly #dependencies: ThreadedServerDependencies
  readonly #kinds: readonly Kind[]
  readonly #app: AppSide
  readonly #crowd: CrowdWarning
  /** Serves the requests that the thread forwards. After a second crash of the thread, listens on the port itself. */
  #inner: ManagementServer
  #thread: Thread | undefined
  #addresses: SeparateServer['addresses'] = []
  #crashes = 0
  #isClosing = false
  /** The work of the last crash. */
  #recovery = Promise.resolve()

  private constructor (
    dependencies: ThreadedServerDependencies, kinds: readonly Kind[], app: AppSide, inner: ManagementServer
  ) {
    this.#dependencies = dependencies
    this.#kinds = kinds
    this.#app = app
    this.#inner = inner
    this.#crowd = new CrowdWarning(dependencies)
  }

  /**
   * Opens the port in a thread. If this is not possible in this process, creates a server without a thread.
   *
   * @throws FST_MANAGEMENT_LISTEN_FAILED if the port is not available
   */
  static async create (dependencies: ThreadedServerDependencies): Promise<SeparateServer> {
    const { app: owner, engine, thread: { readinessBlocked } } = dependencies
    const kinds = probedKinds(engine)
    const { isWorker = isClusterWorker } = dependencies
    if (await isWorker()) return await withoutThread(dependencies, 'workers of node:cluster share their ports')
    const app = new AppSide({ engine, kinds, log: owner.log, owner, clock: sharedClock, readinessBlocked })
    const server = new ThreadedServer(dependencies, kinds, app, await innerServer(dependencies, app.blocks))
    try {
      await server.#start()
      return server
    } catch (error) {
      await server.close()
      if (error instanceof ThreadUnavailable) return await withoutThread(dependencies, reasonOf(error))
      throw new errors.ListenFailed(nameOf(dependencies.listen.address), reasonOf(error), { cause: error })
    }
  }

  get eventLoop (): LoopBlocks {
    return this.#app.blocks
  }

  get addresses (): SeparateServer['addresses'] {
    return this.#thread === undefined ? this.#inner.addresses : this.#addresses
  }

  async open (): Promise<void> {
    // Again, because the app may have changed its own limits since the registration.
    this.#thread?.send({ type: 'limits', limits: limitsBeside(this.#dependencies.app.server) })
    this.#app.ready()
    await Promise.resolve()
  }

  async close (): Promise<void> {
    this.#isClosing = true
    await this.#recovery
    const thread = this.#thread
    await thread?.close()
    this.#thread = undefined
    this.#app.close()
    await this.#inner.close()
  }

  /** Tells the thread that the app begins to close. */
  closing (): void {
    this.#app.publish()
  }

  async #start (port?: number): Promise<void> {
    const { app, listen, source = WORKER_SOURCE, versions = process.versions } = this.#dependencies
    const { address } = listen
    if ('path' in address) await prepareSocket(address.path)
    this.#app.started()
    const thread = await Thread.start({
      source,
      versions,
      data: this.#data(port),
      clock: sharedClock,
      onQuestion: () => this.#app.answered(),
      report: (kind) => this.#report(kind),
      connect: (socket) => this.#inner.connect(socket),
      onCrowded: () => this.#crowd.warn(),
      onBlocker: (blocker) => this.#app.found(blocker),
      onLogged: (at) => this.#app.logged(at),
      onCrash: (error) => { this.#recovery = this.#recover(error) }
    })
    this.#thread = thread
    this.#addresses = [...thread.addresses]
    if ('path' in address && address.mode !== undefined) chmodSync(address.path, address.mode)
    app.log.info(listenText(listen, `http://h:${this.#port}`))
  }

  #data (port: number | undefined): ThreadData {
    const { app, listen: { address, https }, thread } = this.#dependencies
    const { readinessBlocked, maxBlocked, blocker } = thread
    const place = 'path' in address ? { path: address.path } : { ...address, port: port ?? address.port }
    return {
      memory: this.#app.state.buffer,
      turns: this.#app.turns,
      address: { ...place, backlog: BACKLOG },
      https: https && limitHandshakes(https),
      // The flag --max-http-header-size does not reach the thread.
      limits: { maxHeaderSize, ...limitsBeside(app.server) },
      probes: probeTable(this.#kinds, this.#dependencies),
      readinessBlocked,
      maxBlocked,
      blocker,
      logFields: logFieldsOf(app.log)
    }
  }

  #report (position: number): MaybePromise<Status> {
    const [kind = ALL_CHECKS] = this.#kinds.slice(position)
    return chain(this.#dependencies.engine.report({ kind }), ({ status }) => status)
  }

  /** Starts the thread again after a first crash. After a second crash, the app's own thread serves the port. */
  async #recover (error: Error): Promise<void> {
    const { app: { log } } = this.#dependencies
    this.#crashes += 1
    this.#thread = undefined
    const isFirst = this.#crashes === 1
    const next = isFirst ? 'it starts again' : "the app's own thread now serves the port"
    logSafely(log, 'error', { err: safeError(error) }, `the thread of the management port failed: ${next}`)
    try {
      if (isFirst) await this.#start(this.#port)
      else await this.#serveWithoutThread()
    } catch (error) {
      if (isFirst) await this.#recover(error as Error)
      else logSafely(log, 'error', { err: safeError(error) }, 'the management port cannot be opened again')
    }
  }

  async #serveWithoutThread (): Promise<void> {
    const { listen, ...dependencies } = this.#dependencies
    const address = 'path' in listen.address ? listen.address : { ...listen.address, port: this.#port }
    const inner = this.#inner
    this.#inner = await ManagementServer.create({ ...dependencies, listen: { ...listen, address } })
    if (this.#isClosing) return
    await this.#inner.open()
    await inner.close()
  }

  /** The port that the thread listened on. The option may be 0. */
  get #port (): number {
    const [address] = this.#addresses
    return typeof address === 'object' ? address.port : 0
  }
}

/** The server for forwarded requests. The thread has already decrypted them. */
async function innerServer (
  { listen, routes, ...dependencies }: SeparateServerDependencies, eventLoop: LoopBlocks
): Promise<ManagementServer> {
  return await ManagementServer.create({
    ...dependencies,
    listen: { ...listen, https: undefined },
    isInner: true,
    routes: async (instance, host) => await routes(instance, host, eventLoop)
  })
}

async function withoutThread (dependencies: SeparateServerDependencies, reason: string): Promise<ManagementServer> {
  logSafely(dependencies.app.log, 'warn', {},
    `the management port has no thread, so it cannot answer while the event loop is blocked: ${reason}`)
  return await ManagementServer.create(dependencies)
}
