import { chmodSync } from 'node:fs'
import http from 'node:http'
import type { RequestListener, Server } from 'node:http'
import https from 'node:https'
import { isIPv6 } from 'node:net'
import type { Duplex } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import type { Clock } from '../base/clock.js'
import { reasonOf } from '../base/describe.js'
import { logSafely } from '../base/safe-log.js'
import { errors } from '../errors.js'
import { limitConnections, limitHandshakes, limitPipelining, makeRoom } from '../observe/thread/server-limits.js'
import type { ListenAddress, ListenSettings } from '../options/listen-option.js'
import { warnOfCluster } from './cluster-warning.js'
import type { RegisterRoutes } from './index.js'
import { routesPlugin } from './routes-plugin.js'
import { prepareSocket } from './unix-socket.js'

/** Time that open requests have when the server closes, in milliseconds. */
const CLOSE_TIMEOUT_MS = 1_000
/**
 * Connections that the system keeps until the server accepts them. With Node's 511, a burst of connections during a
 * busy moment makes the system drop others, and a kubelet connects again only after its own timeout of 1 s.
 */
export const BACKLOG = 4_096
/** The shortest time between two warnings of too many connections, in milliseconds. */
const CROWD_QUIET_MS = 60_000

/** The address of a server, and its TLS options. */
type ServerSettings = Pick<ListenSettings, 'address' | 'https'>

export interface ManagementServerDependencies {
  /** The server uses only the app's log. */
  readonly app: FastifyInstance
  readonly listen: ServerSettings
  readonly prefix: string
  readonly routes: RegisterRoutes
  /** Whether the server logs no requests, including requests for unknown paths. */
  readonly isSilent: boolean
  readonly clock: Clock
  /** Whether another server has accepted the requests, and applied the limits. Then this server never listens. */
  readonly isInner?: boolean
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
    const { app, listen, prefix, routes, isSilent, isInner } = dependencies
    // Imported here, so that apps without the option `listen` do not load it.
    const { default: Fastify } = await import('fastify')
    const crowd = new CrowdWarning(dependencies)
    const server = Fastify({
      ...(!isSilent && { loggerInstance: app.log }),
      serverFactory: (handler) => isInner === true
        ? createInnerServer(handler)
        : limited(createServer(handler, listen), app.server, () => crowd.warn())
    })
    await server.register(routesPlugin(routes, server), { prefix })
    await server.ready()
    return new ManagementServer(server, dependencies)
  }

  /** Opens the port, or throws if the port is not available. Does nothing if the app was closed before it was ready. */
  async open (): Promise<void> {
    const { app, listen, isSilent } = this.#dependencies
    if (this.#isClosed) return
    // Again, because the app may have changed its own limits since the registration.
    limitConnections(this.#server.server, app.server)
    try {
      this.#opening = this.#listen()
      const url = await this.#opening
      if (isSilent) app.log.info(listenText(listen, url))
    } catch (error) {
      throw new errors.ListenFailed(nameOf(listen.address), reasonOf(error), { cause: error })
    }
  }

  async #listen (): Promise<string> {
    const { app, listen: { address } } = this.#dependencies
    await warnOfCluster(app.log)
    if (!('path' in address)) return await this.#listenAt(address)
    const { path, mode } = address
    await prepareSocket(path)
    const url = await this.#listenAt({ path })
    if (mode !== undefined) chmodSync(path, mode)
    return url
  }

  async #listenAt (address: { readonly path: string } | { readonly port: number }): Promise<string> {
    const { listen } = this.#dependencies
    return await this.#server.listen({
      ...address, backlog: BACKLOG, listenTextResolver: (url) => listenText(listen, url)
    })
  }

  /** Closes the port. Clients that still send a request or read an answer are disconnected after one second. */
  async close (): Promise<void> {
    this.#isClosed = true
    await this.#opening?.catch(() => undefined)
    const cancel = this.#dependencies.clock.after(CLOSE_TIMEOUT_MS, () => this.#server.server.closeAllConnections())
    await this.#server.close()
    cancel()
  }

  /** Serves a connection that another thread has accepted. */
  connect (socket: Duplex): void {
    this.#server.server.emit('connection', socket)
  }

  get addresses (): ReturnType<FastifyInstance['addresses']> {
    return this.#server.server.listening ? this.#server.addresses() : []
  }
}

/** Creates a server that refuses what Node accepts only for broken clients. */
function createServer (handler: RequestListener, { https: tls }: ServerSettings): Server {
  const parsing = { insecureHTTPParser: false, requireHostHeader: true }
  return tls === undefined
    ? http.createServer(parsing, handler)
    : https.createServer({ ...limitHandshakes(tls), ...parsing }, handler)
}

/** More bytes than any headers that another server accepts. */
const ANY_SIZE = 2 ** 30

/** Creates a server that accepts everything that another server has accepted: HTTP/1.0 needs no `Host`. */
function createInnerServer (handler: RequestListener): Server {
  const maxHeaderSize = ANY_SIZE
  return http.createServer({ insecureHTTPParser: false, requireHostHeader: false, maxHeaderSize }, handler)
}

/** Limits a server, and makes sure that it does not keep the process alive. */
function limited (server: Server, appServer: unknown, onCrowded: () => void): Server {
  limitConnections(server, appServer)
  makeRoom(server, onCrowded)
  limitPipelining(server)
  return server.on('connection', (socket) => socket.unref()).unref()
}

/** Warns of too many connections, at most once a minute: any client can open them. */
export class CrowdWarning {
  readonly #dependencies: Pick<ManagementServerDependencies, 'app' | 'clock'>
  #quietUntil = 0

  constructor (dependencies: Pick<ManagementServerDependencies, 'app' | 'clock'>) {
    this.#dependencies = dependencies
  }

  warn (): void {
    const { app, clock } = this.#dependencies
    if (clock.now() < this.#quietUntil) return
    this.#quietUntil = clock.now() + CROWD_QUIET_MS
    logSafely(app.log, 'warn', {}, 'the management port has too many connections: it closes the oldest connections ' +
      'for new ones. Let only probers reach it')
  }
}

/** Names the host as configured: for `0.0.0.0`, Fastify reports single addresses of the machine. */
export function listenText ({ address, https: tls }: ServerSettings, url: string): string {
  const scheme = tls === undefined ? 'http' : 'https'
  const shown = 'path' in address
    ? address.path
    : `${scheme}://${nameOf({ host: address.host, port: new URL(url).port })}`
  return `the management endpoints listen at ${shown}`
}

export function nameOf (address: ListenAddress | { readonly host: string, readonly port: string }): string {
  if ('path' in address) return address.path
  const { host, port } = address
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`
}
