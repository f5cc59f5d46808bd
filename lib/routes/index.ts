import type { FastifyInstance } from 'fastify'
import { registerComponent } from './component.js'
import { registerHealth, registerProbes } from './health.js'
import { registerHistory } from './history.js'
import { registerInfo } from './info.js'
import { registerLinks } from './links.js'
import { registerMetrics } from './metrics.js'
import { overrideAppSettings } from './overrides.js'
import { hasLinks, servedRegistry } from './paths.js'
import type { RouteDependencies } from './route.js'
import { registerUi } from './ui.js'
import { registerVersion } from './version.js'

/** Registers the routes on `instance`, a child of `host`: the app, or the server of the option `listen`. */
export type RegisterRoutes = (
  instance: FastifyInstance, host: FastifyInstance, eventLoop?: RouteDependencies['eventLoop']
) => Promise<void>

/**
 * Registers the enabled routes. The function is async, so that an error of Fastify becomes a rejection: a plugin
 * that throws synchronously ends the process.
 */
export async function registerRoutes (
  instance: FastifyInstance, host: FastifyInstance, dependencies: RouteDependencies
): Promise<void> {
  const { settings } = dependencies
  const { endpoints } = settings
  const context = { ...dependencies, overrides: overrideAppSettings(instance, host, settings) }
  registerProbes(instance, context)
  registerComponent(instance, context)
  if (endpoints.health) registerHealth(instance, context)
  if (endpoints.history) registerHistory(instance, context)
  if (endpoints.info) registerInfo(instance, context)
  if (endpoints.ui) registerUi(instance, context)
  if (endpoints.version) registerVersion(instance, context)
  const registry = servedRegistry(settings)
  if (registry !== undefined) registerMetrics(instance, context, registry)
  if (hasLinks(settings)) registerLinks(instance, context)
  await Promise.resolve()
}
