import Fastify from 'fastify'
import healthcheck from 'fastify-custom-healthcheck'
import { HOST, check, listensOn } from './contestant.js'

const fastify = Fastify({ logger: true })
await fastify.register(healthcheck, { path: '/health', logLevel: 'silent' })
if (check !== undefined) fastify.addHealthCheck('check', check)
await fastify.listen({ host: HOST, port: 0 })
listensOn(fastify.server.address().port, '/health')
