// It knows no checks, and no log level: its route is logged as the app's are.
import Fastify from 'fastify'
import healthcheck from 'fastify-healthcheck'
import { HOST, listensOn } from './contestant.js'

const fastify = Fastify({ logger: true })
await fastify.register(healthcheck)
await fastify.listen({ host: HOST, port: 0 })
listensOn(fastify.server.address().port, '/health')
