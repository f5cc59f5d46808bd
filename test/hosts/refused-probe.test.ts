import { once } from 'node:events'
import http2 from 'node:http2'
import { connect } from 'node:net'
import etag from '@fastify/etag'
import Fastify from 'fastify'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import t from 'tap'
import management from '../../lib/index.js'
import type { ManagementOptions } from '../../lib/index.js'
import { fetchAnswer, portOf, startApp } from '../support/app.js'
import type { TestApp } from '../support/app.js'
import { RecordingLog } from '../support/log.js'
import type { Line } from '../support/log.js'
import { startServers } from './fixtures/two-servers.js'

type Test = Pick<typeof t, 'teardown'>
type Hook = (request: FastifyRequest, reply: FastifyReply) => unknown

const unauthorized = (): never => { throw Object.assign(new Error('who are you?'), { statusCode: 401 }) }

/** Starts an app with a root hook, which is async. */
async function startHooked (
  test: Test,
  hook: Hook,
  options: ManagementOptions = {},
  name: 'onRequest' | 'preHandler' = 'onRequest',
  setUp?: (app: FastifyInstance) => Promise<void>
): Promise<TestApp> {
  return await startApp(test, options, {
    before: async (app) => {
      app.addHook(name, async (request, reply) => await hook(request, reply))
      await setUp?.(app)
    }
  })
}

function warningsIn (lines: readonly Line[]): readonly Line[] {
  return lines.filter(({ level }) => level === 'warn')
}

await t.test('a probe that a hook refuses is logged once, with the probe, the code and the remedy', async (t) => {
  const { get, lines } = await startHooked(t, unauthorized)
  for (let request = 0; request < 3; request++) t.match(await get('/z/health/liveness'), { status: 401 })
  await get('/z/health/liveness?verbose&random=1')
  t.match(warningsIn(lines), { length: 1 })
  t.match(warningsIn(lines), [{
    probe: 'liveness',
    path: '/z/health/liveness',
    statusCode: 401,
    message: 'the app answered the liveness probe /z/health/liveness with 401, before this plugin could answer. ' +
      'Kubernetes takes the probe as failed, and restarts the container again and again. ' +
      'Keep hooks and limits of the app off routes with config.management === "probe", or serve the probes on a ' +
      'separate port (option "listen"): see docs/in-your-app.md of fastify-management-endpoints'
  }])
})

await t.test('each probe and each code has one warning, with the reaction of Kubernetes', async (t) => {
  let code = 429
  const answer: Hook = async (_request, reply) => await reply.code(code).send({ busy: true })
  const { get, lines } = await startHooked(t, answer, { kinds: ['canary'] }, 'preHandler')
  for (code of [429, 503, 429, 503]) {
    for (const probe of ['liveness', 'ping', 'readiness', 'startup', 'canary']) await get(`/z/health/${probe}`)
  }
  const restarts = 'Kubernetes takes the probe as failed, and restarts the container again and again.'
  const reactions: readonly [string, string][] = [
    ['liveness', restarts], ['ping', restarts], ['startup', restarts],
    ['readiness', 'Kubernetes takes the probe as failed, and sends the pod no traffic.'],
    ['canary', 'Its caller takes the probe as failed, whatever the checks report.']
  ]
  t.equal(warningsIn(lines).length, 10)
  for (const [probe, reaction] of reactions) {
    const ofProbe = warningsIn(lines).filter(({ path }) => path === `/z/health/${probe}`)
    t.match(ofProbe, [{ statusCode: 429 }, { statusCode: 503 }])
    for (const { message } of ofProbe) t.match(String(message), reaction)
  }
})

await t.test('a probe that a hook answers with 200 is logged, because the checks have no effect', async (t) => {
  const { get, lines } = await startHooked(t, async (_request, reply) => await reply.send('hello'))
  t.match(await get('/z/health/liveness'), { status: 200, text: 'hello' })
  t.match(warningsIn(lines), [{ statusCode: 200, message: /takes the probe as passed, whatever the checks report/ }])
})

await t.test('a probe that a hook redirects is logged, because Kubernetes may follow the redirect', async (t) => {
  const { get, lines } = await startHooked(t, async (_request, reply) => await reply.redirect('https://localhost/login'))
  t.match(await get('/z/health/liveness'), { status: 302 })
  const reaction =
    'takes the probe as passed, whatever the checks report, except that it follows a redirect to the same host. '
  t.match(warningsIn(lines), [{ statusCode: 302, message: reaction }])
})

await t.test('a probe that a hook answers on the raw response is logged', async (t) => {
  const { get, lines } = await startHooked(t, (_request, reply) => {
    reply.hijack()
    reply.raw.writeHead(403).end()
  })
  t.match(await get('/z/health/readiness'), { status: 403 })
  t.match(warningsIn(lines), [{ probe: 'readiness', statusCode: 403 }])
})

await t.test('a probe whose code an onSend hook changes is logged', async (t) => {
  const { get, lines } = await startApp(t, {}, {
    after: (app) => {
      app.addHook('onSend', async (_request, reply, payload) => {
        void reply.code(502)
        return await Promise.resolve(payload)
      })
    }
  })
  t.match(await get('/z/health/liveness'), { status: 502 })
  t.match(warningsIn(lines), [{ statusCode: 502, message: /after this plugin had answered with another code/ }])
})

await t.test('a probe whose answer fails in an onSend hook is logged', async (t) => {
  const { get, lines } = await startApp(t, {}, {
    before: (app) => {
      app.setErrorHandler(async (_error, _request, reply) => await reply.code(500).send('broken'))
      let isBroken = true
      app.addHook('onSend', async (_request, _reply, payload) => {
        if (!isBroken) return await Promise.resolve(payload)
        isBroken = false
        throw new Error('broken')
      })
    }
  })
  t.match(await get('/z/health/liveness'), { status: 500 })
  t.match(warningsIn(lines), [{ statusCode: 500 }])
})

await t.test('HEAD and GET of a probe share one warning', async (t) => {
  const { get, lines } = await startHooked(t, unauthorized)
  await get('/z/health/liveness', {}, 'HEAD')
  await get('/z/health/liveness')
  t.match(warningsIn(lines), { length: 1 })
})

await t.test('in a scope with a prefix the warning contains the path of the route', async (t) => {
  const { get, lines } = await startHooked(t, unauthorized, {}, 'onRequest', async (app) => {
    await app.register(async (scope) => { await scope.register(management) }, { prefix: '/shops/:shop' })
  })
  for (const shop of ['a', 'b', 'c']) t.match(await get(`/shops/${shop}/z/health/readiness`), { status: 401 })
  t.match(warningsIn(lines), [{ path: '/shops/:shop/z/health/readiness' }])
  t.match(warningsIn(lines), { length: 1 })
})

await t.test('answers of the plugin are not logged, whatever their code', async (t) => {
  const { get, lines, app } = await startApp(t, {
    checks: { readiness: { db: () => false } },
    statusCodes: { DOWN: 500 },
    auth: unauthorized
  })
  const paths = ['readiness', 'readiness?verbose', 'liveness', 'startup', 'db', 'nobody']
  for (const path of paths) await get(`/z/health/${path}`)
  for (const path of ['', '/health', '/info', '/version']) t.match(await get(`/z${path}`), { status: 401 })
  app.management.markBroken('for a test')
  t.match(await get('/z/health/liveness'), { status: 500 })
  t.same(warningsIn(lines).filter(({ probe }) => probe !== undefined), [])
})

await t.test('reports that a hook refuses are not logged', async (t) => {
  const { get, lines } = await startHooked(t, unauthorized)
  const paths = ['', '/health', '/health/db', '/info', '/version']
  for (const path of paths) t.match(await get(`/z${path}`), { status: 401 })
  t.same(warningsIn(lines), [])
})

await t.test('304 to a client with a cached copy is not logged', async (t) => {
  const { get, lines } = await startApp(t, {}, { before: async (app) => { await app.register(etag) } })
  const { headers } = await get('/z/health/liveness')
  t.match(await get('/z/health/liveness', { 'if-none-match': headers['etag'] ?? '' }), { status: 304 })
  t.same(warningsIn(lines), [])
})

await t.test('a client that disconnects before the refusal is not logged', async (t) => {
  let refuse: () => void = () => undefined
  const waiting = new Promise<void>((resolve) => { refuse = resolve })
  const { app, lines } = await startHooked(t, async (request) => {
    client.destroy()
    await once(request.raw.socket, 'close')
    unauthorized()
  })
  const client = connect(portOf(app.server), '127.0.0.1')
  app.server.once('connection', (socket) => { socket.once('close', () => setImmediate(refuse)) })
  client.write('GET /z/health/liveness HTTP/1.1\r\nHost: a\r\n\r\n')
  await waiting
  await app.close()
  t.same(warningsIn(lines), [])
})

await t.test('over HTTP/2 a refused probe is logged, and a client that disconnects before is not', async (t) => {
  const log = new RecordingLog()
  const app = Fastify({ http2: true, loggerInstance: log })
  t.teardown(async () => await app.close())
  app.addHook('onRequest', async ({ url, raw }, reply) => {
    if (url.includes('startup')) return await reply.code(401).send()
    cancelled.close()
    await once(raw, 'close')
    return await reply.code(401).send()
  })
  await app.register(management)
  await app.listen({ host: '127.0.0.1', port: 0 })
  const client = http2.connect(`http://127.0.0.1:${portOf(app.server)}`)
  t.teardown(() => client.destroy())
  const cancelled = client.request({ ':path': '/z/health/liveness' })
  await once(cancelled, 'close')
  const refused = client.request({ ':path': '/z/health/startup' }).resume()
  await once(refused, 'close')
  t.match(warningsIn(log.lines), [{ probe: 'startup', statusCode: 401 }])
  t.match(warningsIn(log.lines), { length: 1 })
})

await t.test('codes without end have a limited number of warnings', async (t) => {
  let code = 430
  const { get, lines } = await startHooked(t, async (_request, reply) => await reply.code(code++).send())
  for (let request = 0; request < 50; request++) await get('/z/health/liveness')
  t.equal(warningsIn(lines).length, 20)
})

await t.test('probes on a separate port are not refused by hooks of the app, and are not logged', async (t) => {
  const { app, getSeparate, lines } = await startServers(t, { checks: { readiness: { db: () => false } } })
  t.ok(app.hasDecorator('management'))
  t.match(await getSeparate('/z/health/readiness'), { status: 503 })
  t.same(lines.filter(({ probe }) => probe !== undefined), [])
})

await t.test('a logger that throws does not fail the answer', async (t) => {
  const app: FastifyInstance = Fastify({ logger: true })
  t.teardown(async () => await app.close())
  t.capture(process, 'emitWarning', () => undefined)
  app.log.warn = () => { throw new Error('disk full') }
  app.addHook('onRequest', async () => await Promise.resolve(unauthorized()))
  await app.register(management)
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  t.match(await fetchAnswer(`${url}/z/health/liveness`), { status: 401 })
})

await t.test('an app without a logger has no hook on its probes', async (t) => {
  for (const logger of [false, { level: 'silent' }, { level: 'error' }]) {
    const app = Fastify({ logger })
    t.teardown(async () => await app.close())
    const hooks: unknown[] = []
    app.addHook('onRoute', ({ url, onResponse }) => { if (url === '/z/health/liveness') hooks.push(onResponse) })
    await app.register(management)
    await app.ready()
    t.same(hooks, [undefined, undefined])
  }
})
