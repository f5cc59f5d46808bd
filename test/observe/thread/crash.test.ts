import t from 'tap'
import type { Test } from 'tap'
import { errors } from '../../../lib/index.js'
import { WORKER_SOURCE } from '../../../lib/observe/thread/worker-source.js'
import { ThreadedServer } from '../../../lib/routes/threaded-server.js'
import type { ThreadedServerDependencies } from '../../../lib/routes/threaded-server.js'
import type { SeparateServer } from '../../../lib/routes/separate-server.js'
import { systemClock } from '../../../lib/base/clock.js'
import { fetchAnswer } from '../../support/app.js'
import { setUpEngine } from '../../support/engine.js'
import type { Line, RecordingLog } from '../../support/log.js'

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
  readonly get: (path: string) => Promise<{ readonly status: number, readonly text: string }>
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
    return await fetchAnswer(`http://127.0.0.1:${address.port}${path}`)
  }
  return { server, log, line, get }
}

await t.test('a thread that fails starts again once, and then the app serves the port itself', async (t) => {
  const { server, log, line, get } = await setUp(t, { source: WORKER_SOURCE + CRASH })
  const { addresses } = server
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
