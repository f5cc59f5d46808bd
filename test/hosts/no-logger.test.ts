import { testHost, ownRoutes } from '../support/host.js'

await testHost('an app without a logger', {
  fastify: () => ({ logger: false, disableRequestLogging: true }),
  setUp: ownRoutes
})
