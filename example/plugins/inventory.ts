import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { Inventory } from '../inventory.js'

declare module 'fastify' {
  interface FastifyInstance {
    inventory: Inventory
  }
}

/** Starts the second service. In production it runs elsewhere, and the app only knows its address. */
async function inventory (fastify: FastifyInstance, { port }: { readonly port: number }): Promise<void> {
  const service = new Inventory(port, fastify.log.child({ service: 'inventory' }, { level: 'warn' }))
  fastify.decorate('inventory', service)
  fastify.addHook('onClose', async () => await service.close())
  await service.start()
}

export default fp(inventory, { name: 'inventory' })
