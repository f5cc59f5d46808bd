import cors from '@fastify/cors'
import type { FastifyCorsOptions } from '@fastify/cors'
import t from 'tap'
import { sendAll, http1, testHost, ownRoutes, REQUESTS, start } from '../support/host.js'
import type { Host, SentRequest } from '../support/host.js'

const ORIGIN = 'https://status.shop.example'

function host (options: FastifyCorsOptions): Host {
  return {
    setUp: async (app) => {
      await app.register(cors, options)
      ownRoutes(app)
    },
    addedHeaders: [
      'access-control-allow-origin',
      'access-control-allow-credentials',
      'access-control-expose-headers',
      'vary'
    ],
    ownRequests: [preflight('/echo', 'POST'), preflight('/nowhere', 'GET'), preflight('/zoo', 'GET')]
  }
}

/** The preflight that a browser sends before a cross-origin request. */
function preflight (path: string, method: string): SentRequest {
  return {
    method: 'OPTIONS',
    path,
    headers: { origin: ORIGIN, 'access-control-request-method': method, 'access-control-request-headers': 'accept' }
  }
}

const one = host({ origin: ORIGIN, credentials: true, exposedHeaders: ['x-total'] })

await testHost('an app with @fastify/cors for any origin', host({}))
await testHost('an app with @fastify/cors for one origin', one)

await t.test('a page of the allowed origin can read every endpoint', async (t) => {
  for (const order of ['first', 'last'] as const) {
    const app = await start(one, order, t)
    const plain = await sendAll(app, REQUESTS)
    const crossing = await sendAll(
      app,
      REQUESTS.map((sent) => ({ ...sent, headers: { ...sent.headers, origin: ORIGIN } }))
    )
    t.same(crossing, plain, `registered ${order}`)
    const allowed = {
      'access-control-allow-origin': ORIGIN,
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': 'x-total'
    }
    t.match(crossing.map(({ headers }) => headers), crossing.map(() => allowed), `registered ${order}`)
  }
})

await t.test('preflights of endpoints and of the routes of the app have the same answer', async (t) => {
  for (const order of ['first', 'last', 'never'] as const) {
    const app = await start(one, order, t)
    const own = await http1(app, preflight('/', 'GET'))
    t.match(own, {
      status: 204,
      body: '',
      headers: {
        'access-control-allow-methods': 'GET,HEAD,POST',
        'access-control-allow-headers': 'accept',
        'content-length': '0'
      }
    })
    const preflights = [...new Set(REQUESTS.map(({ path }) => path))].map((path) => preflight(path, 'GET'))
    t.same(await sendAll(app, preflights), preflights.map(() => own), `registered ${order}`)
  }
})

await t.test('a preflight runs no check', async (t) => {
  const options = { checks: { liveness: { loop: () => t.fail('must not run') } } }
  const app = await start({ ...one, options: () => options }, 'last', t)
  t.equal((await http1(app, preflight('/z/health/liveness', 'GET'))).status, 204)
})
