// An app's own route, with or without the plugin and its checks.
import Fastify from 'fastify'
import management from 'fastify-management-endpoints'
import { HOST, count, listensOn, plugin } from './contestant.js'

const fastify = Fastify()
if (plugin) {
  await fastify.register(management)
  for (let nth = 0; nth < count; nth++) {
    fastify.management.addCheck('readiness', `check-${nth}`, async () => await Promise.resolve(), { interval: 1_000 })
  }
}
const schema = { response: { 200: { type: 'object', properties: { hello: { type: 'string' } } } } }
fastify.get('/', { schema }, async () => ({ hello: 'world' }))
await fastify.listen({ host: HOST, port: 0 })
listensOn(fastify.server.address().port, '/')
