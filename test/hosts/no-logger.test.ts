import { livesIn, ownRoutes } from '../support/host.js'

await livesIn('an app without a logger', { fastify: () => ({ logger: false, disableRequestLogging: true }), setUp: ownRoutes })
