import { request } from 'node:http'
import basicAuth from '@fastify/basic-auth'
import Fastify from 'fastify'
import t from 'tap'
import management from '../../lib/index.js'
import { fetchAnswer } from '../support/app.js'
import { sendAll, everydayOptions, REQUESTS, sendWith, start } from '../support/host.js'
import type { Client } from '../support/host.js'
import { RecordingLog } from '../support/log.js'
import { createServers, separatePortOf, startServers } from './fixtures/two-servers.js'

await t.test('the separate port answers the same bytes as the port of the app', async (t) => {
  const bare = await start({ setUp: () => undefined }, 'first', t)
  const { app } = await startServers(t, everydayOptions())
  const client: Client = async (app, sent) =>
    await sendWith(request, { host: '127.0.0.1', port: separatePortOf(app) }, sent)
  t.same(await sendAll(app, REQUESTS, client), await sendAll(bare, REQUESTS))
})

await t.test('the port of the app has no endpoints, and the separate port has only endpoints', async (t) => {
  const { get, getSeparate } = await startServers(t)
  for (const path of ['/z', '/z/health', '/z/health/liveness', '/z/info', '/z/version']) {
    t.match(await get(path), { status: 404 }, path)
    t.match(await getSeparate(path), { status: 200 }, path)
  }
  t.match(await get('/'), { status: 200, text: 'home' })
  t.match(await getSeparate('/'), { status: 404 })
})

await t.test('auth, details, links and the log work on the separate port', async (t) => {
  const { app, getSeparate, lines } = await createServers(t, {
    auth: (request, reply, done) => { app.basicAuth(request, reply, done) },
    showDetails: (request) => request.headers['x-role'] === 'operator',
    checks: { readiness: { db: () => { throw new Error('away') } } }
  })
  await app.register(basicAuth, {
    validate: async (user) => { if (user !== 'ops') await Promise.reject(new Error('no')) }
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const authorization = `Basic ${Buffer.from('ops:x').toString('base64')}`
  t.match(await getSeparate('/z/health'), { status: 401 })
  t.match(await getSeparate('/z/health/readiness'), { status: 503, text: '{"status":"DOWN"}' })
  t.match(await getSeparate('/z/health', { authorization }), {
    status: 503,
    text: '{"status":"DOWN","components":{"db":{"status":"DOWN"}}}'
  })
  t.match(await getSeparate('/z/health', { authorization, 'x-role': 'operator' }), {
    body: { components: { db: { details: { error: 'away' } } } }
  })
  t.match(await getSeparate('/z', { authorization }), {
    body: { _links: { health: { href: `http://127.0.0.1:${separatePortOf(app)}/z/health` } } }
  })
  t.match(lines.filter(({ check }) => check === 'db'), [{ from: 'UNKNOWN', to: 'DOWN' }])
  t.match(lines.map(({ message }) => message).filter((message) => String(message).includes('listen')), [
    `the management endpoints listen at http://127.0.0.1:${separatePortOf(app)}`, /^Server listening/
  ])
  t.same(lines.filter(({ message }) => String(message).includes('request')), [], 'requests are not logged')
})

await t.test('the log names the configured host', async (t) => {
  for (const [host, url] of [
    ['127.0.0.1', /listen at http:\/\/127\.0\.0\.1:\d+$/],
    ['::1', /listen at http:\/\/\[::1\]:\d+$/],
    ['localhost', /listen at http:\/\/localhost:\d+$/]
  ] as const) {
    const { app, lines } = await createServers(t, { listen: { host, port: 0 } })
    await app.ready()
    t.match(lines, [{ level: 'info', message: url }])
    await app.close()
  }
})

await t.test('logLevel turns on the request log of the separate port', async (t) => {
  const { getSeparate, lines } = await startServers(t, { logLevel: 'info' })
  lines.length = 0
  await getSeparate('/z/health/liveness')
  t.match(lines.map(({ message }) => message), ['incoming request', 'request completed'])
})

await t.test('hooks, decorators and prefixes of the app do not apply to the separate port', async (t) => {
  const log = new RecordingLog()
  const app = Fastify({ loggerInstance: log })
  t.teardown(async () => await app.close())
  app.addHook('onRequest', async () => await Promise.reject(new Error('not for you')))
  await app.register(async (child) => {
    await child.register(management, { listen: { host: '127.0.0.1', port: 0 }, prefix: '/manage' })
    t.equal(typeof child.management.addCheck, 'function')
  }, { prefix: '/v1' })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const [, url] =
    /listen at (.*)/.exec(String(log.lines.find(({ message }) => String(message).includes('listen at'))?.message)) ?? []
  t.match(await fetchAnswer(`${url}/manage/health/liveness`), { status: 200, text: '{"status":"UP"}' })
})

await t.test('two apps with separate ports share nothing', async (t) => {
  const [one, two] = [await startServers(t, { checks: { health: { a: () => false } } }), await startServers(t)]
  t.match([await one.getSeparate('/z/health'), await two.getSeparate('/z/health')], [{ status: 503 }, { status: 200 }])
})

await t.test('register() throws when the option listen is invalid', async (t) => {
  for (const [listen, message] of [
    [9000, /"listen" must be an object with a port and an optional host, or with the path of a Unix socket, got the n/],
    [{}, /option "listen\.port" must be a whole number from 0 to 65535, got undefined/],
    [{ port: '80' }, /option "listen\.port" must be/],
    [{ port: 65_536 }, /option "listen\.port" must be/],
    [{ port: 0, host: '' }, /option "listen\.host" must be/],
    [{ port: 0, hots: '::' }, /^unknown option "listen\.hots" \(did you mean "host"\?\), expected one of port, host, pa/],
    [{ port: 0, mode: 0o666 }, /option "listen\.mode" must be omitted without a "path", got the number 438/],
    [{ path: '/run/a.sock', port: 0 }, /option "listen\.port" must be omitted with a "path", got the number 0/],
    [{ path: '/run/a.sock', host: '::' }, /option "listen\.host" must be omitted with a "path", got the string "::"/],
    [{ path: '/run/a.sock', mode: 0o1000 }, /option "listen\.mode" must be a whole number from 0 to 511, got/]
  ] as const) {
    await t.rejects(createServers(t, { listen: listen as never }), { code: 'FST_MANAGEMENT_OPTION_INVALID', message })
  }
})
