// Apps of every type can register the plugin.
import Fastify from 'fastify'
import type { FastifyBaseLogger, FastifyTypeProvider } from 'fastify'
import management from '../lib/index.js'

interface Provider extends FastifyTypeProvider {
  readonly validator: this['schema']
  readonly serializer: this['schema']
}

declare const log: FastifyBaseLogger & { readonly audit: () => void }

await Fastify({ http2: true }).register(management, { prefix: '/z' })
await Fastify({ https: {} }).register(management)
await Fastify({ http2: true, https: {} }).register(management, {
  auth: async (request, reply) => await reply.send(request.url)
})
await Fastify({ loggerInstance: log }).register(management, { logLevel: 'info' })
await Fastify().withTypeProvider<Provider>().register(management, {
  checks: { readiness: { db: ({ signal }) => !signal.aborted } }
})
