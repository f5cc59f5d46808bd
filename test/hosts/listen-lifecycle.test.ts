import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import t from 'tap'
import { errors } from '../../lib/index.js'
import { fetchAnswer, portOf } from '../support/app.js'
import { createServers, separatePortOf, startServers } from './fixtures/two-servers.js'

await t.test('readiness is OUT_OF_SERVICE on the separate port until the app listens', async (t) => {
  let isMigrated = false
  const { app, getSeparate, lines } = await createServers(t, {
    showDetails: 'always',
    checks: { startup: { migration: () => isMigrated } }
  })
  t.same(app.management.addresses(), [])
  await app.ready()
  t.match(await getSeparate('/z/health/startup'), { status: 503, text: '{"status":"DOWN"}' })
  t.match(await getSeparate('/z/health/liveness'), { status: 200, text: '{"status":"UP"}' })
  t.match(await getSeparate('/z/health/readiness?verbose'), {
    status: 503,
    body: {
      status: 'OUT_OF_SERVICE',
      components: {
        lifecycle: {
          status: 'OUT_OF_SERVICE',
          details: { reason: 'the app does not listen yet', pending: ['migration'] },
          time: String
        }
      }
    }
  })
  t.match(await app.management.health('readiness'), { status: 'OUT_OF_SERVICE' })
  await app.listen({ host: '127.0.0.1', port: 0 })
  t.match(await getSeparate('/z/health/readiness?verbose'), {
    status: 503,
    body: { components: { lifecycle: { details: { reason: '1 startup check has not passed yet' } } } }
  })
  isMigrated = true
  t.match(await getSeparate('/z/health/readiness?verbose'), { status: 200, text: '{"status":"UP","components":{}}' })
  t.same(lines.filter(({ check }) => check === 'lifecycle'), [], 'the start of an app is not logged as a status change')
})

await t.test('readiness is OUT_OF_SERVICE with the reason when only the server of the app has closed', async (t) => {
  for (const watch of [true, false]) {
    const { app, getSeparate } = await startServers(t, {
      showDetails: 'always', listen: { host: '127.0.0.1', port: 0, watch }
    })
    app.server.close()
    t.match(await getSeparate('/z/health/readiness?verbose'), {
      status: 503,
      body: { components: { lifecycle: { details: { reason: 'the app listens no longer' } } } }
    })
    app.server.listen(0, '127.0.0.1')
    await once(app.server, 'listening')
    t.match(await getSeparate('/z/health/readiness'), { status: 200 })
  }
})

await t.test('takeOutOfService() still applies when the app listens later', async (t) => {
  const { app, getSeparate } = await createServers(t, { showDetails: 'always' })
  await app.ready()
  app.management.takeOutOfService('the cache is being built')
  t.match(await getSeparate('/z/health/lifecycle'), {
    body: { status: 'OUT_OF_SERVICE', details: { reason: 'the cache is being built' } }
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  t.match(await getSeparate('/z/health/readiness'), { text: '{"status":"OUT_OF_SERVICE"}' })
  app.management.putInService()
  t.match(await getSeparate('/z/health/readiness'), { text: '{"status":"UP"}' })
})

await t.test('readiness is UP when a custom server has no property listening', async (t) => {
  const { app, getSeparate } = await createServers(t)
  Object.defineProperty(app.server, 'listening', { value: undefined })
  await app.ready()
  t.match(await getSeparate('/z/health/readiness'), { text: '{"status":"UP"}' })
})

await t.test('the separate port answers while the app drains and closes, and closes last', async (t) => {
  const answers: unknown[] = []
  const { app, getSeparate } = await createServers(t, { checks: { liveness: { loop: () => true } } })
  const look = async (): Promise<void> => {
    for (const kind of ['liveness', 'readiness']) answers.push((await getSeparate(`/z/health/${kind}`)).text)
  }
  app.addHook('preClose', look)
  app.addHook('onClose', async () => {
    t.equal(app.server.listening, false)
    await look()
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const port = separatePortOf(app)
  await look()
  await app.management.drain(0)
  await look()
  await app.close()
  const outOfService = ['{"status":"UP"}', '{"status":"OUT_OF_SERVICE"}']
  t.same(answers, ['{"status":"UP"}', '{"status":"UP"}', ...outOfService, ...outOfService, ...outOfService])
  t.same(app.management.addresses(), [])
  await t.rejects(fetchAnswer(`http://127.0.0.1:${port}/z/health/liveness`))
})

await t.test('listen() rejects when the separate port is taken', async (t) => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  t.teardown(() => other.close())
  const { app } = await createServers(t, { listen: { host: '127.0.0.1', port: portOf(other) } })
  const address = `127.0.0.1:${portOf(other)}`
  const reason = `listen EADDRINUSE: address already in use ${address}`
  await t.rejects(app.listen({ host: '127.0.0.1', port: 0 }), {
    code: 'FST_MANAGEMENT_LISTEN_FAILED',
    message: `the management endpoints cannot listen on ${address}: ${reason}`,
    cause: { code: 'EADDRINUSE' }
  })
  t.equal(app.server.listening, false)
  t.same(app.management.addresses(), [])
  await app.close()
})

await t.test('ready() rejects when the host does not belong to this machine', async (t) => {
  const { app } = await createServers(t, { listen: { host: '192.0.2.1', port: 0 } })
  const error: unknown = await app.ready().then(() => undefined, (error: unknown) => error)
  t.ok(error instanceof errors.ListenFailed)
  t.match(error, { message: /^the management endpoints cannot listen on 192\.0\.2\.1:0: / })
})

await t.test('close() does not wait for silent clients and unfinished requests', async (t) => {
  const { app, getSeparate } = await startServers(t)
  const port = separatePortOf(app)
  const [silent, slow] = [connect(port, '127.0.0.1'), connect(port, '127.0.0.1')]
  t.teardown(() => { silent.destroy(); slow.destroy() })
  await Promise.all([once(silent, 'connect'), once(slow, 'connect')])
  slow.write('GET /z/health HTTP/1.1\r\nHost: h\r\n')
  await getSeparate('/z/health')
  const ends = Promise.all([once(silent.resume(), 'close'), once(slow.resume(), 'close')])
  await app.close()
  await ends
  t.pass('closed')
})

await t.test('close() before or during ready() leaves no port open', async (t) => {
  const early = await createServers(t)
  await early.app.close()
  for (const turns of [0, 1, 2, 5, 10]) {
    const { app } = await createServers(t)
    const ready = app.ready()
    for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve))
    await Promise.all([app.close(), ready])
    t.same(app.management.addresses(), [], `${turns} turns later`)
  }
})

await t.test('close() does not wait for the request that watches the port of the app', async (t) => {
  const { app } = await createServers(t, {}, { forceCloseConnections: false })
  let received: () => void = () => undefined
  const request = new Promise<void>((resolve) => { received = resolve })
  app.addHook('onRequest', async () => {
    received()
    await new Promise(() => undefined)
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  await request
  await app.close()
  t.equal(app.server.listening, false)
})

await t.test('the port of an app is not watched with listen.watch false', async (t) => {
  let requests = 0
  const { app, get } = await createServers(t, { listen: { port: 0, watch: false } })
  app.addHook('onRequest', async () => { requests += 1; await Promise.resolve() })
  await app.listen({ host: '127.0.0.1', port: 0 })
  for (let request = 0; request < 5; request++) await get('/')
  t.equal(requests, 5)
})
