import Fastify from 'fastify'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import t from 'tap'
import management from '../../lib/index.js'
import { fetchAnswer } from '../support/app.js'
import { http1, testHost, ownRoutes, PROBES, REQUESTS, REPORTS, start } from '../support/host.js'
import type { SentRequest } from '../support/host.js'

const HOOKS = ['onRequest', 'preParsing', 'preValidation', 'preHandler', 'onSend', 'onResponse'] as const

await t.test('every hook of the app runs on every endpoint, in any registration order', async (t) => {
  for (const order of ['first', 'last'] as const) {
    const seen = new Map<string, string[]>()
    const app = await start({
      setUp: (app) => {
        for (const hook of HOOKS) {
          app.addHook(hook as 'onRequest', async (request: FastifyRequest) => {
            seen.set(request.url, [...seen.get(request.url) ?? [], hook])
            await Promise.resolve()
          })
        }
      }
    }, order, t)
    const paths = [...new Set(REQUESTS.map(({ path }) => path))]
    for (const path of paths) await http1(app, { method: 'GET', path })
    await app.close()
    for (const path of paths) t.same(seen.get(path), HOOKS, `${order} ${path}`)
  }
})

await testHost('an app whose hooks wait, and change requests and replies', {
  setUp: (app) => {
    app.decorateRequest('user', '')
    app.decorateReply('started', 0)
    for (const hook of ['onRequest', 'preValidation', 'preHandler'] as const) {
      app.addHook(hook, async (request, reply) => {
        await new Promise((resolve) => setImmediate(resolve))
        Object.assign(request, { user: hook })
        void reply
          .code(299)
          .header('x-hook', hook)
          .type('text/html')
          .header('cache-control', 'public')
          .serializer((payload: unknown) => JSON.stringify({ payload }))
      })
    }
    app.addHook('onSend', async (_request, reply, payload) => {
      await Promise.resolve()
      void reply.header('x-hook', 'onSend')
      return payload
    })
    ownRoutes(app)
  },
  addedHeaders: ['x-hook']
})

await t.test('hooks of the app can refuse or answer requests to all endpoints, probes included', async (t) => {
  const refusals: Record<string, (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>> = {
    throws: async () => await Promise.reject(Object.assign(new Error('overloaded'), { statusCode: 503, code: 'BUSY' })),
    answers: async (_request, reply) => await reply.code(503).send({ mine: true }),
    streams: async (_request, reply) => await reply.code(202).type('text/plain').send('mine')
  }
  const answers: Record<string, readonly [number, string]> = {
    throws: [503, '{"statusCode":503,"code":"BUSY","error":"Service Unavailable","message":"overloaded"}'],
    answers: [503, '{"mine":true}'],
    streams: [202, 'mine']
  }
  for (const hook of ['onRequest', 'preValidation', 'preHandler'] as const) {
    for (const [name, refuse] of Object.entries(refusals)) {
      const app = await start({ setUp: (app) => { app.addHook(hook, refuse) } }, 'first', t)
      for (const path of ['/z/health/liveness', '/z/health', '/z/info', '/z/version', '/z', '/z/health/nobody']) {
        const { status, body } = await http1(app, { method: 'GET', path })
        t.same([status, body], answers[name], `${hook} ${name} ${path}`)
      }
    }
  }
})

await t.test('an onSend hook of the app can replace an answer', async (t) => {
  const app = await start({
    setUp: (app) => { app.addHook('onSend', async () => await Promise.resolve('instead')) }
  }, 'last', t)
  t.match(await http1(app, { method: 'GET', path: '/z/health/liveness' }), { status: 200, body: 'instead' })
})

async function listening (test: Pick<typeof t, 'teardown'>, app: FastifyInstance): Promise<string> {
  test.teardown(async () => await app.close())
  return await app.listen({ host: '127.0.0.1', port: 0 })
}

await t.test('hooks of a sibling scope do not run on probes', async (t) => {
  const app = Fastify()
  await app.register(management)
  await app.register(async (shop) => {
    shop.addHook(
      'onRequest',
      async () => await Promise.reject(Object.assign(new Error('who are you?'), { statusCode: 401 }))
    )
    shop.get('/', () => 'home')
    shop.management.addCheck('readiness', 'db', () => true)
    await Promise.resolve()
  })
  const url = await listening(t, app)
  t.match(await fetchAnswer(`${url}/`), { status: 401 })
  t.match(await fetchAnswer(`${url}/z/health/readiness?verbose`), {
    status: 200,
    text: '{"status":"UP","components":{"db":{"status":"UP"}}}'
  })
})

await t.test('hooks of the root scope run on probes, in any registration order', async (t) => {
  const refuse = async (): Promise<never> =>
    await Promise.reject(Object.assign(new Error('who are you?'), { statusCode: 401 }))
  const before = Fastify()
  before.addHook('onRequest', refuse)
  await before.register(management)
  const after = Fastify()
  await after.register(management)
  await after.after()
  after.addHook('onRequest', refuse)
  for (const app of [before, after]) {
    t.match(await fetchAnswer(`${await listening(t, app)}/z/health/liveness`), { status: 401 })
  }
})

await t.test('hooks can read the class of an endpoint from config.management', async (t) => {
  const classes = new Map<string, string | undefined>()
  const bare = await start({
    setUp: (app) => {
      app.addHook('onRequest', async ({ url, method, routeOptions: { config } }) => {
        classes.set(`${method} ${url}`, config.management)
        await Promise.resolve()
      })
      ownRoutes(app)
    }
  }, 'last', t)
  for (const sent of [...PROBES, ...REPORTS, { method: 'GET', path: '/' }]) await http1(bare, sent)
  const classOf = ({ method, path }: SentRequest): unknown => classes.get(`${method} ${path}`)
  t.same(PROBES.map(classOf), PROBES.map(() => 'probe'))
  t.same(REPORTS.map(classOf), REPORTS.map(() => 'report'))
  t.equal(classes.get('GET /'), undefined)

  const app = Fastify()
  await app.register(management)
  app.addHook('onRequest', async ({ routeOptions: { config } }) => {
    if (config.management === undefined) {
      await Promise.reject(Object.assign(new Error('who are you?'), { statusCode: 401 }))
    }
  })
  app.get('/', () => 'home')
  const url = await listening(t, app)
  t.match(await fetchAnswer(`${url}/`), { status: 401 })
  t.match(await fetchAnswer(`${url}/z/health/liveness`), { status: 200 })
})
