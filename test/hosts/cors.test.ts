import cors from '@fastify/cors'
import type { FastifyCorsOptions } from '@fastify/cors'
import t from 'tap'
import { answersOf, http1, livesIn, ownRoutes, QUESTIONS, start } from '../support/host.js'
import type { Host, Sent } from '../support/host.js'

const ORIGIN = 'https://status.shop.example'

function host (options: FastifyCorsOptions): Host {
  return {
    setUp: async (app) => {
      await app.register(cors, options)
      ownRoutes(app)
    },
    adds: ['access-control-allow-origin', 'access-control-allow-credentials', 'access-control-expose-headers', 'vary'],
    own: [preflight('/echo', 'POST'), preflight('/nowhere', 'GET'), preflight('/zoo', 'GET')]
  }
}

/** What a browser asks before a request of another origin that is not simple. */
function preflight (path: string, method: string): Sent {
  return { method: 'OPTIONS', path, headers: { origin: ORIGIN, 'access-control-request-method': method, 'access-control-request-headers': 'accept' } }
}

const one = host({ origin: ORIGIN, credentials: true, exposedHeaders: ['x-total'] })

await livesIn('an app with @fastify/cors for any origin', host({}))
await livesIn('an app with @fastify/cors for one origin', one)

await t.test('a page of the origin may read every endpoint, and is told the same as anybody', async (t) => {
  for (const order of ['first', 'last'] as const) {
    const app = await start(one, order, t)
    const plain = await answersOf(app, QUESTIONS)
    const crossing = await answersOf(app, QUESTIONS.map((question) => ({ ...question, headers: { ...question.headers, origin: ORIGIN } })))
    t.same(crossing, plain, `registered ${order}`)
    const allowed = { 'access-control-allow-origin': ORIGIN, 'access-control-allow-credentials': 'true', 'access-control-expose-headers': 'x-total' }
    t.match(crossing.map(({ headers }) => headers), crossing.map(() => allowed), `registered ${order}`)
  }
})

await t.test('a preflight for an endpoint is answered as one for the app\'s own routes', async (t) => {
  for (const order of ['first', 'last', 'never'] as const) {
    const app = await start(one, order, t)
    const own = await http1(app, preflight('/', 'GET'))
    t.match(own, { status: 204, body: '', headers: { 'access-control-allow-methods': 'GET,HEAD,POST', 'access-control-allow-headers': 'accept', 'content-length': '0' } })
    const preflights = [...new Set(QUESTIONS.map(({ path }) => path))].map((path) => preflight(path, 'GET'))
    t.same(await answersOf(app, preflights), preflights.map(() => own), `registered ${order}`)
  }
})

await t.test('a preflight runs no check', async (t) => {
  const options = { checks: { liveness: { loop: () => t.fail('was run') } } }
  const app = await start({ ...one, options: () => options }, 'last', t)
  t.equal((await http1(app, preflight('/z/health/liveness', 'GET'))).status, 204)
})
