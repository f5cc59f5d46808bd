import etag from '@fastify/etag'
import type { FastifyInstance } from 'fastify'
import t from 'tap'
import { http1, livesIn, ownRoutes, QUESTIONS, start } from '../support/host.js'

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
    for (const question of QUESTIONS) {
      const { headers: { etag, ...headers } } = await http1(app, question)
      t.type(etag, 'string', question.path)
      const again = await http1(app, { ...question, headers: { ...question.headers, 'if-none-match': String(etag) } })
      t.match(again, { status: 304, body: '', headers: { etag, 'cache-control': headers['cache-control'] } }, `${question.method} ${question.path}`)
      t.match(again.headers['cache-control'], /no-store/, 'that must not be stored either')
    }
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
