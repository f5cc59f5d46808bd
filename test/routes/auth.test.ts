import basicAuth from '@fastify/basic-auth'
import bearerAuth from '@fastify/bearer-auth'
import Fastify from 'fastify'
import type { FastifyReply, FastifyRequest } from 'fastify'
import t from 'tap'
import management from '../../lib/index.js'
import { startApp } from '../support/app.js'
import type { TestApp } from '../support/app.js'

const REPORTS = ['/z', '/z/health', '/z/health/db', '/z/health/nobody', '/z/info', '/z/version']
const PROBES = ['/z/health/liveness', '/z/health/ping', '/z/health/readiness', '/z/health/startup']
const checks = { health: { db: () => true } }

function unauthorized (): Error {
  return Object.assign(new Error('who are you?'), { statusCode: 401 })
}

async function statusesOf (get: TestApp['get'], paths: readonly string[], headers = {}): Promise<number[]> {
  return await Promise.all(paths.map(async (path) => (await get(path, headers)).status))
}

await t.test('a hook that refuses closes the reports, and leaves the probes open', async (t) => {
  const refusals = [
    async () => await Promise.reject(unauthorized()),
    (_request: FastifyRequest, _reply: FastifyReply, done: (error?: Error) => void) => done(unauthorized()),
    () => { throw unauthorized() },
    async (_request: FastifyRequest, reply: FastifyReply) => { void reply.code(401); await Promise.reject(new Error('no')) },
    async (_request: FastifyRequest, reply: FastifyReply) => await reply.code(401).send({ no: true }),
    (_request: FastifyRequest, reply: FastifyReply, _done: () => void) => { void reply.code(401).send({ no: true }) }
  ]
  for (const auth of refusals) {
    const { get, lines } = await startApp(t, { auth, checks })
    t.same(await statusesOf(get, REPORTS), REPORTS.map(() => 401))
    t.same(await statusesOf(get, PROBES), PROBES.map(() => 200))
    t.same(lines.filter((line) => line['function'] !== undefined), [], 'refusing is no failure')
  }
})

await t.test('a hook that lets through opens the reports', async (t) => {
  const open = [async () => await Promise.resolve(), (_request: FastifyRequest, _reply: FastifyReply, done: () => void) => done()]
  for (const auth of [...open, open]) {
    const { get } = await startApp(t, { auth, checks })
    t.same(await statusesOf(get, REPORTS), [200, 200, 200, 404, 200, 200])
  }
})

await t.test('of several hooks each must let through, in their order', async (t) => {
  const asked: string[] = []
  const first = async (): Promise<void> => { asked.push('first'); await Promise.resolve() }
  const second = async (): Promise<void> => { asked.push('second'); await Promise.reject(unauthorized()) }
  const third = async (): Promise<void> => { asked.push('third'); await Promise.resolve() }
  const { get } = await startApp(t, { auth: [first, second, third] })
  t.match(await get('/z/info'), { status: 401 })
  t.same(asked, ['first', 'second'])
})

await t.test('a hook is called as Fastify calls it, with the instance as this', async (t) => {
  const { get, app } = await startApp(t, {
    async auth (request, reply) {
      t.equal(this.management, app.management)
      t.equal(request.url, '/z/info')
      t.equal(typeof reply.code, 'function')
      await Promise.resolve()
    }
  })
  t.match(await get('/z/info'), { status: 200 })
})

await t.test('a hook that breaks closes the reports, tells nothing, and is logged once', async (t) => {
  const broken = [
    async () => await Promise.reject(new Error('postgres://u:p@h is away')),
    () => { throw Object.assign(new Error('postgres://u:p@h is away'), { statusCode: 503 }) },
    (_request: FastifyRequest, _reply: FastifyReply, done: (error: Error) => void) => done(new Error('postgres://u:p@h is away'))
  ]
  for (const auth of broken) {
    const { get, lines } = await startApp(t, { auth, checks })
    for (const path of [...REPORTS, ...REPORTS]) t.match(await get(path), { status: 403, text: '{"statusCode":403,"error":"Forbidden","message":"Forbidden"}' })
    t.same(await statusesOf(get, PROBES), PROBES.map(() => 200))
    t.match(lines.filter((line) => line['function'] !== undefined), [{ level: 'warn', function: 'auth', error: 'postgres://[REDACTED]@h is away' }])
    t.equal(lines.filter((line) => line['function'] !== undefined).length, 1)
  }
})

await t.test('a hook that hangs closes the reports after 800 ms', async (t) => {
  for (const auth of [() => new Promise(() => undefined), (_request: FastifyRequest, _reply: FastifyReply, _done: () => void) => undefined]) {
    const { get } = await startApp(t, { auth })
    t.match(await get('/z/info'), { status: 403 })
    t.match(await get('/z/health/liveness'), { status: 200 })
  }
})

await t.test('a refusal must not be stored either', async (t) => {
  const { get } = await startApp(t, { auth: async () => await Promise.reject(unauthorized()) })
  t.match((await get('/z/info')).headers['cache-control'], /no-store/)
})

await t.test('@fastify/basic-auth is a hook', async (t) => {
  const app = Fastify()
  t.teardown(async () => await app.close())
  await app.register(basicAuth, { validate: async (user, password) => { if (user !== 'ops' || password !== 'x') await Promise.reject(new Error('no')) } })
  await app.register(management, { auth: app.basicAuth })
  t.match(await app.inject('/z/info'), { statusCode: 401 })
  t.match(await app.inject({ url: '/z/info', headers: { authorization: `Basic ${Buffer.from('ops:x').toString('base64')}` } }), { statusCode: 200 })
  t.match(await app.inject('/z/health/readiness'), { statusCode: 200 })
})

await t.test('@fastify/bearer-auth is a hook', async (t) => {
  const app = Fastify()
  t.teardown(async () => await app.close())
  await app.register(bearerAuth, { keys: ['k'], addHook: false })
  await app.register(management, { auth: app.verifyBearerAuth ?? [] })
  t.match(await app.inject('/z/info'), { statusCode: 401 })
  t.match(await app.inject({ url: '/z/info', headers: { authorization: 'Bearer k' } }), { statusCode: 200 })
  t.match(await app.inject('/z/health/readiness'), { statusCode: 200 })
})

await t.test('an option auth that closes nothing fails registration', async (t) => {
  for (const auth of [undefined, null, [], [undefined], 'token', true]) {
    await t.rejects(startApp(t, { auth: auth as unknown as [] }), { code: 'FST_MANAGEMENT_OPTION_INVALID', message: /option "auth" must be an onRequest hook/ })
  }
})
