import t from 'tap'
import { http1, testHost, ownRoutes, start } from '../support/host.js'
import type { Host } from '../support/host.js'

const host: Host = {
  fastify: () => ({
    requestTimeout: 5_000,
    connectionTimeout: 5_000,
    handlerTimeout: 20,
    keepAliveTimeout: 1,
    maxRequestsPerSocket: 1
  }),
  setUp: ownRoutes
}

await testHost('an app with its own timeouts', host)

await t.test('a check may take longer than the handlerTimeout of the app', async (t) => {
  const app = await start({
    ...host,
    setUp: (app) => { app.get('/hangs', async () => await new Promise(() => undefined)) },
    options: () => ({
      checks: {
        readiness: {
          db: { check: async () => await new Promise(() => undefined), timeout: 200, failureStatus: 'DEGRADED' }
        }
      }
    })
  }, 'last', t)
  t.match(await http1(app, { method: 'GET', path: '/hangs' }), { status: 503, body: /FST_ERR_HANDLER_TIMEOUT/ })
  t.match(await http1(app, { method: 'GET', path: '/z/health/readiness' }), {
    status: 200,
    body: '{"status":"DEGRADED"}'
  })
})
