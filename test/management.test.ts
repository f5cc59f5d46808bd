import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import t from 'tap'
import type { FastifyInstance } from 'fastify'
import type { CheckFunction } from '../lib/index.js'
import { startApp } from './support/app.js'

const OUT_OF_SERVICE = '{"status":"OUT_OF_SERVICE"}'

function addOwnRoute (app: FastifyInstance): void {
  app.get('/own', () => 'own')
}

await t.test('addCheck() throws for an unknown option, with the call in its path', async (t) => {
  const { app: { management } } = await startApp(t)
  const code = 'FST_MANAGEMENT_OPTION_INVALID'
  const add = (kind: string | string[], options: object) => (): void =>
    management.addCheck(kind, 'db', () => true, options)
  t.throws(add('readiness', { timeOut: 5 }), {
    code, message: /^unknown option "addCheck\("readiness", "db"\)\.timeOut" \(did you mean "timeout"\?\), expected one of/
  })
  t.throws(add(['readiness', 'health'], { retries: 5 }), {
    code, message: /^unknown option "addCheck\(\["readiness","health"\], "db"\)\.retries", expected one of/
  })
  t.throws(add('readiness', { timeout: 0 }), {
    code, message: /^option "addCheck\("readiness", "db"\)\.timeout" must be a whole number of milliseconds from 1/
  })
  t.throws(add('readines', { timeOut: 5 }), { code: 'FST_MANAGEMENT_KIND_UNKNOWN', message: /mean "readiness"/ })
  t.equal((await management.health('readiness')).status, 'UP', 'a rejected check is not added')
})

await t.test('takeOutOfService() takes readiness and health out of service, and changes nothing else', async (t) => {
  const { app, get } = await startApp(t, { checks: { readiness: { db: () => true } } }, { after: addOwnRoute })
  app.management.takeOutOfService('the cache is being rebuilt')
  t.match(await get('/z/health/readiness'), { status: 503, text: OUT_OF_SERVICE })
  t.match(await get('/z/health'), {
    status: 503,
    text: `{"status":"OUT_OF_SERVICE","components":{"lifecycle":${OUT_OF_SERVICE},"db":{"status":"UP"}}}`
  })
  for (const path of ['/z/health/liveness', '/z/health/ping', '/z/health/startup']) {
    t.match(await get(path), { status: 200, text: '{"status":"UP"}' }, path)
  }
  t.match(await get('/own'), { status: 200 })
})

await t.test('putInService() puts the app back in service', async (t) => {
  const { app, get } = await startApp(t, { checks: { readiness: { db: () => true } } })
  app.management.takeOutOfService('the cache is being rebuilt')
  app.management.putInService()
  t.match(await get('/z/health/readiness?verbose'), {
    status: 200,
    text: '{"status":"UP","components":{"db":{"status":"UP"}}}'
  })
})

await t.test('verbose probes show the lifecycle, and its reason if the request may see details', async (t) => {
  const { app, get } = await startApp(t, { showDetails: (request) => request.headers['x-role'] === 'operator' })
  app.management.takeOutOfService('password=hunter2 is being changed')
  t.match(await get('/z/health/readiness?verbose'), {
    text: `{"status":"OUT_OF_SERVICE","components":{"lifecycle":${OUT_OF_SERVICE}}}`
  })
  t.match(await get('/z/health/readiness?verbose', { 'x-role': 'operator' }), {
    body: {
      components: { lifecycle: { status: 'OUT_OF_SERVICE', details: { reason: /REDACTED/ }, time: /^\d{4}-/ } }
    }
  })
  t.match(await get('/z/health/liveness?verbose'), {
    status: 200,
    body: { status: 'UP', components: { lifecycle: { status: 'OUT_OF_SERVICE' } } }
  })
})

await t.test('a request cannot exclude the lifecycle from a report', async (t) => {
  const { app, get } = await startApp(t, { checks: { readiness: { db: () => false } } })
  app.management.takeOutOfService('maintenance')
  t.match(await get('/z/health/readiness?exclude=lifecycle&exclude=db'), { status: 503, text: OUT_OF_SERVICE })
})

await t.test('/health/lifecycle reports the lifecycle', async (t) => {
  const { app, get } = await startApp(t)
  t.match(await get('/z/health/lifecycle'), { status: 200, text: '{"status":"UP"}' })
  app.management.takeOutOfService('maintenance')
  t.match(await get('/z/health/lifecycle'), { status: 503, text: OUT_OF_SERVICE })
  t.match(await get('/z/health/lifecycle', { accept: 'application/vnd.spring-boot.actuator.v2+json' }), {
    status: 503,
    body: { status: 'OUT_OF_SERVICE' }
  })
})

await t.test('the lifecycle is hidden when components are hidden', async (t) => {
  const { app, get } = await startApp(t, { showComponents: 'never', showDetails: 'always' })
  app.management.takeOutOfService('maintenance')
  t.match(await get('/z/health/lifecycle'), { status: 404 })
  t.match(await get('/z/health?verbose'), { status: 503, text: OUT_OF_SERVICE })
})

await t.test('statusCodes applies to the lifecycle', async (t) => {
  const { app, get } = await startApp(t, { statusCodes: { OUT_OF_SERVICE: 429 } })
  app.management.takeOutOfService('maintenance')
  t.match(await get('/z/health/readiness'), { status: 429 })
})

await t.test('markBroken() makes liveness and readiness DOWN for good', async (t) => {
  const { app, get } = await startApp(t)
  app.management.markBroken('the worker is gone')
  for (const path of ['/z/health/liveness', '/z/health/readiness', '/z/health']) {
    t.match(await get(path), { status: 503, body: { status: 'DOWN' } }, path)
  }
  t.match(await get('/z/health/startup'), { status: 200 })
  app.management.putInService()
  t.match(await get('/z/health/liveness'), { status: 503 })
})

await t.test('drain() takes the app out of service for good, while the app still serves requests', async (t) => {
  const { app, get } = await startApp(t, {}, { after: addOwnRoute })
  const drained = app.management.drain(60_000)
  t.match(await get('/z/health/readiness'), { status: 503, body: { status: 'OUT_OF_SERVICE' } })
  t.match(await get('/z/health/liveness'), { status: 200 })
  t.match(await get('/own'), { status: 200 })
  app.management.putInService()
  t.match(await get('/z/health/readiness'), { status: 503, body: { status: 'OUT_OF_SERVICE' } })
  await app.close()
  await drained
})

await t.test('putInService() in a finally block keeps the original error during a drain', async (t) => {
  const { app } = await startApp(t)
  const rebuild = async (): Promise<void> => {
    app.management.takeOutOfService('the cache is being rebuilt')
    try {
      await app.management.drain(0)
      throw new Error('the cache is gone')
    } finally {
      app.management.putInService()
    }
  }
  await t.rejects(rebuild(), { message: 'the cache is gone' })
  await app.close()
  await t.rejects(rebuild(), { message: 'the cache is gone' })
})

await t.test('drain() does not wait outside Kubernetes', async (t) => {
  const { app, get } = await startApp(t)
  await app.management.drain()
  await app.management.drain(0)
  t.match(await get('/z/health/readiness'), { status: 503 })
})

await t.test('takeOutOfService() and markBroken() throw when the reason is not a string or is empty', async (t) => {
  const { app: { management }, get } = await startApp(t)
  const message = /option "reason" must be a string that is not empty/
  const expected = { code: 'FST_MANAGEMENT_OPTION_INVALID', message }
  for (const reason of [undefined, '', ' ', 5, new Error('no')]) {
    t.throws(() => management.takeOutOfService(reason as string), expected)
    t.throws(() => management.markBroken(reason as string), expected)
  }
  t.match(await get('/z/health/readiness'), { status: 200 })
})

await t.test('drain() rejects when the delay is not a whole number from 0', async (t) => {
  const { app: { management }, get } = await startApp(t)
  const message = /option "delay" must be a whole number of milliseconds/
  const expected = { code: 'FST_MANAGEMENT_OPTION_INVALID', message }
  for (const delay of [-1, 1.5, Number.NaN, Infinity, 2 ** 31, '5']) {
    await t.rejects(management.drain(delay as number), expected)
  }
  t.match(await get('/z/health/readiness'), { status: 200 })
})

await t.test('each change of the lifecycle status is logged once', async (t) => {
  const { app: { management }, lines } = await startApp(t)
  management.takeOutOfService('maintenance')
  management.takeOutOfService('more of it')
  management.putInService()
  management.putInService()
  management.markBroken('beyond repair')
  management.markBroken('and more')
  const toOutOfService = { check: 'lifecycle', kinds: ['readiness'], from: 'UP', to: 'OUT_OF_SERVICE' }
  const toUp = { check: 'lifecycle', kinds: ['readiness'], from: 'OUT_OF_SERVICE', to: 'UP' }
  const toDown = { check: 'lifecycle', kinds: ['liveness', 'readiness'], from: 'UP', to: 'DOWN' }
  t.same(lines.filter(({ check }) => check === 'lifecycle'), [
    {
      level: 'warn',
      message: 'check "lifecycle" is OUT_OF_SERVICE: maintenance',
      ...toOutOfService,
      error: 'maintenance'
    },
    { level: 'info', message: 'check "lifecycle" is UP', ...toUp, error: undefined },
    { level: 'warn', message: 'check "lifecycle" is DOWN: beyond repair', ...toDown, error: 'beyond repair' }
  ])
})

await t.test('a subscriber to status changes cannot put a draining or broken app in service', async (t) => {
  for (const end of ['drain', 'markBroken'] as const) {
    const { app: { management }, get } = await startApp(t)
    const putInService = (): void => management.putInService()
    subscribe('fastify-management-endpoints:status', putInService)
    t.teardown(() => unsubscribe('fastify-management-endpoints:status', putInService))
    if (end === 'drain') void management.drain(0)
    else management.markBroken('beyond repair')
    unsubscribe('fastify-management-endpoints:status', putInService)
    t.match(await get('/z/health/readiness'), { status: 503 }, end)
  }
})

await t.test('a change of the lifecycle is not logged when the app closes', async (t) => {
  const { app, lines } = await startApp(t, {}, {
    after: (app) => {
      app.addHook('onClose', (app, done) => {
        app.management.markBroken('the worker is gone')
        done()
      })
    }
  })
  await app.close()
  t.match(await app.management.health('liveness'), { status: 'DOWN' })
  t.same(lines.filter(({ check }) => check === 'lifecycle'), [])
})

await t.test('health() contains the lifecycle with its reason', async (t) => {
  const { app: { management } } = await startApp(t)
  management.takeOutOfService('maintenance')
  t.match(await management.health('readiness'), {
    status: 'OUT_OF_SERVICE',
    components: { lifecycle: { details: { reason: 'maintenance' } } }
  })
  t.match(await management.health('liveness'), { status: 'UP' })
})

await t.test('a report for a peer contains the lifecycle status', async (t) => {
  const { app, get } = await startApp(t)
  app.management.takeOutOfService('maintenance')
  t.match(await get('/z/health', { 'management-hop': '1' }), { status: 503, body: { status: 'OUT_OF_SERVICE' } })
})

await t.test('two apps have separate lifecycles', async (t) => {
  const [first, second] = await Promise.all([startApp(t), startApp(t)])
  first.app.management.takeOutOfService('maintenance')
  t.match(await first.get('/z/health/readiness'), { status: 503 })
  t.match(await second.get('/z/health/readiness'), { status: 200 })
})

await t.test('the lifecycle can change before the app is ready', async (t) => {
  const { get } = await startApp(t, {}, { after: (app) => app.management.takeOutOfService('warming up') })
  t.match(await get('/z/health/readiness'), { status: 503 })
})

await t.test('the option shutdown handles signals from when the app listens until it has closed', async (t) => {
  const before = process.listenerCount('SIGHUP')
  const { app } = await startApp(t, { shutdown: { signals: ['SIGHUP'] } })
  t.equal(process.listenerCount('SIGHUP'), before + 1)
  await app.close()
  await new Promise((resolve) => setImmediate(resolve))
  t.equal(process.listenerCount('SIGHUP'), before)
})

await t.test('close() ends the checks when a `preClose` hook of another plugin fails', async (t) => {
  let signal: AbortSignal | undefined
  const check: CheckFunction = async (context) => {
    ({ signal } = context)
    await new Promise(() => undefined)
  }
  const checks = { liveness: { hangs: { check, interval: 60_000, timeout: 60_000 } } }
  const { app } = await startApp(t, { checks }, {
    before: (app) => { app.addHook('preClose', async () => await Promise.reject(new Error('the queue is gone'))) }
  })
  t.equal(signal?.aborted, false)
  await t.rejects(app.close(), { message: 'the queue is gone' })
  t.equal(signal?.aborted, true)
})

await t.test('history() returns the changes of one check, with their reasons', async (t) => {
  const { app: { management } } = await startApp(t, { checks: { readiness: { db: () => false, cache: () => true } } })
  await management.health()
  t.match(management.history('db'), [
    { check: 'db', from: 'UNKNOWN', to: 'DOWN', error: 'the check returned false', durationMs: Number }
  ])
  t.equal(management.history().length, 2)
  t.same(management.history('unknown'), [])
  for (const name of ['', 5, null] as unknown[] as string[]) {
    t.throws(() => management.history(name), { code: 'FST_MANAGEMENT_OPTION_INVALID', message: /^option "name" must be/ })
  }
})

await t.test('onChange() calls back after each change until the app closes', async (t) => {
  const { app } = await startApp(t, { checks: { readiness: { db: () => false } } })
  const seen: string[] = []
  const stop = app.management.onChange(({ check, from, to }) => { seen.push(`stopped: ${check} ${from} ${to}`) })
  app.management.onChange(({ check, from, to, error }) => { seen.push(`${check} ${from} ${to} ${error}`) })
  stop()
  await app.management.health()
  app.management.markBroken('the worker has ended')
  await app.close()
  const expected = ['db UNKNOWN DOWN the check returned false', 'lifecycle UP DOWN the worker has ended']
  t.same(seen, expected)
  app.management.takeOutOfService('late')
  app.management.onChange(() => { seen.push('late') })()
  t.same(seen, expected, 'a closed app calls no callback')
  t.equal(app.management.history().length, 2, 'the changes stay readable')
})

await t.test('onChange() throws when the callback is not a function', async (t) => {
  const { app: { management } } = await startApp(t)
  t.throws(() => management.onChange('log' as unknown as () => void), {
    code: 'FST_MANAGEMENT_FUNCTION_INVALID',
    message: 'the callback of "onChange" must be a function, got the string "log"'
  })
})
