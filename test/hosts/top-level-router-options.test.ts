import { testHost, ownRoutes } from '../support/host.js'

await testHost('an app with router options at the top level, as in Fastify 5.0', {
  fastify: () => ({ ignoreTrailingSlash: true, caseSensitive: false, maxParamLength: 5, exposeHeadRoutes: false }),
  setUp: ownRoutes
})
