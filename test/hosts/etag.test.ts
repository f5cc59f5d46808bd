import etag from '@fastify/etag'
import type { FastifyInstance } from 'fastify'
import t from 'tap'
import { sendAll, http1, testHost, ownRoutes, REQUESTS, start } from '../support/host.js'
import type { ReceivedAnswer } from '../support/host.js'

const host = {
  setUp: async (app: FastifyInstance) => {
    await app.register(etag)
    ownRoutes(app)
  },
  addedHeaders: ['etag']
}

await testHost('an app with @fastify/etag', host)

await t.test('the app answers 304 with no-store when the ETag matches', async (t) => {
  for (const order of ['first', 'last'] as const) {
    const app = await start(host, order, t)
    const first = await sendAll(app, REQUESTS)
    const again = await sendAll(
      app,
      REQUESTS.map((sent, at) => ({
        ...sent,
        headers: { ...sent.headers, 'if-none-match': String(first[at]?.headers['etag']) }
      }))
    )
    const summaryOf = ({ status, body, headers }: ReceivedAnswer): unknown => ({
      status,
      body,
      etag: headers['etag'],
      isStored: !String(headers['cache-control']).includes('no-store')
    })
    t.same(
      again.map(summaryOf),
      first.map(({ headers }) => ({ status: 304, body: '', etag: headers['etag'], isStored: false })),
      `registered ${order}`
    )
    t.ok(first.every(({ headers }) => typeof headers['etag'] === 'string'))
  }
})

await t.test('a probe answers in full when its ETag has changed', async (t) => {
  let isUp = true
  const app = await start({ ...host, options: () => ({ checks: { readiness: { db: () => isUp } } }) }, 'last', t)
  const { headers: { etag = '' }, status } = await http1(app, { method: 'GET', path: '/z/health/readiness' })
  t.equal(status, 200)
  isUp = false
  const now = await http1(app, {
    method: 'GET',
    path: '/z/health/readiness',
    headers: { 'if-none-match': String(etag) }
  })
  t.match(now, { status: 503, body: '{"status":"DOWN"}' })
})
