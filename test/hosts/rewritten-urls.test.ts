import t from 'tap'
import { http1, testHost, ownRoutes, start } from '../support/host.js'
import type { Host } from '../support/host.js'

const host: Host = {
  fastify: () => ({ rewriteUrl: (request) => (request.url ?? '').replace(/^\/public(?=\/|$)/, '') || '/' }),
  setUp: ownRoutes,
  ownRequests: [{ method: 'GET', path: '/public/typed?n=5' }]
}

await testHost('an app that rewrites the URLs of its requests', host)

await t.test('links start with the path that the client requested', async (t) => {
  const app = await start(host, 'last', t)
  t.match(await http1(app, { method: 'GET', path: '/public/z' }), {
    status: 200,
    body: /"href":"http:\/\/shop\.example\/public\/z\/health"/
  })
  t.match(await http1(app, { method: 'GET', path: '/public/z/health/liveness' }), {
    status: 200,
    body: '{"status":"UP"}'
  })
})
