import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import t from 'tap'
import type { FastifyInstance } from 'fastify'
import { startApp } from './support/app.js'

await t.test('out of service: readiness and health are OUT_OF_SERVICE, liveness and startup stay, and the app goes on', async (t) => {
  const { app, get } = await startApp(t, { checks: { readiness: { db: () => true } } }, { after: (app) => { app.get('/own', () => 'own') } })
  app.management.takeOutOfService('the cache is being rebuilt')
  t.match(await get('/z/health/readiness'), { status: 503, text: '{"status":"OUT_OF_SERVICE"}' })
  t.match(await get('/z/health'), { status: 503, text: '{"status":"OUT_OF_SERVICE","components":{"lifecycle":{"status":"OUT_OF_SERVICE"},"db":{"status":"UP"}}}' })
  for (const path of ['/z/health/liveness', '/z/health/ping', '/z/health/startup']) t.match(await get(path), { status: 200, text: '{"status":"UP"}' }, path)
  t.match(await get('/own'), { status: 200 })
  app.management.putInService()
  t.match(await get('/z/health/readiness?verbose'), { status: 200, text: '{"status":"UP","components":{"db":{"status":"UP"}}}' })
})

await t.test('verbose probes show it, with the reason where details are shown', async (t) => {
  const { app, get } = await startApp(t, { showDetails: (request) => request.headers['x-role'] === 'operator' })
  app.management.takeOutOfService('password=hunter2 is being changed')
  t.match(await get('/z/health/readiness?verbose'), { text: '{"status":"OUT_OF_SERVICE","components":{"lifecycle":{"status":"OUT_OF_SERVICE"}}}' })
  t.match(await get('/z/health/readiness?verbose', { 'x-role': 'operator' }), {
    body: { components: { lifecycle: { status: 'OUT_OF_SERVICE', details: { reason: /REDACTED/ }, time: /^\d{4}-/ } } }
  })
  t.match(await get('/z/health/liveness?verbose'), { status: 200, body: { status: 'UP', components: { lifecycle: { status: 'OUT_OF_SERVICE' } } } })
})

await t.test('it cannot be left out', async (t) => {
  const { app, get } = await startApp(t, { checks: { readiness: { db: () => false } } })
  app.management.takeOutOfService('maintenance')
  t.match(await get('/z/health/readiness?exclude=lifecycle&exclude=db'), { status: 503, text: '{"status":"OUT_OF_SERVICE"}' })
})

await t.test('it has a path of its own, as a check has', async (t) => {
  const { app, get } = await startApp(t)
  t.match(await get('/z/health/lifecycle'), { status: 200, text: '{"status":"UP"}' })
  app.management.takeOutOfService('maintenance')
  t.match(await get('/z/health/lifecycle'), { status: 503, text: '{"status":"OUT_OF_SERVICE"}' })
  t.match(await get('/z/health/lifecycle', { accept: 'application/vnd.spring-boot.actuator.v2+json' }), { status: 503, body: { status: 'OUT_OF_SERVICE' } })
})

await t.test('where components are hidden it is too', async (t) => {
  const { app, get } = await startApp(t, { showComponents: 'never', showDetails: 'always' })
  app.management.takeOutOfService('maintenance')
  t.match(await get('/z/health/lifecycle'), { status: 404 })
  t.match(await get('/z/health?verbose'), { status: 503, text: '{"status":"OUT_OF_SERVICE"}' })
})

await t.test('the codes of statusCodes hold for it', async (t) => {
  const { app, get } = await startApp(t, { statusCodes: { OUT_OF_SERVICE: 429 } })
  app.management.takeOutOfService('maintenance')
  t.match(await get('/z/health/readiness'), { status: 429 })
})

await t.test('broken: liveness and readiness are DOWN for good', async (t) => {
  const { app, get } = await startApp(t)
  app.management.markBroken('the worker is gone')
  for (const path of ['/z/health/liveness', '/z/health/readiness', '/z/health']) t.match(await get(path), { status: 503, body: { status: 'DOWN' } }, path)
  t.match(await get('/z/health/startup'), { status: 200 })
  t.throws(() => app.management.putInService(), { code: 'FST_MANAGEMENT_OUT_OF_SERVICE_FOR_GOOD', message: 'the app cannot be put in service again: it is broken' })
  t.match(await get('/z/health/liveness'), { status: 503 })
})

await t.test('draining: out of service for good, while the app goes on', async (t) => {
  const { app, get } = await startApp(t, {}, { after: (app) => { app.get('/own', () => 'own') } })
  const drained = app.management.drain(60_000)
  t.match(await get('/z/health/readiness'), { status: 503, body: { status: 'OUT_OF_SERVICE' } })
  t.match(await get('/z/health/liveness'), { status: 200 })
  t.match(await get('/own'), { status: 200 })
  t.throws(() => app.management.putInService(), { code: 'FST_MANAGEMENT_OUT_OF_SERVICE_FOR_GOOD', message: /it is draining/ })
  await app.close()
  await drained
})

await t.test('outside Kubernetes a drain takes no time unless it is told', async (t) => {
  const { app } = await startApp(t)
  await app.management.drain()
  await app.management.drain(0)
  t.throws(() => app.management.putInService(), { code: 'FST_MANAGEMENT_OUT_OF_SERVICE_FOR_GOOD' })
})

await t.test('what makes no sense is refused, and nothing changes', async (t) => {
  const { app: { management }, get } = await startApp(t)
  for (const reason of [undefined, '', ' ', 5, new Error('no')]) {
    t.throws(() => management.takeOutOfService(reason as string), { code: 'FST_MANAGEMENT_OPTION_INVALID', message: /option "reason" must be a string that is not empty, got/ })
    t.throws(() => management.markBroken(reason as string), { code: 'FST_MANAGEMENT_OPTION_INVALID' })
  }
  for (const delay of [-1, 1.5, Number.NaN, Infinity, 2 ** 31, '5']) {
    await t.rejects(management.drain(delay as number), { code: 'FST_MANAGEMENT_OPTION_INVALID', message: /option "delay" must be a whole number of milliseconds/ })
  }
  t.match(await get('/z/health/readiness'), { status: 200 })
})

await t.test('each change of it is logged once', async (t) => {
  const { app: { management }, lines } = await startApp(t)
  management.takeOutOfService('maintenance')
  management.takeOutOfService('more of it')
  management.putInService()
  management.putInService()
  management.markBroken('beyond repair')
  management.markBroken('and more')
  t.same(lines.filter(({ check }) => check === 'lifecycle'), [
    { level: 'warn', message: 'check "lifecycle" is OUT_OF_SERVICE', check: 'lifecycle', kinds: ['readiness'], from: 'UP', to: 'OUT_OF_SERVICE', error: 'maintenance' },
    { level: 'info', message: 'check "lifecycle" is UP', check: 'lifecycle', kinds: ['readiness'], from: 'OUT_OF_SERVICE', to: 'UP', error: undefined },
    { level: 'warn', message: 'check "lifecycle" is DOWN', check: 'lifecycle', kinds: ['liveness', 'readiness'], from: 'UP', to: 'DOWN', error: 'beyond repair' }
  ])
})

await t.test('whoever is told of a change may ask for another one, but not put in service what is out of it for good', async (t) => {
  for (const end of ['drain', 'markBroken'] as const) {
    const { app: { management }, get } = await startApp(t)
    const refused: unknown[] = []
    const putBack = (): void => {
      try { management.putInService() } catch (error) { refused.push(error) }
    }
    subscribe('fastify-management-endpoints:status', putBack)
    t.teardown(() => unsubscribe('fastify-management-endpoints:status', putBack))
    if (end === 'drain') void management.drain(0)
    else management.markBroken('beyond repair')
    unsubscribe('fastify-management-endpoints:status', putBack)
    t.match(refused, [{ code: 'FST_MANAGEMENT_OUT_OF_SERVICE_FOR_GOOD' }], end)
    t.match(await get('/z/health/readiness'), { status: 503 })
  }
})

await t.test('once the app closes its changes are no news', async (t) => {
  const { app, lines } = await startApp(t, {}, { after: (app) => { app.addHook('onClose', (app, done) => { app.management.markBroken('the worker is gone'); done() }) } })
  await app.close()
  t.match(await app.management.health('liveness'), { status: 'DOWN' })
  t.same(lines.filter(({ check }) => check === 'lifecycle'), [])
})

await t.test('management.health shows it with its reason', async (t) => {
  const { app: { management } } = await startApp(t)
  management.takeOutOfService('maintenance')
  t.match(await management.health('readiness'), { status: 'OUT_OF_SERVICE', components: { lifecycle: { details: { reason: 'maintenance' } } } })
  t.match(await management.health('liveness'), { status: 'UP' })
})

await t.test('a report for a peer says it too: whoever depends on this app is not to', async (t) => {
  const { app, get } = await startApp(t)
  app.management.takeOutOfService('maintenance')
  t.match(await get('/z/health', { 'management-hop': '1' }), { status: 503, body: { status: 'OUT_OF_SERVICE' } })
})

await t.test('two apps have two states', async (t) => {
  const [first, second] = await Promise.all([startApp(t), startApp(t)])
  first.app.management.takeOutOfService('maintenance')
  t.match([await first.get('/z/health/readiness'), await second.get('/z/health/readiness')], [{ status: 503 }, { status: 200 }])
})

await t.test('it can be changed before the app is ready', async (t) => {
  const { get } = await startApp(t, {}, { after: (app: FastifyInstance) => app.management.takeOutOfService('warming up') })
  t.match(await get('/z/health/readiness'), { status: 503 })
})

await t.test('with the option shutdown the signals of the process are hooked from when the app listens until it has closed', async (t) => {
  const before = process.listenerCount('SIGHUP')
  const { app } = await startApp(t, { shutdown: { signals: ['SIGHUP'] } })
  t.equal(process.listenerCount('SIGHUP'), before + 1)
  await app.close()
  await new Promise((resolve) => setImmediate(resolve))
  t.equal(process.listenerCount('SIGHUP'), before)
})

await t.test('a `preClose` hook of somebody else that fails does not keep checks from being ended', async (t) => {
  let signal: AbortSignal | undefined
  const { app } = await startApp(t, { checks: { liveness: { hangs: { check: async (context) => { ({ signal } = context); await new Promise(() => undefined) }, interval: 60_000, timeout: 60_000 } } } }, {
    before: (app) => { app.addHook('preClose', async () => await Promise.reject(new Error('the queue is gone'))) }
  })
  t.equal(signal?.aborted, false)
  await t.rejects(app.close(), { message: 'the queue is gone' })
  t.equal(signal?.aborted, true)
})
