import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { connect as connectHttp2 } from 'node:http2'
import type { Socket } from 'node:net'
import Fastify from 'fastify'
import type { FastifyInstance, FastifyServerOptions } from 'fastify'
import t from 'tap'
import type { Test } from 'tap'
import { Events } from '../../lib/health/events.js'
import { Lifecycle } from '../../lib/health/lifecycle.js'
import type { SignalledApp } from '../../lib/shutdown/process-signals.js'
import { Shutdown } from '../../lib/shutdown/shutdown.js'
import { portOf, startApp } from '../support/app.js'
import { ManualClock } from '../support/clock.js'
import { RecordingLog } from '../support/log.js'
import type { Line } from '../support/log.js'
import { codesIn, exchange, openRaw } from '../support/raw-socket.js'
import type { RawSocket } from '../support/raw-socket.js'

const TIMEOUT_MS = 5_000
const ERROR = 'the app has not closed within 5000 ms: open requests are cut off'

interface Target {
  readonly app: FastifyInstance
  readonly open: () => Promise<RawSocket>
  /** Sends the signal, lets the timeout pass, and returns the lines about open requests. */
  readonly shutDown: () => Promise<readonly Line[]>
}

async function start (
  t: Test, setUp: (app: FastifyInstance) => void = () => undefined, options: FastifyServerOptions = {}
): Promise<Target> {
  const log = new RecordingLog()
  const app: FastifyInstance = Fastify({ loggerInstance: log, ...options })
  app.post('/upload', (request) => request.body)
  app.get('/waits/*', async () => await new Promise(() => undefined))
  setUp(app)
  const clock = new ManualClock()
  const lifecycle = new Lifecycle(new Events(app.log, app, clock), clock, () => true)
  const apps: SignalledApp[] = []
  const settings = { signals: ['SIGTERM'], delay: 0, timeout: TIMEOUT_MS, close: undefined } as const
  let hasLeft = false
  const signals = { join: (app: SignalledApp) => { apps.push(app) }, leave: () => { hasLeft = true } }
  Shutdown.install({ fastify: app, settings, lifecycle, signals, clock })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const port = portOf(app.server)
  const shutDown = async (): Promise<readonly Line[]> => {
    for (const app of apps) app.onSignal('SIGTERM', 1)
    // eslint-disable-next-line no-unmodified-loop-condition -- leave() changes it
    for (let passed = 0; !hasLeft && passed < 4 * TIMEOUT_MS; passed += 100) await clock.pass(100)
    return log.lines.filter(({ message }) => /waits for|not closed/.test(String(message)))
  }
  return { app, open: async () => await openRaw(t, port), shutDown }
}

async function received (app: FastifyInstance, send: () => void): Promise<void> {
  const request = once(app.server, 'request')
  send()
  await request
}

await t.test('a body that never ends delays the close until the timeout, and the log names its request', async (t) => {
  const { app, open, shutDown } = await start(t)
  const slow = await open()
  const head = 'POST /upload?token=hunter2 HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nContent-Length: 9'
  await received(app, () => slow.write(`${head}\r\n\r\nhalf`))
  t.match(await shutDown(), [
    { level: 'info', message: /^the app waits for POST \/upload \(open for 2\d00 ms\)$/ },
    {
      level: 'warn',
      message: /^the app waits for POST \/upload \(open for 5\d00 ms\)$/,
      requests: [{ method: 'POST', path: '/upload', ageMs: Number, isUpgraded: false }],
      openRequests: 1,
      openConnections: 1
    },
    { level: 'error', message: ERROR }
  ])
})

await t.test('a request path in the log contains no query, secret, or control character, and is short', async (t) => {
  const { app, open, shutDown } = await start(t)
  const token = `eyJhbGciOiJIUzI1NiJ9.${'a'.repeat(40)}.${'b'.repeat(40)}`
  for (const path of [
    `/waits/${token}`, 'http://u:hunter2@a/waits/x?password=hunter2', `/waits/${'x'.repeat(9_000)}`,
    '/waits/%0a%1b', '/waits/;token=hunter2', '/waits/a?hunter2'
  ]) {
    const raw = await open()
    await received(app, () => raw.write(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`))
  }
  const [, warning] = await shutDown()
  const text = JSON.stringify(warning)
  t.notMatch(text, /hunter2|aaaa|127\.0\.0\.1|password/)
  t.ok(text.length < 3_000, `${text.length} characters`)
  t.notMatch(text, /[^\x20-\x7e…]/)
  t.equal(warning?.['openRequests'], 6)
})

await t.test('a hundred open requests are counted, and the oldest ten are named', async (t) => {
  const { app, open, shutDown } = await start(t)
  for (let count = 0; count < 100; count++) {
    const raw = await open()
    await received(app, () => raw.write(`GET /waits/${count} HTTP/1.1\r\nHost: a\r\n\r\n`))
  }
  const [, warning] = await shutDown()
  t.match(warning, { openRequests: 100, openConnections: 100, requests: { length: 10 } })
  t.match(warning?.message, /^the app waits for GET \/waits\/0 .*GET \/waits\/9 \(open for \d+ ms\), 90 more$/)
})

await t.test('the log names an upgraded connection, and a request that Fastify does not see', async (t) => {
  const { app, open, shutDown } = await start(t, (app) => {
    app.server.on('upgrade', (_request: IncomingMessage, socket: Socket) => {
      socket.on('error', () => undefined).write('HTTP/1.1 101 Switching Protocols\r\n\r\n')
    })
    app.server.on('checkContinue', () => undefined)
  })
  const upgraded = await open()
  upgraded.write('GET /chat?token=hunter2 HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
  await upgraded.receives(/101/)
  const beside = await open()
  const checked = once(app.server, 'checkContinue')
  beside.write('PUT /beside HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n')
  await checked
  const [, warning] = await shutDown()
  t.match(warning?.['requests'], [
    { method: 'GET', path: '/chat', isUpgraded: true }, { method: 'PUT', path: '/beside', isUpgraded: false }
  ])
})

await t.test('the log names streams of HTTP/2', async (t) => {
  const { app, shutDown } = await start(t, undefined, { http2: true } as FastifyServerOptions)
  const session = connectHttp2(`http://127.0.0.1:${portOf(app.server)}`).on('error', () => undefined)
  t.teardown(() => session.destroy())
  for (const path of ['/waits/one', '/waits/two?token=hunter2']) {
    await received(app, () => { session.request({ ':path': path }).on('error', () => undefined) })
  }
  const [, warning] = await shutDown()
  t.match(warning?.['requests'], [{ method: 'GET', path: '/waits/one' }, { method: 'GET', path: '/waits/two' }])
  t.equal(warning?.['openConnections'], 1)
})

await t.test('the log names the hooks when no request is open', async (t) => {
  const { shutDown } = await start(t, (app) => {
    app.addHook('onClose', async () => await new Promise(() => undefined))
  })
  t.match(await shutDown(), [
    { level: 'info', message: 'the app waits for a preClose or onClose hook: no connection is open' },
    { level: 'warn', openRequests: 0, openConnections: 0 },
    { level: 'error', message: ERROR }
  ])
})

await t.test('an app that listens to events of its server after the registration answers as before', async (t) => {
  const { app } = await startApp(t, { shutdown: true }, {
    after: ({ server }) => {
      server.on('upgrade', (_request, socket) => { socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n') })
      server.on('connect', (_request, socket) => { socket.end('HTTP/1.1 200 OK\r\n\r\n') })
      server.on('checkContinue', (_request, response) => { response.writeHead(417).end() })
      server.on('checkExpectation', (_request, response) => { response.writeHead(418).end() })
    }
  })
  const codes = await Promise.all(['Connection: Upgrade\r\nUpgrade: x', 'Expect: 100-continue', 'Expect: more'].map(
    async (header) => {
      const close = header.startsWith('Connection') ? '' : 'Connection: close\r\n'
      return codesIn(await exchange(t, portOf(app.server), `GET / HTTP/1.1\r\nHost: app\r\n${close}${header}\r\n\r\n`))
    }))
  t.same(codes, [[101], [417], [418]])
})
