// fastify-healthcheck has no checks and no log level: requests to its route are logged like the app's own.
import Fastify from 'fastify'
import healthcheck from 'fastify-healthcheck'
import { HOST, listensOn } from './contestant.js'

const fastify = Fastify({ logger: true })
await fastify.register(healthcheck)
await fastify.listen({ host: HOST, port: 0 })
listensOn(fastify.server.address().port, '/health')
