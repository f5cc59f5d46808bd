import type { FastifyInstance } from 'fastify'
import { systemClock } from './base/clock.js'
import type { HealthEngine } from './health/engine.js'
import type { PortWatch } from './observe/watch/port-watch.js'
import type { Settings } from './options/settings.js'
import type { RegisterRoutes } from './routes/index.js'
import type { SeparateServer } from './routes/separate-server.js'

/** The parts of the option `listen`. */
export interface OwnPort {
  readonly server: SeparateServer
  /** Watches the app's port; `undefined` if the option turns it off, or in a worker of a cluster. */
  readonly watch: PortWatch | undefined
}

/** Creates the separate server, and the watch of the app's port. Apps without the option `listen` load neither. */
export async function createOwnPort (
  app: FastifyInstance, engine: HealthEngine, settings: Settings, routes: RegisterRoutes
): Promise<OwnPort | undefined> {
  const { listen, prefix, logLevel } = settings
  if (listen === undefined) return undefined
  app.server.on('listening', () => engine.lifecycle.serves())
  const isSilent = logLevel === 'silent'
  const { createSeparateServer } = await import('./routes/separate-server.js')
  const clock = systemClock
  const server = await createSeparateServer({ app, engine, settings, listen, prefix, routes, isSilent, clock })
  if (!listen.watch) return { server, watch: undefined }
  const { watchPort } = await import('./routes/watch.js')
  return { server, watch: await watchPort(app, { engine, settings }, clock) }
}
