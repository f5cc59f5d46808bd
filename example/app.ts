import Fastify from 'fastify'
import type { FastifyInstance, FastifyRequest, FastifyServerOptions } from 'fastify'
import management from 'fastify-management-endpoints'
import { Registry } from 'prom-client'
import database from './plugins/database.js'
import inventory from './plugins/inventory.js'
import { books } from './routes/books.js'
import { switches } from './routes/switches.js'

export interface AppOptions {
  readonly logger: NonNullable<FastifyServerOptions['logger']>
  /** The port of the second service; 0 takes a free port. */
  readonly inventoryPort: number
}

/**
 * An embedded Postgres takes seconds to open. On a busy machine that can exceed the 10 s that Fastify gives a plugin.
 */
const PLUGIN_TIMEOUT_MS = 60_000

/** Builds a bookshop. It keeps its books in a database, and another service knows how many copies are left. */
export async function buildApp ({ logger, inventoryPort }: AppOptions): Promise<FastifyInstance> {
  const fastify = Fastify({ logger, pluginTimeout: PLUGIN_TIMEOUT_MS })
  await fastify.register(inventory, { port: inventoryPort })
  await fastify.register(management, {
    prefix: '/z',
    name: 'bookshop',
    version: process.env['VERSION'] ?? '1.0.0',
    // /health includes the inventory, readiness does not (`cascade: ['readiness']` would add it). Most of the shop
    // works without the inventory. If each service failed readiness with the next, one failure would stop all of them.
    // `ttl: 0` shows each switch at once. Omit it in your app: by default, each service gets one request per second.
    serviceDependencies: { inventory: { url: fastify.inventory.address, ttl: 0 } },
    // Reasons of failures are for operators. In a pod, `kubectl port-forward` comes from loopback. Requests through a
    // proxy on the same machine come from loopback too, so an app behind such a proxy needs another rule.
    showDetails: isFromLoopback,
    // Prometheus collects the status of each check from /z/metrics: see example/monitoring.
    metrics: new Registry(),
    // SIGTERM and Ctrl+C: the app is out of service first (5 s in Kubernetes), then answers open requests and closes.
    shutdown: true
  })
  await fastify.register(database)
  await fastify.register(books)
  await fastify.register(switches)
  return fastify
}

function isFromLoopback ({ ip }: FastifyRequest): boolean {
  return ip === '127.0.0.1' || ip === '::1' || ip === '::ffff:127.0.0.1'
}
