import t from 'tap'
import { startApp } from '../support/app.js'

const JSON_TYPE = 'application/json; charset=utf-8'

const checks = {
  liveness: { loop: () => true },
  readiness: {
    db: () => ({ status: 'UP' as const, details: { latencyMs: 3 } }),
    cache: () => ({ status: 'DEGRADED' as const })
  },
  health: { mail: () => false }
}

await t.test('every endpoint is UP without checks', async (t) => {
  const { get } = await startApp(t)
  t.match(await get('/z/health'), { status: 200, text: '{"status":"UP","components":{}}' })
  for (const path of ['liveness', 'ping', 'readiness', 'startup']) {
    t.match(
      await get(`/z/health/${path}`),
      { status: 200, text: '{"status":"UP"}', headers: { 'content-type': JSON_TYPE } },
      path
    )
  }
})

await t.test('/health shows the checks of all kinds and their worst status', async (t) => {
  const { get } = await startApp(t, { checks })
  t.match(await get('/z/health'), {
    status: 503,
    text: '{"status":"DOWN","components":{"loop":{"status":"UP"},"db":{"status":"UP"},' +
      '"cache":{"status":"DEGRADED"},"mail":{"status":"DOWN"}}}',
    headers: { 'content-type': JSON_TYPE }
  })
})

await t.test('a probe answers only the status of the checks of its kind', async (t) => {
  const { get } = await startApp(t, { checks })
  t.match(await get('/z/health/liveness'), { status: 200, text: '{"status":"UP"}' })
  t.match(await get('/z/health/ping'), { status: 200, text: '{"status":"UP"}' })
  t.match(await get('/z/health/readiness'), { status: 200, text: '{"status":"DEGRADED"}' })
})

await t.test('ping answers like liveness when a check is DOWN', async (t) => {
  const { get } = await startApp(t, { checks: { liveness: { loop: () => false } } })
  for (const path of ['liveness', 'ping']) {
    t.match(await get(`/z/health/${path}`), { status: 503, text: '{"status":"DOWN"}' })
  }
})

await t.test('a custom kind has its own probe', async (t) => {
  const { get } = await startApp(t, {
    kinds: ['canary'],
    checks: { canary: { a: () => ({ status: 'OUT_OF_SERVICE' as const }) } }
  })
  t.match(await get('/z/health/canary'), { status: 503, text: '{"status":"OUT_OF_SERVICE"}' })
  t.match(await get('/z/health/readiness'), { status: 200 })
})

await t.test('startup answers 503 until all startup checks have passed, and 200 afterwards', async (t) => {
  let ready = false
  const { get } = await startApp(t, { checks: { startup: { warm: () => ready } } })
  t.match(await get('/z/health/startup'), { status: 503, text: '{"status":"DOWN"}' })
  ready = true
  t.match(await get('/z/health/startup'), { status: 200 })
  ready = false
  t.match(await get('/z/health/startup'), { status: 200, text: '{"status":"UP"}' })
})

await t.test('?verbose adds the components to the answer of a probe', async (t) => {
  const { get } = await startApp(t, { checks })
  const verbose = '{"status":"DEGRADED","components":{"db":{"status":"UP"},"cache":{"status":"DEGRADED"}}}'
  for (const query of ['verbose', 'verbose=', 'verbose=true', 'verbose=0', 'verbose=false&verbose']) {
    t.equal((await get(`/z/health/readiness?${query}`)).text, verbose, query)
  }
  for (const query of ['verbose=false', 'Verbose', 'v', '']) {
    t.equal((await get(`/z/health/readiness?${query}`)).text, '{"status":"DEGRADED"}', query)
  }
})

await t.test('?exclude leaves checks out of one answer', async (t) => {
  const { get } = await startApp(t, { checks })
  t.equal((await get('/z/health/readiness?exclude=cache')).text, '{"status":"UP"}')
  t.match(await get('/z/health?exclude=cache&exclude=mail'), {
    status: 200,
    text: '{"status":"UP","components":{"loop":{"status":"UP"},"db":{"status":"UP"}}}'
  })
  t.match(await get('/z/health/readiness?verbose&exclude=db&exclude=nobody'), { body: { components: { cache: {} } } })
  t.match(await get('/z/health'), { status: 503 })
})

await t.test('startup does not complete when ?exclude leaves out a failing check', async (t) => {
  const { get } = await startApp(t, { checks: { startup: { a: () => true, b: () => false } } })
  t.match(await get('/z/health/startup?exclude=b'), { status: 200 })
  t.match(await get('/z/health/startup'), { status: 503 })
})

await t.test('?exclude is ignored when the request may not see components', async (t) => {
  const { get } = await startApp(t, { checks, showComponents: 'never' })
  t.match(await get('/z/health?exclude=mail'), { status: 503, text: '{"status":"DOWN"}' })
  t.equal((await get('/z/health/readiness?exclude=cache&verbose')).text, '{"status":"DEGRADED"}')
})

await t.test('invalid queries are ignored', async (t) => {
  const { get } = await startApp(t, { checks })
  for (const query of [
    'exclude', 'exclude=', 'exclude[]=cache', 'exclude[a]=b', '%', '%zz=%zz', '&&&', 'verbose[x]=1', '__proto__=1',
    'exclude=%00', 'x'.repeat(4_000)
  ]) {
    t.match(
      await get(`/z/health/readiness?${query}`),
      { status: 200, text: '{"status":"DEGRADED"}' },
      query.slice(0, 20)
    )
  }
})

await t.test('probes answer when the query parser of the app returns invalid values', async (t) => {
  for (const parsed of [null, undefined, 'text', 1, { verbose: {}, exclude: [{}, 1, null, 'cache'] }]) {
    const querystringParser = (): Record<string, unknown> => parsed as unknown as Record<string, unknown>
    const { get } = await startApp(t, { checks }, { fastify: { routerOptions: { querystringParser } } })
    t.match(await get('/z/health/readiness?x'), { status: 200 })
  }
})

await t.test('/health shows details, times and durations when showDetails is always', async (t) => {
  const { get } = await startApp(t, {
    checks: {
      health: {
        mail: () => { throw new Error('no route') }
      }
    },
    showDetails: 'always'
  })
  t.match((await get('/z/health')).body, {
    components: { mail: { status: 'DOWN', details: { error: 'no route' }, time: /^\d{4}-.*Z$/, durationMs: Number } }
  })
})

await t.test('a probe answers DOWN when a check exceeds its timeout', async (t) => {
  const { get } = await startApp(t, {
    checks: { readiness: { hang: { check: () => new Promise<void>(() => undefined), timeout: 20 } } },
    showDetails: 'always'
  })
  t.match(await get('/z/health/readiness?verbose'), {
    status: 503,
    body: { components: { hang: { details: { error: 'timed out after 20 ms' } } } }
  })
})

await t.test('statusCodes changes the codes of single statuses', async (t) => {
  const { get } = await startApp(t, { checks, statusCodes: { DEGRADED: 429, DOWN: 500 } })
  t.match(await get('/z/health/readiness'), { status: 429 })
  t.match(await get('/z/health'), { status: 500 })
  t.match(await get('/z/health/liveness'), { status: 200 })
})

await t.test('every answer has Cache-Control: no-store', async (t) => {
  const { get } = await startApp(t, { checks })
  for (const path of [
    '', '/', '/health', '/health/liveness', '/health/ping', '/health/readiness', '/health/startup', '/health/db',
    '/health/nobody', '/info', '/version'
  ]) {
    t.match((await get(`/z${path}`)).headers['cache-control'], /\bno-store\b/, path)
  }
})

await t.test('HEAD answers like GET, without a body, when the app has exposeHeadRoutes: false', async (t) => {
  const { get } = await startApp(t, { checks }, { fastify: { exposeHeadRoutes: false } })
  for (const path of [
    '', '/health', '/health/liveness', '/health/ping', '/health/db', '/health/mail', '/health/nobody', '/version'
  ]) {
    const [full, head] = [await get(`/z${path}`), await get(`/z${path}`, {}, 'HEAD')]
    t.match(head, { status: full.status, text: '' }, path)
    t.equal(head.headers['content-length'], full.headers['content-length'])
    t.equal(head.headers['content-type'], full.headers['content-type'])
  }
})

await t.test('probes answer and names are 404 when the health endpoint is off', async (t) => {
  const { get } = await startApp(t, { checks, endpoints: { health: false } })
  for (const path of ['/z/health', '/z/health/db']) t.match(await get(path), { status: 404 })
  t.match(await get('/z/health/readiness'), { status: 200 })
})

await t.test('the endpoints are under the prefix, or at the top when the prefix is /', async (t) => {
  t.match(await (await startApp(t, { prefix: '/admin' })).get('/admin/health/liveness'), { status: 200 })
  t.match(await (await startApp(t, { prefix: 'admin/' })).get('/admin/health'), { status: 200 })
  t.match(await (await startApp(t, { prefix: '/' })).get('/health/liveness'), { status: 200 })
  t.match(await (await startApp(t, { prefix: '' })).get('/version'), { status: 200 })
})
