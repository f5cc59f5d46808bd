import Fastify from 'fastify'
import management from 'fastify-management-endpoints'
import { HOST, check, count, interval, listensOn, observation, scene } from './contestant.js'
import { OBSERVATION } from './observation.js'

const fastify = Fastify({ logger: true })
await fastify.register(management, OBSERVATION[observation])
for (let nth = 0; nth < count; nth++) {
  fastify.management.addCheck('readiness', `check-${nth}`, () => undefined, { interval })
}
if (check !== undefined) fastify.management.addCheck('readiness', scene, check)
await fastify.listen({ host: HOST, port: 0 })
listensOn(fastify.server.address().port, '/z/health/liveness')
