import sensible from '@fastify/sensible'
import Fastify from 'fastify'
import t from 'tap'
import { http1, livesIn, ownRoutes, start } from '../support/host.js'

await livesIn('an app with @fastify/sensible', {
  setUp: async (app) => {
    await app.register(sensible)
    app.get('/gone', (_request, reply) => reply.gone())
    ownRoutes(app)
  },
  own: [{ method: 'GET', path: '/gone' }]
})

/** What an app may have under the names that @fastify/sensible would take. */
const MAKES = { functions: () => 'mine', values: 'mine', getters: { getter: () => 'mine' } }

for (const [what, mine] of Object.entries<unknown>(MAKES)) {
  await livesIn(`an app that has ${what} of its own under the names of @fastify/sensible`, {
    setUp: (app) => {
      for (const name of ['httpErrors', 'assert', 'to']) Reflect.apply(app.decorate, app, [name, mine])
      for (const name of ['is', 'forwarded']) Reflect.apply(app.decorateRequest, app, [name, mine])
      for (const name of ['notFound', 'vary', 'preventCache', 'cacheControl', 'getHttpError']) Reflect.apply(app.decorateReply, app, [name, mine])
      ownRoutes(app)
    }
  })
}

await t.test('a hook of the app finds the app\'s own decorators on the endpoints', async (t) => {
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

await t.test('sensible is registered nowhere', async (t) => {
  const app = Fastify()
  t.teardown(async () => await app.close())
  await app.register((await import('../../lib/index.js')).default)
  await app.ready()
  t.notMatch(app.printPlugins(), /sensible/)
})
