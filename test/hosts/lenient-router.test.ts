import t from 'tap'
import { http1, livesIn, ownRoutes, start } from '../support/host.js'
import type { Host } from '../support/host.js'

const host: Host = {
  fastify: () => ({
    routerOptions: { ignoreTrailingSlash: true, ignoreDuplicateSlashes: true, caseSensitive: false, useSemicolonDelimiter: true, maxParamLength: 5 },
    exposeHeadRoutes: false
  }),
  setUp: ownRoutes,
  own: [{ method: 'GET', path: '//TYPED/?n=5' }]
}

await livesIn('an app whose router is lenient with slashes and letters, and makes no HEAD routes', host)

await t.test('its leniency is that of the endpoints too', async (t) => {
  const app = await start(host, 'last', t)
  for (const [lenient, path] of [['//Z//Health/Liveness/', '/z/health/liveness'], ['/z/HEALTH/db/', '/z/health/db'], ['/Z/', '/z'], ['/z/info;verbose', '/z/info']] as const) {
    const [one, other] = [await http1(app, { method: 'GET', path: lenient }), await http1(app, { method: 'GET', path })]
    t.equal(one.status, 200, lenient)
    t.equal(one.body.replaceAll(lenient.replace(/\/$/, '').replace(/^\/\//, '/'), path), other.body, lenient)
  }
})
