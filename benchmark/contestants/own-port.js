// An app whose endpoints have their own port, with or without a thread.
import Fastify from 'fastify'
import management from 'fastify-management-endpoints'
import { HOST, listensOn, thread } from './contestant.js'

const fastify = Fastify()
await fastify.register(management, { listen: { host: HOST, port: 0, thread } })
fastify.get('/', async () => 'served')
await fastify.listen({ host: HOST, port: 0 })
const [{ port }] = fastify.management.addresses()
listensOn(fastify.server.address().port, `/?probes=${port}`)
