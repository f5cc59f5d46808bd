import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { Database } from '../database.js'

declare module 'fastify' {
  interface FastifyInstance {
    db: Database
  }
}

/** Opens the database and adds its checks: a plugin that adds a dependency also adds its checks. */
async function database (fastify: FastifyInstance): Promise<void> {
  fastify.log.info('opening the database, which takes some seconds')
  const db = await Database.open()
  fastify.decorate('db', db)
  fastify.addHook('onClose', async () => await db.close())

  // Until the tables exist, the kubelet requests only startup. Afterwards this check never runs again.
  fastify.management.addCheck(
    'startup',
    'migration',
    async () => (await db.query('SELECT 1 FROM books LIMIT 1')).length > 0
  )

  // No route works without the database, so its check belongs to readiness. A restart of the app does not repair the
  // database, so the check does not belong to liveness. If a driver can cancel queries, pass it the `signal`.
  fastify.management.addCheck('readiness', 'db', async () => await db.ping())
}

export default fp(database, { name: 'database', dependencies: ['fastify-management-endpoints'] })
