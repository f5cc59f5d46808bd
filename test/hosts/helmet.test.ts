import helmet from '@fastify/helmet'
import type { FastifyInstance } from 'fastify'
import t from 'tap'
import { answersOf, http1, livesIn, ownRoutes, QUESTIONS, start } from '../support/host.js'
import type { Host, Received } from '../support/host.js'

/** What helmet says of every answer. */
const SAID = [
  'content-security-policy', 'cross-origin-opener-policy', 'cross-origin-resource-policy', 'origin-agent-cluster', 'referrer-policy', 'strict-transport-security',
  'x-content-type-options', 'x-dns-prefetch-control', 'x-download-options', 'x-frame-options', 'x-permitted-cross-domain-policies', 'x-xss-protection'
]

const host: Host = {
  setUp: async (app: FastifyInstance) => {
    await app.register(helmet)
    ownRoutes(app)
  },
  adds: SAID
}

await livesIn('an app with @fastify/helmet', host)

await t.test('helmet protects the endpoints as it does the app\'s own routes', async (t) => {
  for (const order of ['first', 'last'] as const) {
    const app = await start(host, order, t)
    const own = await http1(app, { method: 'GET', path: '/' })
    const protectionOf = ({ headers }: Received): unknown => SAID.map((name) => headers[name])
    t.same((await answersOf(app, QUESTIONS)).map(protectionOf), QUESTIONS.map(() => protectionOf(own)), `registered ${order}`)
    t.notOk(SAID.some((name) => own.headers[name] === undefined))
  }
})
