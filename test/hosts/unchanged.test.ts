import Fastify from 'fastify'
import type { FastifyInstance } from 'fastify'
import t from 'tap'
import management from '../../lib/index.js'

type Host = (app: FastifyInstance) => void

async function answersOf (host: Host, withPlugin: boolean, test: Pick<typeof t, 'teardown'>): Promise<object[]> {
  const app = Fastify()
  test.teardown(async () => await app.close())
  if (withPlugin) await app.register(management, { checks: { health: { a: () => true } } })
  host(app)
  const paths = ['/', '/throw', '/typed?n=x', '/typed?n=5', '/nothing', '/z/nothing']
  const answers = await Promise.all(paths.map(async (url) => await app.inject({ url })))
  return answers.map(({ statusCode, headers, body }) => ({ statusCode, body, headers: { ...headers, date: '' } }))
}

function routes (app: FastifyInstance): void {
  app.get('/', { schema: { response: { 200: { type: 'object', properties: { a: { type: 'number' } } } } } }, () => ({ a: '1', b: 2 }))
  app.get('/throw', () => { throw Object.assign(new Error('teapot'), { statusCode: 418 }) })
  app.get('/typed', { schema: { querystring: { type: 'object', properties: { n: { type: 'number' } } } } }, (request) => request.query)
}

const hosts: Record<string, Host> = {
  'a bare app': routes,
  'an app with its own error and not-found handlers': (app) => {
    app.setErrorHandler(async (error: Error, _request, reply) => await reply.code(499).send({ mine: error.message }))
    app.setNotFoundHandler(async (_request, reply) => await reply.code(404).send('mine'))
    routes(app)
  },
  'an app with an envelope and compilers of its own': (app) => {
    app.addHook('preSerialization', async (_request, _reply, payload) => await Promise.resolve({ data: payload }))
    app.setSerializerCompiler(() => (data) => `serialized ${JSON.stringify(data)}`)
    app.setValidatorCompiler(() => (data: unknown) => ({ value: { validated: data } }))
    routes(app)
  },
  'an app with a reply serializer': (app) => {
    app.setReplySerializer((payload) => `mine ${JSON.stringify(payload)}`)
    routes(app)
  }
}

for (const [name, host] of Object.entries(hosts)) {
  await t.test(`${name} answers as it does without the plugin`, async (t) => {
    t.same(await answersOf(host, true, t), await answersOf(host, false, t))
  })

  await t.test(`${name} has the endpoints as a bare app has them`, async (t) => {
    const app = Fastify()
    t.teardown(async () => await app.close())
    await app.register(management, { checks: { health: { a: () => true } } })
    host(app)
    t.match(await app.inject('/z/health'), { statusCode: 200, body: '{"status":"UP","components":{"a":{"status":"UP"}}}' })
    t.match(await app.inject('/z/health?exclude=a&verbose=x'), { statusCode: 200, body: '{"status":"UP","components":{}}' })
    t.match(await app.inject('/z/health/nobody'), { statusCode: 404, body: '{"statusCode":404,"error":"Not Found","message":"Not Found"}' })
    t.match(await app.inject('/z/version'), { statusCode: 200, body: 'unknown' })
  })
}

await t.test('nothing is added to the host but fastify.management', async (t) => {
  const keysOf = (app: FastifyInstance): Set<PropertyKey> => {
    const keys = new Set<PropertyKey>()
    for (let level: object | null = app; level !== null && level !== Object.prototype; level = Object.getPrototypeOf(level) as object | null) {
      for (const key of Reflect.ownKeys(level)) keys.add(key)
    }
    return keys
  }
  const [bare, host] = [Fastify(), Fastify()]
  t.teardown(async () => await Promise.all([bare.close(), host.close()]))
  await host.register(management)
  await Promise.all([bare.ready(), host.ready()])
  const without = keysOf(bare)
  t.same([...keysOf(host)].filter((key) => !without.has(key)), ['management'])
  for (const name of ['is', 'forwarded']) t.notOk(host.hasRequestDecorator(name), name)
  for (const name of ['preventCache', 'vary', 'notFound']) t.notOk(host.hasReplyDecorator(name), name)
  t.notOk(host.hasDecorator('httpErrors'))
  t.notOk(host.hasPlugin('@fastify/sensible'))
  t.same(host.getSchemas(), {})
})

await t.test('the log level of the host is what it was', async (t) => {
  const app = Fastify({ logger: { level: 'error' } })
  t.teardown(async () => await app.close())
  await app.register(management, { logLevel: 'trace' })
  await app.ready()
  t.equal(app.log.level, 'error')
})

await t.test('@fastify/sensible may be registered by the host, before or after', async (t) => {
  const { default: sensible } = await import('@fastify/sensible')
  for (const order of [[sensible, management], [management, sensible]] as const) {
    const app = Fastify()
    t.teardown(async () => await app.close())
    for (const plugin of order) await app.register(plugin)
    t.match(await app.inject('/z/health/nobody'), { statusCode: 404 })
    t.match(await app.inject('/z/health/liveness'), { statusCode: 200, headers: { 'cache-control': /no-store/ } })
    t.equal(app.httpErrors.notFound().statusCode, 404)
  }
})

await t.test('a hook of the host can tell the routes apart', async (t) => {
  const app = Fastify()
  t.teardown(async () => await app.close())
  await app.register(management)
  const seen: Record<string, string | undefined> = {}
  app.addHook('onRequest', async (request) => {
    seen[request.url] = request.routeOptions.config.management
    await Promise.resolve()
  })
  app.get('/own', () => '')
  const probes = ['/z/health/liveness', '/z/health/ping', '/z/health/readiness', '/z/health/startup']
  const reports = ['/z', '/z/health', '/z/health/nobody', '/z/info', '/z/version']
  for (const url of [...probes, ...reports, '/own']) await app.inject({ url })
  t.same(seen, { ...Object.fromEntries(probes.map((url) => [url, 'probe'])), ...Object.fromEntries(reports.map((url) => [url, 'report'])), '/own': undefined })
})

await t.test('what a hook of the host refuses a probe with is told in full', async (t) => {
  const app = Fastify()
  t.teardown(async () => await app.close())
  app.addHook('onRequest', async () => await Promise.reject(Object.assign(new Error('overloaded'), { statusCode: 503 })))
  await app.register(management)
  t.match(await app.inject('/z/health/liveness'), { statusCode: 503, body: '{"statusCode":503,"error":"Service Unavailable","message":"overloaded"}' })

  const answering = Fastify()
  t.teardown(async () => await answering.close())
  answering.addHook('onRequest', async (_request, reply) => await reply.code(503).send({ mine: true }))
  await answering.register(management)
  t.match(await answering.inject('/z/health/liveness'), { statusCode: 503, body: '{"mine":true}' })
})

await t.test('a serializer that a hook of the host sets does not reshape the answers', async (t) => {
  const app = Fastify()
  t.teardown(async () => await app.close())
  app.addHook('onRequest', async (_request, reply) => { await Promise.resolve(); void reply.serializer((payload: unknown) => JSON.stringify({ wrapped: payload })) })
  await app.register(management)
  t.equal((await app.inject('/z/health/liveness')).body, '{"status":"UP"}')
  t.equal((await app.inject('/z/version')).body, 'unknown')
})

await t.test('what the host sends in place of an answer, because its own hook broke, is sent', async (t) => {
  const app = Fastify()
  t.teardown(async () => await app.close())
  app.setErrorHandler(async (error: Error, _request, reply) => await reply.code(502).send({ mine: error.message }))
  app.addHook('onSend', async (_request, reply) => { if (reply.statusCode === 200) await Promise.reject(new Error('broken')) })
  await app.register(management)
  for (const url of ['/z/health/liveness', '/z/version', '/z/info']) t.match(await app.inject({ url }), { statusCode: 502, body: '{"mine":"broken"}' })
})

await t.test('hooks of the host run before the endpoints, and their refusals stand', async (t) => {
  const app = Fastify()
  t.teardown(async () => await app.close())
  app.addHook('preHandler', async (_request, reply) => await reply.code(429).send({ mine: true }))
  await app.register(management)
  for (const url of ['/z/health/liveness', '/z/health', '/z/info']) t.match(await app.inject({ url }), { statusCode: 429, body: '{"mine":true}' })
})
