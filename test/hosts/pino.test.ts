import { Writable } from 'node:stream'
import Fastify from 'fastify'
import t from 'tap'
import management from '../../lib/index.js'
import type { ManagementOptions } from '../../lib/index.js'
import { fetchAnswer } from '../support/app.js'
import { RecordingLog } from '../support/log.js'
import { startApp } from '../support/app.js'

interface PinoApp {
  readonly url: string
  readonly lines: Record<string, unknown>[]
}

/** Starts an app with the pino logger of Fastify at level `trace`. */
async function startPinoApp (test: Pick<typeof t, 'teardown'>, options: ManagementOptions): Promise<PinoApp> {
  const lines: Record<string, unknown>[] = []
  const stream = new Writable({
    write (chunk, _encoding, done) {
      lines.push(JSON.parse(String(chunk)) as Record<string, unknown>)
      done()
    }
  })
  const app = Fastify({ logger: { level: 'trace', stream }, forceCloseConnections: true })
  test.teardown(async () => await app.close())
  await app.register(management, options)
  app.addHook('onRequest', async (request) => {
    request.log.info('a hook of the host')
    await Promise.resolve()
  })
  app.get('/', () => 'home')
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  lines.length = 0
  return { url, lines }
}

await t.test('1,000 requests to endpoints write no line when the log level is trace', async (t) => {
  const { url, lines } = await startPinoApp(t, { checks: { readiness: { db: () => true } } })
  const paths = [
    '/z/health/liveness', '/z/health/readiness', '/z/health/startup', '/z/health', '/z/info', '/z/version',
    '/z/health/nobody', '/z'
  ]
  for (let round = 0; round < 125; round++) await Promise.all(paths.map(async (path) => await fetchAnswer(url + path)))
  t.same(lines, [])
  await fetchAnswer(`${url}/`)
  t.match(
    lines,
    [{ msg: 'incoming request' }, { msg: 'a hook of the host' }, { msg: 'request completed' }],
    'the routes of the app still log'
  )
})

await t.test('each status change writes one line, after any number of probes', async (t) => {
  let status: 'UP' | 'DOWN' = 'UP'
  const { url, lines } = await startPinoApp(t, {
    checks: {
      readiness: {
        db: () => { if (status === 'DOWN') throw new Error('connect ECONNREFUSED') }
      }
    }
  })
  const probe = async (): Promise<void> => {
    for (let probes = 0; probes < 20; probes++) await fetchAnswer(`${url}/z/health/readiness`)
  }
  await probe()
  status = 'DOWN'
  await probe()
  status = 'UP'
  await probe()
  t.match(lines, [
    {
      level: 40,
      check: 'db',
      kinds: ['readiness'],
      from: 'UP',
      to: 'DOWN',
      error: 'connect ECONNREFUSED',
      durationMs: Number,
      msg: 'check "db" is DOWN'
    },
    {
      level: 30,
      check: 'db',
      kinds: ['readiness'],
      from: 'DOWN',
      to: 'UP',
      durationMs: Number,
      msg: 'check "db" is UP'
    }
  ])
  t.equal(lines.length, 2)
})

await t.test('logLevel turns on the log of requests to endpoints', async (t) => {
  const { url, lines } = await startPinoApp(t, { logLevel: 'info' })
  await fetchAnswer(`${url}/z/health/liveness`)
  t.match(lines, [{ msg: 'incoming request' }, { msg: 'a hook of the host' }, { msg: 'request completed' }])
})

await t.test('hooks of the app can use the logger of a silent route', async (t) => {
  const { get, lines } = await startApp(t, {}, {
    before: (app) => {
      app.addHook('onRequest', async (request) => {
        request.log.child({ a: 1 }).child({ b: 2 }).error('not to be seen')
        request.log.level = 'trace'
        Object.assign(request.log, { kept: request.url })
        await Promise.resolve()
      })
      app.addHook('onResponse', async (request) => {
        t.equal(Reflect.get(request.log, 'kept'), request.url, 'a property stays on the logger of its request')
        request.log.warn('not to be seen')
        await Promise.resolve()
      })
    }
  })
  const before = lines.length
  await Promise.all(['a', 'b', 'c'].map(async (query) => await get(`/z/health/liveness?${query}`)))
  t.equal(lines.length, before)
})

await t.test('the logger of a silent route has the request id, and emits no level change', async (t) => {
  const app = Fastify({ logger: { stream: new Writable({ write: (_chunk, _encoding, done) => done() }) } })
  t.teardown(async () => await app.close())
  const bound: unknown[] = []
  let changes = 0
  Reflect.apply(Reflect.get(app.log, 'on') as () => void, app.log, ['level-change', () => { changes += 1 }])
  app.addHook('onRequest', async ({ id, log }) => {
    bound.push([id, Reflect.apply(Reflect.get(log, 'bindings') as () => unknown, log, [])])
    await Promise.resolve()
  })
  await app.register(management)
  await app.ready()
  const before = changes
  for (let probes = 0; probes < 2; probes++) await app.inject('/z/health/liveness')
  t.same(bound, [['req-1', { reqId: 'req-1' }], ['req-2', { reqId: 'req-2' }]])
  t.equal(changes, before)
})

await t.test('another logger than pino logs the routes of the app only', async (t) => {
  const { get, lines, app } = await startApp(t, {}, { before: (app) => { app.get('/', () => 'home') } })
  t.ok(app.log instanceof RecordingLog)
  const before = lines.length
  for (const path of ['/z/health/liveness', '/z/health', '/z/health/nobody']) await get(path)
  t.equal(lines.length, before)
  await get('/')
  t.match(lines.slice(before), [{ message: 'incoming request' }, { message: 'request completed' }])
})

await t.test('hooks see the properties that the child logger factory of the app adds', async (t) => {
  const audited: string[] = []
  const { get, lines } = await startApp(t, {}, {
    fastify: {
      childLoggerFactory: (logger, bindings, options) =>
        Object.assign(logger.child(bindings, options), { audit: (text: string) => audited.push(text) })
    },
    before: (app) => {
      app.addHook('onRequest', async (request) => {
        const { log } = request
        if ('audit' in log && typeof log.audit === 'function') Reflect.apply(log.audit, log, [request.url])
        t.equal(log.level, request.routeOptions.config.management === undefined ? 'info' : 'silent')
        await Promise.resolve()
      })
    }
  })
  const before = lines.length
  t.match(await get('/z/health/liveness'), { status: 200 })
  t.same(audited, ['/z/health/liveness'])
  t.equal(lines.length, before)
})

await t.test('loggers that are frozen or have private fields are silent too', async (t) => {
  class PrivateLog extends RecordingLog {
    readonly #calls: string[] = []
    readonly levels = { values: { audit: 35, silent: Infinity } }
    readonly audit = (): boolean => t.fail('custom levels must be silent too')
    note (text: string): number { return this.#calls.push(text) }
    override child (): PrivateLog {
      const child = new PrivateLog()
      Object.freeze(child)
      return child
    }
  }
  const { get } = await startApp(t, {}, {
    fastify: { loggerInstance: new PrivateLog() },
    before: (app) => {
      app.addHook('onRequest', async (request) => {
        const note: unknown = Reflect.get(request.log, 'note')
        if (typeof note === 'function') Reflect.apply(note, request.log, ['seen'])
        request.log.info('not to be seen')
        const audit: unknown = Reflect.get(request.log, 'audit')
        if (typeof audit === 'function') Reflect.apply(audit, request.log, [])
        await Promise.resolve()
      })
    }
  })
  t.match(await get('/z/health/liveness'), { status: 200 })
})

await t.test('the endpoints answer when the app has no logger', async (t) => {
  const app = Fastify()
  t.teardown(async () => await app.close())
  await app.register(management, { checks: { health: { a: () => false } } })
  t.match(await app.inject('/z/health'), { statusCode: 503 })
  t.match(await app.inject('/z/health/liveness'), { statusCode: 200 })
})
