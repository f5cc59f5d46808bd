import { livesIn, ownRoutes } from '../support/host.js'

await livesIn('an app that sets options of the router where Fastify 5 began with them', {
  fastify: () => ({ ignoreTrailingSlash: true, caseSensitive: false, maxParamLength: 5, exposeHeadRoutes: false }),
  setUp: ownRoutes
})
