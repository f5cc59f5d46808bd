import type { FastifyInstance } from 'fastify'
import type { HealthEngine } from '../../health/engine.js'
import type { Kind } from '../../health/kind.js'
import { AutoChecks } from './auto-checks.js'

/** Adds a check for each client that plugins have added to the app, after all plugins have loaded. */
export async function addAutoChecks (
  fastify: FastifyInstance, engine: HealthEngine, kinds: readonly Kind[]
): Promise<void> {
  const scopes = await AutoChecks.watch(fastify, kinds)
  fastify.addHook('onReady', (done) => {
    const { added, taken } = scopes.addTo(engine)
    if (added.length > 0) fastify.log.info({ checks: added }, 'added checks for the clients of plugins')
    if (taken.length > 0) {
      fastify.log.info({ checks: taken }, 'added no checks under these names, because the app has its own checks there')
    }
    if (added.length + taken.length === 0) {
      fastify.log.warn('fastify-management-endpoints found no client to add a check for: ' +
        'it cannot see clients in scopes that were registered before it')
    }
    done()
  })
}
