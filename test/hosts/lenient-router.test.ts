import t from 'tap'
import { http1, testHost, ownRoutes, start } from '../support/host.js'
import type { Host } from '../support/host.js'

const host: Host = {
  fastify: () => ({
    routerOptions: {
      ignoreTrailingSlash: true,
      ignoreDuplicateSlashes: true,
      caseSensitive: false,
      useSemicolonDelimiter: true,
      maxParamLength: 5
    },
    exposeHeadRoutes: false
  }),
  setUp: ownRoutes,
  ownRequests: [{ method: 'GET', path: '//TYPED/?n=5' }]
}

await testHost('an app with a lenient router and without HEAD routes', host)

await t.test('the endpoints accept lenient paths like the routes of the app', async (t) => {
  const app = await start(host, 'last', t)
  for (const [lenient, path] of [
    ['//Z//Health/Liveness/', '/z/health/liveness'],
    ['/z/HEALTH/db/', '/z/health/db'],
    ['/Z/', '/z'],
    ['/z/info;verbose', '/z/info']
  ] as const) {
    const answer = await http1(app, { method: 'GET', path: lenient })
    const expected = await http1(app, { method: 'GET', path })
    t.equal(answer.status, 200, lenient)
    t.equal(answer.body.replaceAll(lenient.replace(/\/$/, '').replace(/^\/\//, '/'), path), expected.body, lenient)
  }
})
