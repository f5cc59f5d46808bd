import { randomBytes } from 'node:crypto'
import type { Server } from 'node:net'
import type { FastifyInstance } from 'fastify'
import type { Clock } from '../base/clock.js'
import type { Lifecycle } from '../health/lifecycle.js'
import { sendToPort } from '../observe/watch/port-request.js'
import type { PortAddress } from '../observe/watch/port-request.js'
import { PortWatch } from '../observe/watch/port-watch.js'
import { patternParts } from '../options/route-pattern.js'
import type { Settings } from '../options/settings.js'
import { isClusterWorker } from './cluster-warning.js'
import { overrideAppSettings } from './overrides.js'
import { watchedRoute } from './route.js'
import { routesPlugin } from './routes-plugin.js'

/** The app logs a request without a route every time, and other plugins count it. */
const NOT_REACHED = 'the request does not reach its route, because of "rewriteUrl", a constraint or a prefix'

interface WatchDependencies {
  readonly settings: Settings
  readonly engine: { readonly lifecycle: Pick<Lifecycle, 'portFails' | 'portAnswers'> }
}

/**
 * Registers a silent route with a random path on the app, and watches the app's port with it from when the app listens.
 * In a worker of a cluster another worker could answer, so the port is not watched there.
 */
export async function watchPort (
  app: FastifyInstance, { settings, engine: { lifecycle } }: WatchDependencies, clock: Clock
): Promise<PortWatch | undefined> {
  if (await isClusterWorker()) return undefined
  const path = `/${randomBytes(16).toString('hex')}`
  let isReached = false
  await app.register(routesPlugin(async (instance) => {
    // The requests are never logged, also if requests of probes are.
    const overrides = overrideAppSettings(instance, app, { ...settings, logLevel: 'silent' })
    onRequestOf(instance, () => { isReached = true })
    const operation = { id: 'Watch', path, summary: '', description: '', responses: {} }
    instance.route({
      ...watchedRoute({ overrides }, operation),
      handler: (_request, reply) => { reply.code(204).send() }
    })
    await Promise.resolve()
  }, app))
  const url = literalOf(app.prefix) + path
  const assertReached = (): void => { if (!isReached) throw new Error(NOT_REACHED) }
  const watch = new PortWatch({
    clock,
    log: app.log,
    lifecycle,
    send: () => {
      const address = reachable(app.server.address())
      if (address === undefined) return undefined
      const { answered, end } = sendToPort({ address, url, ...protocolOf(app.server) })
      return { answered: answered.then(assertReached), end }
    }
  })
  app.server.on('listening', () => watch.start())
  return watch
}

/**
 * Reacts to each request of an instance, before the hooks of the app, which may refuse it. The router has found the
 * route then.
 */
function onRequestOf (instance: FastifyInstance, react: () => void): void {
  const { childLoggerFactory } = instance
  instance.setChildLoggerFactory(function watchedLogger (...parameters) {
    react()
    return childLoggerFactory.apply(this, parameters)
  })
}

/** A prefix with parameters gets any values. */
function literalOf (prefix: string): string {
  return patternParts(prefix).map(({ text, isParameter }) => isParameter ? '-' : encodeURI(text)).join('')
}

/** The address of a server for connections from this process. */
function reachable (address: ReturnType<Server['address']>): PortAddress | undefined {
  if (address === null) return undefined
  if (typeof address === 'string') return { path: address }
  const { address: host, port } = address
  if (host === '0.0.0.0') return { host: '127.0.0.1', port }
  return { host: host === '::' ? 'localhost' : host, port }
}

/** Recognizes servers by their methods, because a `serverFactory` can return any server. */
function protocolOf (server: object): { readonly isSecure: boolean, readonly isHttp2: boolean } {
  return { isSecure: 'setSecureContext' in server, isHttp2: 'updateSettings' in server }
}
