// Runs recipes of docs/recipes.md, each in an app of its own. The arguments are their files.
import { subscribe } from 'node:diagnostics_channel'
import { pathToFileURL } from 'node:url'
import Fastify from 'fastify'
import type { FastifyInstance } from 'fastify'
import management from '../../lib/index.js'
import type { CheckRunMessage } from '../../lib/index.js'

const apps: FastifyInstance[] = []

for (const file of process.argv.slice(2)) {
  const fastify = Fastify({ forceCloseConnections: true })
  await fastify.register(management, { showDetails: 'always' })
  serveAbandonedCalls(fastify)
  // A recipe uses the variable without declaring it.
  Object.assign(globalThis, { fastify })
  await import(pathToFileURL(file).href)
  console.log(`listens at ${await fastify.listen({ host: '127.0.0.1', port: 0 })}`)
  apps.push(fastify)
}

process.once('SIGTERM', () => { void Promise.all(apps.map(async (app) => await app.close())) })

/** Adds a route that answers the largest number of calls that had timed out and went on. */
function serveAbandonedCalls (fastify: FastifyInstance): void {
  let abandoned = 0
  subscribe('tracing:fastify-management-endpoints:check:asyncEnd', (message) => {
    const run = message as CheckRunMessage
    if (run.fastify.server === fastify.server) abandoned = Math.max(abandoned, run.abandoned)
  })
  fastify.get('/abandoned', () => String(abandoned))
}
