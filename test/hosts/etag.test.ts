import etag from '@fastify/etag'
import type { FastifyInstance } from 'fastify'
import t from 'tap'
import { answersOf, http1, livesIn, ownRoutes, QUESTIONS, start } from '../support/host.js'
import type { Received } from '../support/host.js'

const host = {
  setUp: async (app: FastifyInstance) => {
    await app.register(etag)
    ownRoutes(app)
  },
  adds: ['etag']
}

await livesIn('an app with @fastify/etag', host)

await t.test('who has an answer already gets a 304 from the app, that must not be stored either', async (t) => {
  for (const order of ['first', 'last'] as const) {
    const app = await start(host, order, t)
    const first = await answersOf(app, QUESTIONS)
    const again = await answersOf(app, QUESTIONS.map((question, at) => ({ ...question, headers: { ...question.headers, 'if-none-match': String(first[at]?.headers['etag']) } })))
    const what = ({ status, body, headers }: Received): unknown => ({ status, body, etag: headers['etag'], isStored: !String(headers['cache-control']).includes('no-store') })
    t.same(again.map(what), first.map(({ headers }) => ({ status: 304, body: '', etag: headers['etag'], isStored: false })), `registered ${order}`)
    t.ok(first.every(({ headers }) => typeof headers['etag'] === 'string'))
  }
})

await t.test('who has another answer gets the new one', async (t) => {
  let isUp = true
  const app = await start({ ...host, options: () => ({ checks: { readiness: { db: () => isUp } } }) }, 'last', t)
  const { headers: { etag = '' }, status } = await http1(app, { method: 'GET', path: '/z/health/readiness' })
  t.equal(status, 200)
  isUp = false
  const now = await http1(app, { method: 'GET', path: '/z/health/readiness', headers: { 'if-none-match': String(etag) } })
  t.match(now, { status: 503, body: '{"status":"DOWN"}' })
})
