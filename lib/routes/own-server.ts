import { createServer } from 'node:http'
import { isIPv6 } from 'node:net'
import type { FastifyInstance } from 'fastify'
import type { Clock } from '../base/clock.js'
import { reasonOf } from '../base/describe.js'
import { errors } from '../errors.js'
import type { ListenSettings } from '../options/settings.js'

/** How long an answer that is under way when the server closes may take, in milliseconds. */
const LAST_ANSWER_MS = 1_000

/** Registers the routes in an instance, within a host. */
export type HostedRoutes = (instance: FastifyInstance, host: FastifyInstance) => Promise<void>

/** What a server of its own is made of. */
export interface OwnServerDependencies {
  /** The app it belongs to, of which it has the log and nothing else. */
  readonly app: FastifyInstance
  readonly listen: ListenSettings
  readonly prefix: string
  readonly routes: HostedRoutes
  /** Whether its requests are not logged, those for none of the routes among them. */
  readonly isSilent: boolean
  readonly clock: Clock
}

/** The server of the option `listen`: the routes on a port of their own. It keeps no process alive: the app does. */
export class OwnServer {
  readonly #server: FastifyInstance
  readonly #parts: OwnServerDependencies
  #opening: Promise<string> | undefined
  #isClosed = false

  private constructor (server: FastifyInstance, parts: OwnServerDependencies) {
    this.#server = server
    this.#parts = parts
  }

  /** Makes one that does not listen yet. */
  static async create (parts: OwnServerDependencies): Promise<OwnServer> {
    const { app, prefix, routes, isSilent } = parts
    // Only who wants a server needs to load it.
    const { default: Fastify } = await import('fastify')
    const server = Fastify({
      ...(!isSilent && { loggerInstance: app.log }),
      serverFactory: (handler) => createServer(handler).on('connection', (socket) => socket.unref()).unref()
    })
    await server.register(async function managementRoutes (instance) { await routes(instance, server) }, { prefix })
    await server.ready()
    return new OwnServer(server, parts)
  }

  /** Opens the port; throws where it cannot be had. An app may be closed while it gets ready: then there is none to open. */
  async open (): Promise<void> {
    const { app, listen, isSilent } = this.#parts
    if (this.#isClosed) return
    try {
      this.#opening = this.#server.listen({ ...listen, listenTextResolver: (url) => textOf(listen, url) })
      const url = await this.#opening
      if (isSilent) app.log.info(textOf(listen, url))
    } catch (error) {
      throw new errors.ListenFailed(addressOf(listen), reasonOf(error), { cause: error })
    }
  }

  /** Closes the port. Who has not sent all of a request by then, or read all of an answer, is not waited for long. */
  async close (): Promise<void> {
    this.#isClosed = true
    await this.#opening?.catch(() => undefined)
    const cancel = this.#parts.clock.after(LAST_ANSWER_MS, () => this.#server.server.closeAllConnections())
    await this.#server.close()
    cancel()
  }

  get addresses (): ReturnType<FastifyInstance['addresses']> {
    return this.#server.addresses()
  }
}

/** The host is that which was asked for: `0.0.0.0` stands for all addresses of the machine, and none of them for it. */
function textOf ({ host }: ListenSettings, url: string): string {
  return `the management endpoints listen at http://${addressOf({ host, port: new URL(url).port })}`
}

function addressOf ({ host, port }: { readonly host: string, readonly port: number | string }): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`
}
