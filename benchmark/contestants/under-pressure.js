import underPressure from '@fastify/under-pressure'
import Fastify from 'fastify'
import { HOST, check, listensOn } from './contestant.js'

const fastify = Fastify({ logger: true })
// The plugin also runs the check at its start, where a hanging check would block the app. So the first call passes.
let isStarting = true
const healthCheck = check && (async () => isStarting || await check())
const exposeStatusRoute = { url: '/status', routeOpts: { logLevel: 'silent' } }
await fastify.register(underPressure, { exposeStatusRoute, healthCheck })
await fastify.listen({ host: HOST, port: 0 })
isStarting = false
listensOn(fastify.server.address().port, '/status')
