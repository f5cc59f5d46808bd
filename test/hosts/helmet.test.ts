import helmet from '@fastify/helmet'
import type { FastifyInstance } from 'fastify'
import t from 'tap'
import { sendAll, http1, testHost, ownRoutes, REQUESTS, start } from '../support/host.js'
import type { Host, ReceivedAnswer } from '../support/host.js'

/** The headers that helmet sets on every answer. */
const HELMET_HEADERS = [
  'content-security-policy', 'cross-origin-opener-policy', 'cross-origin-resource-policy', 'origin-agent-cluster',
  'referrer-policy', 'strict-transport-security', 'x-content-type-options', 'x-dns-prefetch-control',
  'x-download-options', 'x-frame-options', 'x-permitted-cross-domain-policies', 'x-xss-protection'
]

const host: Host = {
  setUp: async (app: FastifyInstance) => {
    await app.register(helmet)
    ownRoutes(app)
  },
  addedHeaders: HELMET_HEADERS
}

await testHost('an app with @fastify/helmet', host)

await t.test('helmet sets the same headers on the endpoints and on the routes of the app', async (t) => {
  for (const order of ['first', 'last'] as const) {
    const app = await start(host, order, t)
    const own = await http1(app, { method: 'GET', path: '/' })
    const protectionOf = ({ headers }: ReceivedAnswer): unknown => HELMET_HEADERS.map((name) => headers[name])
    t.same(
      (await sendAll(app, REQUESTS)).map(protectionOf),
      REQUESTS.map(() => protectionOf(own)),
      `registered ${order}`
    )
    t.notOk(HELMET_HEADERS.some((name) => own.headers[name] === undefined))
  }
})
