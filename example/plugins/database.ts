import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { Database } from '../database.js'

declare module 'fastify' {
  interface FastifyInstance {
    db: Database
  }
}

/** Opens the database, and has the probes tell how it does: whoever brings a dependency brings its checks. */
async function database (fastify: FastifyInstance): Promise<void> {
  fastify.log.info('opening the database, which takes some seconds')
  const db = await Database.open()
  fastify.decorate('db', db)
  fastify.addHook('onClose', async () => await db.close())

  // Until the tables are there the kubelet asks for nothing but startup; once they are, this check runs no more.
  fastify.management.addCheck('startup', 'migration', async () => (await db.query('SELECT 1 FROM books LIMIT 1')).length > 0)

  // Without the database no route works, so no traffic should come: readiness. Restarting the app would not bring the
  // database back, so it is no business of liveness. A driver that can cancel a query would be handed the `signal`.
  fastify.management.addCheck('readiness', 'db', async () => await db.ping())
}

export default fp(database, { name: 'database', dependencies: ['fastify-management-endpoints'] })
