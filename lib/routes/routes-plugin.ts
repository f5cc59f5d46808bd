import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import type { RegisterRoutes } from './index.js'

/**
 * Wraps the routes as a plugin for Fastify. For a plugin without a display name, Fastify reads `require.cache`, which
 * does not exist in an app that was bundled into one ES module.
 */
export function routesPlugin (routes: RegisterRoutes, host: FastifyInstance): FastifyPluginAsync {
  async function managementRoutes (instance: FastifyInstance): Promise<void> {
    await routes(instance, host)
  }
  return Object.assign(managementRoutes, { [Symbol.for('fastify.display-name')]: 'managementRoutes' })
}
