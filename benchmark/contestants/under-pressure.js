import underPressure from '@fastify/under-pressure'
import Fastify from 'fastify'
import { HOST, check, listensOn } from './contestant.js'

const fastify = Fastify({ logger: true })
// The check runs when the plugin starts too, and one that hangs then hangs the start: the first call passes.
let isStarting = true
const healthCheck = check && (async () => isStarting || await check())
await fastify.register(underPressure, { exposeStatusRoute: { url: '/status', routeOpts: { logLevel: 'silent' } }, healthCheck })
await fastify.listen({ host: HOST, port: 0 })
isStarting = false
listensOn(fastify.server.address().port, '/status')
