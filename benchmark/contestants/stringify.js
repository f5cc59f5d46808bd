// A bare route that serializes the same body as `/health` with `count` components for each request.
import Fastify from 'fastify'
import { HOST, count, listensOn } from './contestant.js'

const components = Object.fromEntries(Array.from({ length: count }, (_, nth) => [`check-${nth}`, { status: 'UP' }]))
const body = { status: 'UP', components }

const fastify = Fastify({ logger: true })
fastify.get('/health', { logLevel: 'silent' }, async (_request, reply) => {
  return reply.header('cache-control', 'no-store').type('application/json; charset=utf-8').send(JSON.stringify(body))
})
await fastify.listen({ host: HOST, port: 0 })
listensOn(fastify.server.address().port, '/health')
