import sensible from '@fastify/sensible'
import Fastify from 'fastify'
import t from 'tap'
import { http1, testHost, ownRoutes, start } from '../support/host.js'

await testHost('an app with @fastify/sensible', {
  setUp: async (app) => {
    await app.register(sensible)
    app.get('/gone', (_request, reply) => reply.gone())
    ownRoutes(app)
  },
  ownRequests: [{ method: 'GET', path: '/gone' }]
})

/** Values that an app may have decorated under names of @fastify/sensible. */
const DECORATIONS = { functions: () => 'mine', values: 'mine', getters: { getter: () => 'mine' } }

for (const [type, value] of Object.entries<unknown>(DECORATIONS)) {
  await testHost(`an app with its own ${type} under names of @fastify/sensible`, {
    setUp: (app) => {
      for (const name of ['httpErrors', 'assert', 'to']) Reflect.apply(app.decorate, app, [name, value])
      for (const name of ['is', 'forwarded']) Reflect.apply(app.decorateRequest, app, [name, value])
      for (const name of ['notFound', 'vary', 'preventCache', 'cacheControl', 'getHttpError']) {
        Reflect.apply(app.decorateReply, app, [name, value])
      }
      ownRoutes(app)
    }
  })
}

await t.test('hooks of the app find its own decorators on the endpoints', async (t) => {
  const seen: unknown[] = []
  const app = await start({
    setUp: (app) => {
      Reflect.apply(app.decorateReply, app, ['notFound', () => 'mine'])
      Reflect.apply(app.decorateRequest, app, ['is', () => 'mine'])
      app.addHook('onRequest', async (request, reply) => {
        seen.push(request.is([]), reply.notFound())
        await Promise.resolve()
      })
    }
  }, 'last', t)
  await http1(app, { method: 'GET', path: '/z/health/liveness' })
  t.same(seen, ['mine', 'mine'])
})

await t.test('the plugin does not register @fastify/sensible', async (t) => {
  const app = Fastify()
  t.teardown(async () => await app.close())
  await app.register((await import('../../lib/index.js')).default)
  await app.ready()
  t.notMatch(app.printPlugins(), /sensible/)
})
