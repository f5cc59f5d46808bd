import { once } from 'node:events'
import { request } from 'node:http'
import { connect, createServer } from 'node:net'
import basicAuth from '@fastify/basic-auth'
import Fastify from 'fastify'
import type { FastifyInstance, FastifyServerOptions } from 'fastify'
import t from 'tap'
import management, { errors } from '../../lib/index.js'
import type { ManagementOptions } from '../../lib/index.js'
import { ask, portOf } from '../support/app.js'
import type { Answer } from '../support/app.js'
import { answersOf, everyday, QUESTIONS, receive, start } from '../support/host.js'
import type { Client } from '../support/host.js'
import { KeepingLog } from '../support/log.js'

type Test = Pick<typeof t, 'teardown'>

interface TwoServers {
  readonly app: FastifyInstance
  readonly lines: KeepingLog['lines']
  /** Asks the app's own port. */
  readonly get: (path: string, headers?: Record<string, string>) => Promise<Answer>
  /** Asks the port of the endpoints. */
  readonly manage: (path: string, headers?: Record<string, string>) => Promise<Answer>
}

function portOfEndpoints (app: FastifyInstance): number {
  const [address] = app.management.addresses()
  if (typeof address !== 'object') throw new Error('the endpoints do not listen on a port')
  return address.port
}

async function unstarted (test: Test, options: ManagementOptions = {}, fastify: FastifyServerOptions = {}): Promise<TwoServers> {
  const log = new KeepingLog()
  const app = Fastify({ loggerInstance: log, forceCloseConnections: true, ...fastify })
  test.teardown(async () => await app.close())
  await app.register(management, { listen: { host: '127.0.0.1', port: 0 }, ...options })
  app.get('/', () => 'home')
  return {
    app,
    lines: log.lines,
    get: async (path, headers) => await ask(`http://127.0.0.1:${portOf(app.server)}${path}`, headers),
    manage: async (path, headers) => await ask(`http://127.0.0.1:${portOfEndpoints(app)}${path}`, headers)
  }
}

async function started (test: Test, options: ManagementOptions = {}, fastify: FastifyServerOptions = {}): Promise<TwoServers> {
  const servers = await unstarted(test, options, fastify)
  await servers.app.listen({ host: '127.0.0.1', port: 0 })
  return servers
}

await t.test('on a port of their own the endpoints answer as on the app\'s, to the byte', async (t) => {
  const bare = await start({ setUp: () => undefined }, 'first', t)
  const { app } = await started(t, everyday())
  const client: Client = async (app, sent) => await receive(request, { host: '127.0.0.1', port: portOfEndpoints(app) }, sent)
  t.same(await answersOf(app, QUESTIONS, client), await answersOf(bare, QUESTIONS))
})

await t.test('the app\'s port has none of them, and theirs has nothing else', async (t) => {
  const { get, manage } = await started(t)
  for (const path of ['/z', '/z/health', '/z/health/liveness', '/z/info', '/z/version']) {
    t.match(await get(path), { status: 404 }, path)
    t.match(await manage(path), { status: 200 }, path)
  }
  t.match(await get('/'), { status: 200, text: 'home' })
  t.match(await manage('/'), { status: 404 })
})

await t.test('they are there while the app starts, and readiness says that it does not listen yet', async (t) => {
  const { app, manage, lines } = await unstarted(t, { showDetails: 'always', checks: { startup: { migration: () => false } } })
  t.same(app.management.addresses(), [])
  await app.ready()
  t.match(await manage('/z/health/startup'), { status: 503, text: '{"status":"DOWN"}' })
  t.match(await manage('/z/health/liveness'), { status: 200, text: '{"status":"UP"}' })
  t.match(await manage('/z/health/readiness?verbose'), {
    status: 503,
    body: { status: 'OUT_OF_SERVICE', components: { lifecycle: { status: 'OUT_OF_SERVICE', details: { reason: 'the app does not listen yet' }, time: String } } }
  })
  t.match(await app.management.health('readiness'), { status: 'OUT_OF_SERVICE' })
  await app.listen({ host: '127.0.0.1', port: 0 })
  t.match(await manage('/z/health/readiness?verbose'), { status: 200, text: '{"status":"UP","components":{}}' })
  t.same(lines.filter(({ check }) => check === 'lifecycle'), [], 'whoever starts an app knows')
})

await t.test('what is said of the app before it listens counts, then and after', async (t) => {
  const { app, manage } = await unstarted(t, { showDetails: 'always' })
  await app.ready()
  app.management.takeOutOfService('the cache is being built')
  t.match(await manage('/z/health/lifecycle'), { body: { status: 'OUT_OF_SERVICE', details: { reason: 'the cache is being built' } } })
  await app.listen({ host: '127.0.0.1', port: 0 })
  t.match(await manage('/z/health/readiness'), { text: '{"status":"OUT_OF_SERVICE"}' })
  app.management.putInService()
  t.match(await manage('/z/health/readiness'), { text: '{"status":"UP"}' })
})

await t.test('a server of the app\'s own make that does not tell whether it listens is taken to', async (t) => {
  const { app, manage } = await unstarted(t)
  Object.defineProperty(app.server, 'listening', { value: undefined })
  await app.ready()
  t.match(await manage('/z/health/readiness'), { text: '{"status":"UP"}' })
})

await t.test('they answer while the app drains and closes, and are closed after it', async (t) => {
  const answers: unknown[] = []
  const { app, manage } = await unstarted(t, { checks: { liveness: { loop: () => true } } })
  const look = async (): Promise<void> => {
    for (const kind of ['liveness', 'readiness']) answers.push((await manage(`/z/health/${kind}`)).text)
  }
  app.addHook('preClose', look)
  app.addHook('onClose', async () => {
    t.equal(app.server.listening, false)
    await look()
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const port = portOfEndpoints(app)
  await look()
  await app.management.drain(0)
  await look()
  await app.close()
  const away = ['{"status":"UP"}', '{"status":"OUT_OF_SERVICE"}']
  t.same(answers, ['{"status":"UP"}', '{"status":"UP"}', ...away, ...away, ...away])
  t.same(app.management.addresses(), [])
  await t.rejects(ask(`http://127.0.0.1:${port}/z/health/liveness`))
})

await t.test('a port that is taken fails the start', async (t) => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  t.teardown(() => other.close())
  const { app } = await unstarted(t, { listen: { host: '127.0.0.1', port: portOf(other) } })
  await t.rejects(app.listen({ host: '127.0.0.1', port: 0 }), {
    code: 'FST_MANAGEMENT_LISTEN_FAILED',
    message: `the management endpoints cannot listen on 127.0.0.1:${portOf(other)}: listen EADDRINUSE: address already in use 127.0.0.1:${portOf(other)}`,
    cause: { code: 'EADDRINUSE' }
  })
  t.equal(app.server.listening, false)
  t.same(app.management.addresses(), [])
  await app.close()
})

await t.test('so does a host that is none of this machine\'s', async (t) => {
  const { app } = await unstarted(t, { listen: { host: '192.0.2.1', port: 0 } })
  const error: unknown = await app.ready().then(() => undefined, (error: unknown) => error)
  t.ok(error instanceof errors.ListenFailed)
  t.match(error, { message: /^the management endpoints cannot listen on 192\.0\.2\.1:0: / })
})

await t.test('neither who sends nothing nor who never sends all of a request holds up the close for long', async (t) => {
  const { app, manage } = await started(t)
  const port = portOfEndpoints(app)
  const [silent, slow] = [connect(port, '127.0.0.1'), connect(port, '127.0.0.1')]
  t.teardown(() => { silent.destroy(); slow.destroy() })
  await Promise.all([once(silent, 'connect'), once(slow, 'connect')])
  slow.write('GET /z/health HTTP/1.1\r\nHost: h\r\n')
  await manage('/z/health')
  const ends = Promise.all([once(silent.resume(), 'close'), once(slow.resume(), 'close')])
  await app.close()
  await ends
  t.pass('closed')
})

await t.test('auth, details, links and the log are there as on the app\'s port', async (t) => {
  const { app, manage, lines } = await unstarted(t, {
    auth: (request, reply, done) => { app.basicAuth(request, reply, done) },
    showDetails: (request) => request.headers['x-role'] === 'operator',
    checks: { readiness: { db: () => { throw new Error('away') } } }
  })
  await app.register(basicAuth, { validate: async (user) => { if (user !== 'ops') await Promise.reject(new Error('no')) } })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const authorization = `Basic ${Buffer.from('ops:x').toString('base64')}`
  t.match(await manage('/z/health'), { status: 401 })
  t.match(await manage('/z/health/readiness'), { status: 503, text: '{"status":"DOWN"}' })
  t.match(await manage('/z/health', { authorization }), { status: 503, text: '{"status":"DOWN","components":{"db":{"status":"DOWN"}}}' })
  t.match(await manage('/z/health', { authorization, 'x-role': 'operator' }), { body: { components: { db: { details: { error: 'away' } } } } })
  t.match(await manage('/z', { authorization }), { body: { _links: { health: { href: `http://127.0.0.1:${portOfEndpoints(app)}/z/health` } } } })
  t.match(lines.filter(({ check }) => check === 'db'), [{ from: 'UNKNOWN', to: 'DOWN' }])
  t.match(lines.map(({ message }) => message).filter((message) => String(message).includes('listen')), [
    `the management endpoints listen at http://127.0.0.1:${portOfEndpoints(app)}`, /^Server listening/
  ])
  t.same(lines.filter(({ message }) => String(message).includes('request')), [], 'and none of its requests')
})

await t.test('the log says what was asked for', async (t) => {
  for (const [host, url] of [['127.0.0.1', /listen at http:\/\/127\.0\.0\.1:\d+$/], ['::1', /listen at http:\/\/\[::1\]:\d+$/], ['localhost', /listen at http:\/\/localhost:\d+$/]] as const) {
    const { app, lines } = await unstarted(t, { listen: { host, port: 0 } })
    await app.ready()
    t.match(lines, [{ level: 'info', message: url }])
    await app.close()
  }
})

await t.test('a level of the log can be chosen', async (t) => {
  const { manage, lines } = await started(t, { logLevel: 'info' })
  lines.length = 0
  await manage('/z/health/liveness')
  t.match(lines.map(({ message }) => message), ['incoming request', 'request completed'])
})

await t.test('hooks, decorators and prefixes of the app do not apply there', async (t) => {
  const log = new KeepingLog()
  const app = Fastify({ loggerInstance: log })
  t.teardown(async () => await app.close())
  app.addHook('onRequest', async () => await Promise.reject(new Error('not for you')))
  await app.register(async (child) => {
    await child.register(management, { listen: { host: '127.0.0.1', port: 0 }, prefix: '/manage' })
    t.equal(typeof child.management.addCheck, 'function')
  }, { prefix: '/v1' })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const [, url] = /listen at (.*)/.exec(String(log.lines.find(({ message }) => String(message).includes('listen at'))?.message)) ?? []
  t.match(await ask(`${url}/manage/health/liveness`), { status: 200, text: '{"status":"UP"}' })
})

await t.test('beside an app that has its own listen, two of them need two ports and share nothing', async (t) => {
  const [one, two] = [await started(t, { checks: { health: { a: () => false } } }), await started(t)]
  t.match([await one.manage('/z/health'), await two.manage('/z/health')], [{ status: 503 }, { status: 200 }])
})

await t.test('an app that is closed before it is ready, or while it gets ready, leaves nothing open', async (t) => {
  const early = await unstarted(t)
  await early.app.close()
  for (const turns of [0, 1, 2, 5, 10]) {
    const { app } = await unstarted(t)
    const ready = app.ready()
    for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve))
    await Promise.all([app.close(), ready])
    t.same(app.management.addresses(), [], `${turns} turns later`)
  }
})

await t.test('what makes no address is refused', async (t) => {
  for (const [listen, message] of [
    [9000, /option "listen" must be an object with a port, and a host where it is not 127\.0\.0\.1, got the number 9000/],
    [{}, /option "listen\.port" must be a whole number from 0 to 65535, got undefined/],
    [{ port: '80' }, /option "listen\.port" must be/],
    [{ port: 65_536 }, /option "listen\.port" must be/],
    [{ port: 0, host: '' }, /option "listen\.host" must be/]
  ] as const) {
    await t.rejects(unstarted(t, { listen: listen as never }), { code: 'FST_MANAGEMENT_OPTION_INVALID', message })
  }
  const { lines } = await unstarted(t, { listen: { port: 0, path: '/tmp/x' } as never })
  t.match(lines.filter(({ level }) => level === 'warn'), [{ option: 'listen.path' }])
})
