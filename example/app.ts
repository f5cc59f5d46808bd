import Fastify from 'fastify'
import type { FastifyInstance, FastifyRequest, FastifyServerOptions } from 'fastify'
import management from 'fastify-management-endpoints'
import database from './plugins/database.js'
import inventory from './plugins/inventory.js'
import metrics from './plugins/metrics.js'
import { books } from './routes/books.js'
import { switches } from './routes/switches.js'

export interface AppOptions {
  readonly logger: NonNullable<FastifyServerOptions['logger']>
  /** Where the second service listens; 0 for a port that is free. */
  readonly inventoryPort: number
}

/** An embedded Postgres takes seconds to open, on a busy machine more than the 10 that Fastify gives a plugin. */
const PLUGIN_TIMEOUT_MS = 60_000

/** Builds a bookshop that keeps its books in a database and asks another service how many copies of one there are. */
export async function buildApp ({ logger, inventoryPort }: AppOptions): Promise<FastifyInstance> {
  const fastify = Fastify({ logger, pluginTimeout: PLUGIN_TIMEOUT_MS })
  await fastify.register(metrics)
  await fastify.register(inventory, { port: inventoryPort })
  await fastify.register(management, {
    prefix: '/z',
    name: 'bookshop',
    version: process.env['VERSION'] ?? '1.0.0',
    // Asked for /health, and not for readiness (that would be `cascade: ['readiness']`): without the inventory most of
    // the shop works, and if every service were unready because of the next one, one failure would take them all out.
    serviceDependencies: { inventory: fastify.inventory.address },
    // Reasons of failures are for those who run the app. In a pod that is `kubectl port-forward`, which comes from
    // loopback. So would everybody behind a proxy on the same machine: such an app needs another rule.
    showDetails: isFromLoopback,
    // SIGTERM and Ctrl+C: out of service, in Kubernetes for 5 s, then closed, with what is under way answered.
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
