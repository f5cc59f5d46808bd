import { Gauge, Registry } from 'prom-client'
import t from 'tap'
import { openTelemetry } from '../../lib/metrics/index.js'
import { startApp } from '../support/app.js'
import { TestSdk } from '../support/metrics.js'

const NOT_FOUND = { status: 404, body: { statusCode: 404, error: 'Not Found', message: 'Not Found' } }

/** A registry with a metric whose collection runs a function. */
function registryWith (collect: () => void | Promise<void>): Registry {
  const registry = new Registry()
  registry.registerMetric(new Gauge({ name: 'books', help: 'The books.', registers: [], collect }))
  return registry
}

await t.test('/metrics answers with the whole registry, and runs no check', async (t) => {
  let runs = 0
  const metrics = registryWith(() => undefined)
  const { get } = await startApp(t, { metrics, checks: { readiness: { db: () => { runs += 1 } } } })
  const answer = await get('/z/metrics')
  t.match(answer, {
    status: 200,
    headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8', 'cache-control': /no-store/ }
  })
  t.match(answer.text, 'books 0\n')
  t.match(answer.text, 'health_check_status{check="db",kind="readiness",status="UNKNOWN"} 1\n')
  t.equal(runs, 0)
  await get('/z/health/readiness')
  t.match((await get('/z/metrics')).text, 'health_check_runs_total{check="db",outcome="passed"} 1\n')
  t.match(await get('/z/metrics', {}, 'HEAD'), { status: 200, text: '' })
})

await t.test('/metrics answers on the separate port', async (t) => {
  const { app, get } = await startApp(t, { metrics: new Registry(), listen: { port: 0 } })
  const [address] = app.management.addresses()
  const port = typeof address === 'object' ? address.port : 0
  const response = await fetch(`http://127.0.0.1:${port}/z/metrics`)
  t.match(await response.text(), 'health_status{kind="readiness",status="UP"} 1\n')
  t.match(await get('/z/metrics'), { status: 404 })
})

await t.test('/metrics has the content type of the registry', async (t) => {
  const metrics = new Registry()
  metrics.setContentType(Registry.OPENMETRICS_CONTENT_TYPE as never)
  const { get } = await startApp(t, { metrics })
  const { headers, text } = await get('/z/metrics')
  t.equal(headers['content-type'], Registry.OPENMETRICS_CONTENT_TYPE)
  t.match(text, /# EOF\n$/)
})

await t.test('the links contain /metrics, under the name prometheus for the media types of Actuator', async (t) => {
  const { get, url } = await startApp(t, { metrics: new Registry() })
  const href = `${url}/z/metrics`
  t.match(await get('/z'), { body: { _links: { metrics: { href, templated: false }, prometheus: undefined } } })
  const accept = 'application/vnd.spring-boot.actuator.v3+json'
  t.match(await get('/z', { accept }), { body: { _links: { prometheus: { href }, metrics: undefined } } })
})

await t.test('the auth hook protects /metrics', async (t) => {
  const { get } = await startApp(t, {
    metrics: new Registry(),
    auth: async ({ headers }, reply) => {
      if (headers.authorization !== 'secret') await reply.code(401).send()
    }
  })
  t.match(await get('/z/metrics'), { status: 401, text: '' })
  t.match(await get('/z/metrics', { authorization: 'secret' }), { status: 200 })
})

await t.test('/metrics requires auth when showComponents is "authorized"', async (t) => {
  const { get } = await startApp(t, {
    metrics: new Registry(),
    showComponents: 'authorized',
    auth: async ({ headers }) => await Promise.resolve(headers.authorization === 'secret')
  })
  t.match(await get('/z/metrics'), { status: 403 })
  t.match(await get('/z/metrics', { authorization: 'secret' }), { status: 200 })
})

await t.test('/metrics is 404 for a request that may not see components', async (t) => {
  const hidden = await startApp(t, { metrics: new Registry(), showComponents: 'never' })
  t.match(await hidden.get('/z/metrics'), NOT_FOUND)
  t.notMatch((await hidden.get('/z')).text, /metrics/)
  const { get } = await startApp(t, { metrics: new Registry(), showComponents: ({ headers }) => 'x-show' in headers })
  t.match(await get('/z/metrics'), NOT_FOUND)
  t.match(await get('/z/metrics', { 'x-show': '1' }), { status: 200 })
})

await t.test('endpoints: { metrics: false } keeps the metrics in the registry, and the path free', async (t) => {
  const metrics = new Registry()
  const { get } = await startApp(t, { metrics, endpoints: { metrics: false } })
  t.match(await get('/z/metrics'), { status: 404 })
  t.notMatch((await get('/z')).text, /metrics/)
  t.match(await metrics.metrics(), 'health_status{kind="readiness",status="UP"} 1\n')
})

await t.test('/metrics is absent without a registry', async (t) => {
  const { get } = await startApp(t, { metrics: openTelemetry(new TestSdk().meter()) })
  t.match(await get('/z/metrics'), { status: 404 })
  t.match(await (await startApp(t)).get('/z/metrics'), { status: 404 })
})

await t.test('of two registries, /metrics serves the first', async (t) => {
  const metrics = [new Registry(), registryWith(() => undefined)]
  const { get } = await startApp(t, { metrics })
  t.notMatch((await get('/z/metrics')).text, /books/)
  t.match((await get('/z/metrics')).text, /health_status/)
})

await t.test('registration throws when the app has a route at the path of the metrics', async (t) => {
  const before = startApp(t, { metrics: new Registry() }, { before: (app) => { app.get('/z/metrics', () => 'own') } })
  await t.rejects(before, {
    code: 'FST_MANAGEMENT_ALREADY_REGISTERED',
    message: /the route \/z\/metrics exists already; use another prefix, or turn that endpoint off/
  })
  const { get } = await startApp(t, {}, { before: (app) => { app.get('/z/metrics', () => 'own') } })
  t.match(await get('/z/metrics'), { text: 'own' })
})

await t.test('a second app on the same registry throws a coded error, until the first has closed', async (t) => {
  const metrics = new Registry()
  const { app } = await startApp(t, { metrics })
  await t.rejects(startApp(t, { metrics }), { code: 'FST_MANAGEMENT_METRICS_TAKEN' })
  await app.close()
  t.equal((await metrics.metrics()).trim(), '')
  const { get } = await startApp(t, { metrics })
  t.match(await get('/z/metrics'), { status: 200, text: /health_status/ })
})

await t.test('/metrics answers 500 when the registry fails, logs it, and hides the error', async (t) => {
  const { get, lines } = await startApp(t, { metrics: registryWith(() => { throw new Error('no books') }) })
  t.match(await get('/z/metrics'), {
    status: 500, body: { statusCode: 500, error: 'Internal Server Error', message: 'see the log of the app' }
  })
  t.match(lines.filter(({ level }) => level === 'warn'), [
    { function: 'registry.metrics', error: 'no books', message: 'the function "registry.metrics" fails' }
  ])
  t.match(await get('/z/health/readiness'), { status: 200 })
})

await t.test('/metrics answers 500 when the registry returns no text', async (t) => {
  const registry = new Registry()
  registry.metrics = async () => await Promise.resolve(7 as never)
  const { get, lines } = await startApp(t, { metrics: registry })
  t.match(await get('/z/metrics'), { status: 500 })
  const warnings = lines.filter(({ level }) => level === 'warn')
  t.match(warnings, [{ error: 'registry.metrics() must return a string, got the number 7' }])
})

await t.test('concurrent requests share a collection', async (t) => {
  let collections = 0
  let end = (): void => undefined
  const wait = new Promise<void>((resolve) => { end = resolve })
  const metrics = registryWith(async () => {
    collections += 1
    await wait
  })
  const { get } = await startApp(t, { metrics })
  const answers = Promise.all(Array.from({ length: 20 }, async () => await get('/z/metrics')))
  await get('/z/health/liveness')
  end()
  t.same((await answers).map(({ status }) => status), Array.from({ length: 20 }, () => 200))
  t.ok(collections < 20, `${collections} collections`)
})
