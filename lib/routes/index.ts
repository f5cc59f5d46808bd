import type { FastifyInstance } from 'fastify'
import { registerComponent } from './component.js'
import { registerHealth, registerProbes } from './health.js'
import { registerInfo } from './info.js'
import { isolate } from './isolation.js'
import { registerLinks } from './links.js'
import { hasLinks } from './paths.js'
import type { RouteDependencies } from './route.js'
import { registerVersion } from './version.js'

/**
 * Registers the routes in an instance of their own, within their host and under the prefix that this is given. Async, so that a route
 * which Fastify refuses is a rejection: a plugin that throws at once ends the process.
 */
export async function registerRoutes (instance: FastifyInstance, host: FastifyInstance, sources: RouteDependencies): Promise<void> {
  const { endpoints } = sources.settings
  const context = { ...sources, isolation: isolate(instance, host, sources.settings) }
  registerProbes(instance, context)
  registerComponent(instance, context)
  if (endpoints.health) registerHealth(instance, context)
  if (endpoints.info) registerInfo(instance, context)
  if (endpoints.version) registerVersion(instance, context)
  if (hasLinks(sources.settings)) registerLinks(instance, context)
  await Promise.resolve()
}
