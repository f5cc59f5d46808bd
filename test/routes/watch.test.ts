import { once } from 'node:events'
import { createServer } from 'node:http'
import type { RequestListener } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import Fastify from 'fastify'
import type { FastifyInstance, FastifyListenOptions } from 'fastify'
import t from 'tap'
import type { Test } from 'tap'
import { watchPort } from '../../lib/routes/watch.js'
import type { ManagementOptions } from '../../lib/index.js'
import type { PortWatch } from '../../lib/observe/watch/port-watch.js'
import { portOf } from '../support/app.js'
import { CERTIFICATE } from '../support/certificate.js'
import { ManualClock } from '../support/clock.js'
import { RecordingLog } from '../support/log.js'
import { documentOf, registerSwagger } from '../support/openapi.js'
import { readOptions } from '../support/options.js'
import { shortFolder } from '../support/sockets.js'

/** A clock that shows when the watch waits for its next request. */
class WatchClock extends ManualClock {
  #delay = 0

  override inBackground (delayMs: number, callback: () => void): () => void {
    this.#delay = delayMs
    return super.inBackground(delayMs, callback)
  }

  /** Waits until the request that is under way has its answer or its failure. */
  async settled (): Promise<void> {
    while (this.#delay === 100 && this.waiting > 0) await new Promise((resolve) => { setImmediate(resolve) })
  }

  /** Lets the time pass to the next request, and to its limit. */
  async giveUp (): Promise<void> {
    await this.pass(this.#delay)
    await this.pass(1_000)
  }

  /** Lets the time pass to the next request, and waits for its answer. */
  async next (): Promise<void> {
    await this.pass(this.#delay)
    await this.settled()
  }
}

interface Watched {
  readonly app: FastifyInstance
  readonly clock: WatchClock
  readonly log: RecordingLog
  readonly watch: PortWatch
  readonly changes: readonly string[]
  /** The URLs of the requests that the app has received. */
  readonly urls: readonly string[]
}

type Factory = (log: RecordingLog) => unknown

/** Watches the port of an app, whose clock stands still. */
async function watchApp (
  test: Test,
  factory: Factory = (loggerInstance) => Fastify({ loggerInstance }),
  listen: FastifyListenOptions = { port: 0, host: '127.0.0.1' },
  { prefix = '', ...options }: ManagementOptions = {}
): Promise<Watched> {
  const log = new RecordingLog()
  const app = factory(log) as FastifyInstance
  test.teardown(async () => await app.close())
  const clock = new WatchClock()
  const [changes, urls]: [string[], string[]] = [[], []]
  app.addHook('onRequest', async (request) => {
    urls.push(request.url)
    request.log.info('a request')
    await Promise.resolve()
  })
  const lifecycle = { portFails: (reason: string) => changes.push(reason), portAnswers: () => changes.push('answers') }
  const { settings } = readOptions({ listen: { port: 0 }, ...options })
  let watch: PortWatch | undefined
  await app.register(async (scope) => {
    watch = await watchPort(scope, { settings, engine: { lifecycle } }, clock)
  }, { prefix })
  if (watch === undefined) throw new Error('the port is not watched')
  const opened = watch
  test.teardown(() => opened.stop())
  await app.listen(listen)
  return { app, clock, log, watch, changes, urls }
}

/** Fails if the app logs anything but the addresses that it listens at. */
function linesOf ({ lines }: RecordingLog): readonly unknown[] {
  return lines.filter(({ message }) => !String(message).startsWith('Server listening'))
}

const { key, cert } = CERTIFICATE
const plain: Factory = (loggerInstance) => Fastify({ loggerInstance })
const servers: Readonly<Record<string, readonly [Factory, FastifyListenOptions?]>> = {
  'one address': [plain],
  'all IPv4 addresses': [plain, { port: 0, host: '0.0.0.0' }],
  'all addresses': [plain, { port: 0, host: '::' }],
  'IPv6 only': [plain, { port: 0, host: '::', ipv6Only: true }],
  localhost: [plain, { port: 0 }],
  'a Unix socket': [plain, { path: '' }],
  'HTTP/2': [(loggerInstance) => Fastify({ loggerInstance, http2: true })],
  'HTTP/2 on a Unix socket': [(loggerInstance) => Fastify({ loggerInstance, http2: true }), { path: '' }],
  TLS: [(loggerInstance) => Fastify({ loggerInstance, https: { key, cert } }), { port: 0, host: '::1' }],
  'HTTP/2 with TLS': [(loggerInstance) => Fastify({ loggerInstance, http2: true, https: { key, cert } })],
  'both versions with TLS':
    [(loggerInstance) => Fastify({ loggerInstance, http2: true, https: { key, cert, allowHTTP1: true } })],
  trustProxy: [(loggerInstance) => Fastify({ loggerInstance, trustProxy: true })],
  serverFactory: [(loggerInstance) => Fastify({ loggerInstance, serverFactory: (handler) => createServer(handler) })]
}

for (const [name, [factory, listen]] of Object.entries(servers)) {
  await t.test(`the port of an app is watched with ${name}, without a line in the log`, async (t) => {
    const path = listen?.path === '' ? { path: join(shortFolder(t), 'a') } : {}
    const { clock, log, changes, urls } = await watchApp(t, factory, listen && { ...listen, ...path })
    for (let request = 0; request < 3; request++) await clock.next()
    t.match(urls, [/^\/[\da-f]{32}$/, urls[0], urls[0]])
    t.equal(urls.length, 3)
    t.same([changes, linesOf(log)], [[], []])
  })
}

await t.test('a refusal, a redirect, an error and a large body of a hook count as answers', async (t) => {
  const { app, clock, log, changes } = await watchApp(t, (loggerInstance) => {
    const app = Fastify({ loggerInstance })
    const answers = [401, 302, 429, 500, 503, 200]
    app.addHook('onRequest', async (_request, reply) => {
      const code = answers.shift() ?? 204
      if (code === 500) throw new Error('a hook failed')
      await reply.code(code).send(code === 200 ? 'x'.repeat(1_000_000) : '')
    })
    return app
  })
  for (let request = 0; request < 7; request++) await clock.next()
  t.same([changes, linesOf(log)], [[], []])
  await app.close()
})

await t.test('readiness changes when a hook hangs, and again when it goes on', async (t) => {
  let hangs = false
  const { clock, log, changes } = await watchApp(t, (loggerInstance) => {
    const app = Fastify({ loggerInstance, forceCloseConnections: true })
    app.addHook('onRequest', async () => { if (hangs) await new Promise(() => undefined) })
    return app
  })
  await clock.next()
  hangs = true
  await clock.pass(5_999)
  t.same(changes, [])
  await clock.pass(5_001)
  t.same(changes, ['the port of the app gives no answer: no answer within 1000 ms'])
  hangs = false
  await clock.pass(1_000)
  await clock.settled()
  t.match(changes, { length: 2, 1: 'answers' })
  t.same(linesOf(log), [])
})

await t.test('readiness changes when the server accepts no more connections', async (t) => {
  const { app, clock, changes } = await watchApp(t, (loggerInstance) =>
    Fastify({ loggerInstance, forceCloseConnections: true }))
  await clock.next()
  const connected = once(app.server, 'connection')
  const socket = connect(portOf(app.server), '127.0.0.1').on('error', () => undefined)
  t.teardown(() => socket.destroy())
  await connected
  app.server.maxConnections = 1
  await clock.next()
  t.same(changes, [])
  await clock.next()
  t.match(changes, [/^the port of the app gives no answer: /])
})

await t.test('a watch that has never succeeded turns itself off with one warning', async (t) => {
  const listeners: readonly (readonly ['next' | 'giveUp', RequestListener, RegExp])[] = [
    ['giveUp', () => undefined, /: no answer within 1000 ms\. Set "listen\.watch" to false/],
    ['giveUp', ({ socket }) => socket.write('garbage'.repeat(20_000)), /: no answer within 1000 ms\. Set/],
    ['next', ({ socket }) => socket.destroy(), /: (the connection was closed without an answer|read ECONNRESET)\. Set/]
  ]
  for (const [wait, listener, message] of listeners) {
    const { clock, log, changes } = await watchApp(t, (loggerInstance) =>
      Fastify({ loggerInstance, forceCloseConnections: true, serverFactory: () => createServer(listener) }))
    for (let request = 0; request < 2; request++) await clock[wait]()
    await clock.pass(60_000)
    t.match(linesOf(log), [{ level: 'warn', message }])
    t.same([linesOf(log).length, changes, clock.waiting], [1, [], 0])
  }
})

await t.test('the watch follows an app that listens at another port later, and pauses in between', async (t) => {
  const { app, clock, changes, urls } = await watchApp(t)
  await clock.next()
  app.server.close()
  await once(app.server, 'close')
  for (let request = 0; request < 3; request++) await clock.next()
  app.server.listen(0, '127.0.0.1')
  await once(app.server, 'listening')
  await clock.next()
  t.same([urls.length, changes], [2, []])
})

await t.test('the watch works in a scope whose prefix has parameters', async (t) => {
  const { clock, log, urls } = await watchApp(t, plain, undefined, { prefix: '/:tenant/ä' })
  await clock.next()
  t.match(urls, [/^\/-\/%C3%A4\/[\da-f]{32}$/])
  t.same(linesOf(log), [])
})

await t.test('the watch is not logged when probes are', async (t) => {
  const { clock, log, urls } = await watchApp(t, plain, undefined, { logLevel: 'info' })
  await clock.next()
  t.same([urls.length, linesOf(log)], [1, []])
})

/** A constraint that each route must have. */
const strategy = {
  name: 'tenant',
  storage: () => ({ get: () => null, set: () => undefined }),
  deriveConstraint: () => 'a tenant',
  mustMatchWhenDerived: true
}
const constraints = { tenant: strategy }
const UNREACHED: Readonly<Record<string, readonly [Factory, ManagementOptions?]>> = {
  rewriteUrl: [(loggerInstance) => Fastify({ loggerInstance, rewriteUrl: ({ url = '' }) => `/v1${url}` })],
  'a constraint': [(loggerInstance) => Fastify({ loggerInstance, routerOptions: { constraints } })],
  'the expression of a prefix': [plain, { prefix: '/:id(^\\d+)' }]
}

for (const [cause, [factory, options]] of Object.entries(UNREACHED)) {
  await t.test(`the watch turns itself off with one warning when ${cause} keeps it from its route`, async (t) => {
    const { clock, log, changes } = await watchApp(t, factory, undefined, options)
    for (let request = 0; request < 2; request++) await clock.next()
    await clock.pass(60_000)
    const warnings = linesOf(log).filter((line) => (line as { level: string }).level === 'warn')
    t.match(warnings, [{ message: /: the request does not reach its route, because of "rewriteUrl", a constraint or/ }])
    t.same([warnings.length, changes, clock.waiting], [1, [], 0])
  })
}

await t.test('the route of the watch is in no document', async (t) => {
  for (const version of ['2.0', '3.1.0'] as const) {
    const app = Fastify()
    t.teardown(async () => await app.close())
    await registerSwagger(app, version)
    const { settings } = readOptions({ listen: { port: 0 } })
    const lifecycle = { portFails: () => undefined, portAnswers: () => undefined }
    await watchPort(app, { settings, engine: { lifecycle } }, new WatchClock())
    await app.ready()
    t.same(documentOf(app).paths, {})
  }
})
