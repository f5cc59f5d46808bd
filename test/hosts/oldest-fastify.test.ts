import type { FastifyInstance } from 'fastify'
import Fastify from 'fastify-oldest'
import t from 'tap'
import { http1, testHost, ownRoutes, start } from '../support/host.js'
import type { Host } from '../support/host.js'

const host: Host = {
  fastify: () => Fastify({ logger: { level: 'silent' } }) as unknown as FastifyInstance,
  setUp: ownRoutes
}

await testHost('an app with the oldest supported Fastify', host)

await t.test('the oldest supported Fastify is 5.0.0', async (t) => {
  const app = await start(host, 'first', t)
  t.equal(app.version, '5.0.0')
  t.match(app.management.addresses(), [{ address: '127.0.0.1' }])
  t.match(await http1(app, { method: 'GET', path: '/z/health/liveness' }), { status: 200 })
})
