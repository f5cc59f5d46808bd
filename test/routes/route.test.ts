import Fastify from 'fastify'
import type { FastifyInstance, RouteOptions } from 'fastify'
import t from 'tap'
import type { Test } from 'tap'
import management from '../../lib/index.js'

const LIVENESS = '/z/health/liveness'

async function appWith (t: Test, prepare: (app: FastifyInstance) => void): Promise<FastifyInstance> {
  const app = Fastify()
  t.teardown(async () => { await app.close() })
  prepare(app)
  await app.register(management)
  return app
}

await t.test('an onRoute hook sees a GET route and a HEAD route for each path, with schemas', async (t) => {
  const routes: RouteOptions[] = []
  await appWith(t, (app) => { app.addHook('onRoute', (route) => { routes.push(route) }) })
  const liveness = routes.filter(({ url }) => url === LIVENESS)
  t.same(liveness.map(({ method }) => method), ['GET', 'HEAD'])
  t.match(liveness, [{ schema: { response: { 200: Object } } }, { schema: { response: { 503: Object } } }])
})

await t.test('GET and HEAD have the same headers, and HEAD has no body', async (t) => {
  const app = await appWith(t, () => undefined)
  for (const url of ['/z', '/z/', '/z/info', '/z/version', '/z/health', '/z/health/none', LIVENESS]) {
    const get = await app.inject({ url })
    const head = await app.inject({ url, method: 'HEAD' })
    const { date, ...headers } = get.headers
    t.match(head, { statusCode: get.statusCode, headers, body: '' }, url)
  }
})

await t.test('a route has the schema of each answer at a request', async (t) => {
  const schemas: unknown[] = []
  const app = await appWith(t, (app) => {
    app.addHook('onRequest', (request, _reply, done) => {
      schemas.push(request.routeOptions.schema)
      done()
    })
  })
  await app.inject({ url: LIVENESS })
  t.match(schemas, [{ response: { 200: Object, 503: Object } }])
})

await t.test('a HEAD route of the app stays when GET is registered at its path', async (t) => {
  for (const path of [LIVENESS, '/z', '/z/']) {
    const app = await appWith(t, (app) => { app.head(path, async (_request, reply) => await reply.code(204).send()) })
    t.match(await app.inject({ url: path, method: 'HEAD' }), { statusCode: 204 }, path)
    t.match(await app.inject({ url: path }), { statusCode: 200 }, path)
  }
})
