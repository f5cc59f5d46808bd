import { createServer } from 'node:http'
import { isIPv6 } from 'node:net'
import type { FastifyInstance } from 'fastify'
import type { Clock } from '../base/clock.js'
import { reasonOf } from '../base/describe.js'
import { errors } from '../errors.js'
import type { ListenSettings } from '../options/listen-option.js'
import type { RegisterRoutes } from './index.js'
import { routesPlugin } from './routes-plugin.js'

/** Time that open requests have when the server closes, in milliseconds. */
const CLOSE_TIMEOUT_MS = 1_000

export interface ManagementServerDependencies {
  /** The server uses only the app's log. */
  readonly app: FastifyInstance
  readonly listen: ListenSettings
  readonly prefix: string
  readonly routes: RegisterRoutes
  /** Whether the server logs no requests, including requests for unknown paths. */
  readonly isSilent: boolean
  readonly clock: Clock
}

/** The server of the option `listen`: it serves the routes on a separate port. Only the app keeps the process alive. */
export class ManagementServer {
  readonly #server: FastifyInstance
  readonly #dependencies: ManagementServerDependencies
  #opening: Promise<string> | undefined
  #isClosed = false

  private constructor (server: FastifyInstance, dependencies: ManagementServerDependencies) {
    this.#server = server
    this.#dependencies = dependencies
  }

  /** Creates a server that does not listen yet. */
  static async create (dependencies: ManagementServerDependencies): Promise<ManagementServer> {
    const { app, prefix, routes, isSilent } = dependencies
    // Imported here, so that apps without the option `listen` do not load it.
    const { default: Fastify } = await import('fastify')
    const server = Fastify({
      ...(!isSilent && { loggerInstance: app.log }),
      serverFactory: (handler) => createServer(handler).on('connection', (socket) => socket.unref()).unref()
    })
    await server.register(routesPlugin(routes, server), { prefix })
    await server.ready()
    return new ManagementServer(server, dependencies)
  }

  /** Opens the port, or throws if the port is not available. Does nothing if the app was closed before it was ready. */
  async open (): Promise<void> {
    const { app, listen, isSilent } = this.#dependencies
    if (this.#isClosed) return
    try {
      this.#opening = this.#server.listen({ ...listen, listenTextResolver: (url) => listenText(listen, url) })
      const url = await this.#opening
      if (isSilent) app.log.info(listenText(listen, url))
    } catch (error) {
      throw new errors.ListenFailed(addressOf(listen), reasonOf(error), { cause: error })
    }
  }

  /** Closes the port. Clients that still send a request or read an answer are disconnected after one second. */
  async close (): Promise<void> {
    this.#isClosed = true
    await this.#opening?.catch(() => undefined)
    const cancel = this.#dependencies.clock.after(CLOSE_TIMEOUT_MS, () => this.#server.server.closeAllConnections())
    await this.#server.close()
    cancel()
  }

  get addresses (): ReturnType<FastifyInstance['addresses']> {
    return this.#server.addresses()
  }
}

/** Names the host as configured: for `0.0.0.0`, Fastify reports single addresses of the machine. */
function listenText ({ host }: ListenSettings, url: string): string {
  return `the management endpoints listen at http://${addressOf({ host, port: new URL(url).port })}`
}

function addressOf ({ host, port }: { readonly host: string, readonly port: number | string }): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`
}
