import Fastify from 'fastify'
import type { FastifyInstance } from 'fastify'
import t from 'tap'
import management from '../../lib/index.js'

await t.test('the plugin adds only fastify.management to the app', async (t) => {
  const keysOf = (app: FastifyInstance): Set<PropertyKey> => {
    const keys = new Set<PropertyKey>()
    for (
      let level: object | null = app;
      level !== null && level !== Object.prototype;
      level = Object.getPrototypeOf(level) as object | null
    ) {
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

await t.test('the plugin does not change the log level of the app', async (t) => {
  const app = Fastify({ logger: { level: 'error' } })
  t.teardown(async () => await app.close())
  await app.register(management, { logLevel: 'trace' })
  await app.ready()
  t.equal(app.log.level, 'error')
})

await t.test('the error handler of the app answers when its onSend hook fails', async (t) => {
  const app = Fastify()
  t.teardown(async () => await app.close())
  app.setErrorHandler(async (error: Error, _request, reply) => await reply.code(502).send({ mine: error.message }))
  app.addHook('onSend', async (_request, reply) => {
    if (reply.statusCode === 200) await Promise.reject(new Error('broken'))
  })
  await app.register(management)
  for (const url of ['/z/health/liveness', '/z/version', '/z/info']) {
    t.match(await app.inject({ url }), { statusCode: 502, body: '{"mine":"broken"}' })
  }
})
