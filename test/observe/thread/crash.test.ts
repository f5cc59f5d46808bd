import { once } from 'node:events'
import { request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import t from 'tap'
import type { Test } from 'tap'
import { errors } from '../../../lib/index.js'
import { WORKER_SOURCE } from '../../../lib/observe/thread/worker-source.js'
import { ThreadedServer } from '../../../lib/routes/threaded-server.js'
import type { ThreadedServerDependencies } from '../../../lib/routes/threaded-server.js'
import type { SeparateServer } from '../../../lib/routes/separate-server.js'
import { systemClock } from '../../../lib/base/clock.js'
import { Deferred } from '../../../lib/base/deferred.js'
import { setUpEngine } from '../../support/engine.js'
import type { Line, RecordingLog } from '../../support/log.js'
import { shortFolder } from '../../support/sockets.js'
import { getter } from './fixtures/port-thread.js'
import type { PortAnswer } from './fixtures/port-thread.js'

/** Makes the thread fail when the app is ready. */
const CRASH = `
require('node:worker_threads').parentPort.on('message', ({ type }) => {
  if (type === 'limits') throw new Error('boom')
})
`

interface SetUp {
  readonly server: SeparateServer
  readonly log: RecordingLog
  readonly line: (message: RegExp) => Promise<Line>
  readonly get: (path: string) => Promise<PortAnswer>
}

async function setUp (t: Test, options: Partial<ThreadedServerDependencies> = {}): Promise<SetUp> {
  const { engine, fastify: app, log } = setUpEngine()
  const server = await ThreadedServer.create({
    app,
    engine,
    settings: { statusCodes: { DOWN: 503, OUT_OF_SERVICE: 503, DEGRADED: 200, UP: 200 } },
    listen: { address: { host: '127.0.0.1', port: 0 }, https: undefined },
    prefix: '/z',
    routes: async (instance) => {
      instance.get('/app', () => 'app')
      await Promise.resolve()
    },
    isSilent: true,
    clock: systemClock,
    thread: { maxBlocked: 30_000, readinessBlocked: 2_000, blocker: true },
    ...options
  })
  t.teardown(async () => await server.close())
  const line = async (message: RegExp): Promise<Line> => {
    for (;;) {
      const found = log.lines.find((line) => message.test(String(line.message)))
      if (found !== undefined) return found
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }
  const get: SetUp['get'] = async (path) => {
    const [address] = server.addresses
    if (typeof address !== 'object') throw new Error('the server does not listen')
    return await getter(address.port)(path)
  }
  return { server, log, line, get }
}

await t.test('a thread that fails starts again once, and then the app serves the port itself', async (t) => {
  const { server, log, line, get } = await setUp(t, { source: WORKER_SOURCE + CRASH })
  const { addresses } = server
  t.type(server.eventLoop?.blockedMs, 'number')
  await server.open()
  t.match(await line(/it starts again$/), { level: 'error', err: { message: 'boom' } })
  log.lines.length = 0
  await line(/^the management endpoints listen/)
  t.same(server.addresses, addresses)
  t.match(await get('/z/health/liveness'), { status: 200, text: '{"status":"UP"}' })
  t.match(await get('/z/app'), { status: 200, text: 'app' })
  log.lines.length = 0
  await server.open()
  t.match(await line(/the app's own thread now serves the port$/), { level: 'error', err: { message: 'boom' } })
  await line(/^the management endpoints listen/)
  t.same(server.addresses, addresses)
  t.match(await get('/z/app'), { status: 200, text: 'app' })
})

await t.test('without a thread, the app serves the port itself, and one warning names the reason', async (t) => {
  const sources: readonly (readonly [Partial<ThreadedServerDependencies>, RegExp])[] = [
    [{ source: 'throw new Error("no threads")' }, /: no threads$/],
    [{ source: '' }, /: it ended at once$/],
    [{ listen: { address: { host: '127.0.0.1', port: 0 }, https: { SNICallback: () => undefined } } }, /could not be cloned/]
  ]
  for (const [options, reason] of sources) {
    const { log, get, server } = await setUp(t, options)
    t.match(log.lines, [{ level: 'warn', message: /^the management port has no thread, so it cannot answer while/ }])
    t.match(log.lines[0]?.message, reason)
    await server.open()
    if (!('listen' in options)) t.match(await get('/z/app'), { status: 200 })
  }
})

await t.test('create() throws when the port is taken', async (t) => {
  const { server } = await setUp(t)
  const [address] = server.addresses
  const port = typeof address === 'object' ? address.port : 0
  const listen = { address: { host: '127.0.0.1', port }, https: undefined }
  const error: unknown = await setUp(t, { listen }).catch((error: unknown) => error)
  t.ok(error instanceof errors.ListenFailed)
})

await t.test('on Bun and Deno, no thread is started', async (t) => {
  for (const runtime of ['bun', 'deno']) {
    const { log } = await setUp(t, { versions: { [runtime]: '1.0.0' } })
    t.match(log.lines, [{ level: 'warn', message: new RegExp(`: it does not work on ${runtime}$`) }])
  }
})

/** The code of a thread that fails when the app is ready, and that does not start a second time. */
function startingOnce (t: Test): string {
  const marker = JSON.stringify(join(t.testdir(), 'started'))
  const start = `
const { existsSync, writeFileSync } = require('node:fs')
if (existsSync(${marker})) throw new Error('again')
writeFileSync(${marker}, '')
`
  return start + WORKER_SOURCE + CRASH
}

await t.test('the app serves the port itself when the second thread does not start', async (t) => {
  const { server, line, get } = await setUp(t, { source: startingOnce(t) })
  await server.open()
  t.match(await line(/the app's own thread now serves the port$/), { level: 'error', err: { message: 'again' } })
  while (server.addresses.length === 0) await new Promise((resolve) => setTimeout(resolve, 10))
  t.match(await get('/z/app'), { status: 200 })
})

await t.test('the app serves a Unix socket itself when the second thread does not start', async (t) => {
  const path = join(shortFolder(t), 'socket')
  const listen = { address: { path, mode: undefined }, https: undefined }
  const { server, line } = await setUp(t, { source: startingOnce(t), listen })
  await server.open()
  await line(/the app's own thread now serves the port$/)
  while (server.addresses.length === 0) await new Promise((resolve) => setTimeout(resolve, 10))
  t.same(server.addresses, [path])
  const [answer] = await once(request({ socketPath: path, path: '/z/app' }).end(), 'response') as [IncomingMessage]
  t.equal(await text(answer), 'app')
})

await t.test('an app that closes does not open the port itself', async (t) => {
  const gate = new Deferred<undefined>()
  const registrations: unknown[] = []
  const { server } = await setUp(t, {
    source: startingOnce(t),
    routes: async (instance) => {
      registrations.push(instance)
      if (registrations.length > 1) await gate.promise
    }
  })
  await server.open()
  while (registrations.length < 2) await new Promise((resolve) => setTimeout(resolve, 10))
  const closed = server.close()
  gate.resolve(undefined)
  await closed
  t.same(server.addresses, [])
})

await t.test('a port that cannot be opened again is logged', async (t) => {
  let registrations = 0
  const { server, line } = await setUp(t, {
    source: startingOnce(t),
    routes: async () => {
      registrations += 1
      await Promise.resolve()
      if (registrations > 1) throw new Error('no routes')
    }
  })
  await server.open()
  t.match(await line(/^the management port cannot be opened again$/), { level: 'error', err: { message: 'no routes' } })
})

await t.test('in a worker of a cluster, the app serves the port itself', async (t) => {
  const { log } = await setUp(t, { isWorker: async () => await Promise.resolve(true) })
  t.match(log.lines, [{ level: 'warn', message: /: workers of node:cluster share their ports$/ }])
})
