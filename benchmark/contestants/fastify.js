// A handwritten route for a probe: with a schema, silent, and with `no-store`.
import Fastify from 'fastify'
import { HOST, listensOn } from './contestant.js'

const fastify = Fastify({ logger: true })
const response = { 200: { type: 'object', properties: { status: { type: 'string' } } } }
fastify.get('/health/liveness', { logLevel: 'silent', schema: { response } }, async (_request, reply) => {
  reply.header('cache-control', 'no-store')
  return { status: 'UP' }
})
await fastify.listen({ host: HOST, port: 0 })
listensOn(fastify.server.address().port, '/health/liveness')
