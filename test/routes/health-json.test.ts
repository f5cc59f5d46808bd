import t from 'tap'
import type { ManagementOptions } from '../../lib/index.js'
import { componentHealthJson } from '../../lib/routes/health-json.js'
import { startApp } from '../support/app.js'

const DRAFT = 'application/health+json'
const accept = { accept: DRAFT }
const TIME = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/

const checks = {
  readiness: {
    db: () => { throw new Error('connect ECONNREFUSED') },
    cache: () => ({ status: 'DEGRADED', details: { error: 'slow', hits: 3 } }),
    queue: () => ({
      status: 'UP',
      details: { waiting: 1 },
      components: { a: { status: 'UP' }, b: { status: 'DOWN', components: { c: { status: 'UNKNOWN' } } } }
    })
  }
} satisfies ManagementOptions['checks']

const hidden = (componentId: string, status: string): object => ({ componentId, componentType: 'component', status })

await t.test('/health as application/health+json has the statuses of the draft, and parts after a check', async (t) => {
  const { get } = await startApp(t, { checks, name: 'shop', version: '1.4.2' })
  const { status, headers, body } = await get('/z/health', accept)
  t.equal(status, 503)
  t.equal(headers['content-type'], DRAFT)
  t.equal(headers['cache-control'], (await get('/z/health')).headers['cache-control'])
  t.same(body, {
    status: 'fail',
    version: '1',
    releaseId: '1.4.2',
    serviceId: 'shop',
    checks: {
      db: [hidden('db', 'fail')],
      cache: [hidden('cache', 'warn')],
      queue: [
        hidden('queue', 'pass'), hidden('queue/a', 'pass'), hidden('queue/b', 'fail'), hidden('queue/b/c', 'warn')
      ]
    }
  })
})

await t.test('/health as application/health+json shows reasons, times and durations with details', async (t) => {
  const { get, app } = await startApp(t, { checks, showDetails: 'always' })
  app.management.takeOutOfService('rebuilding')
  const { checks: { db, cache, queue, lifecycle } } = (await get('/z/health', accept)).body as
    { checks: Record<string, readonly Record<string, unknown>[]> }
  t.match(db, [{
    output: 'connect ECONNREFUSED', observedValue: Number, observedUnit: 'ms', time: TIME, since: TIME, lastFailure: {}
  }])
  t.notOk('details' in (db?.[0] ?? {}), 'the reason is its only detail')
  t.match(cache, [{ output: 'slow', details: { hits: 3 } }])
  t.match(queue?.[0], { details: { waiting: 1 } })
  t.notOk('output' in (queue?.[0] ?? {}))
  t.match(lifecycle, [{ status: 'fail', output: 'rebuilding', time: TIME }])
})

await t.test('a probe as application/health+json is terse, and has the checks with ?verbose', async (t) => {
  const { get } = await startApp(t, { checks, version: '1.4.2' })
  for (const [path, text] of [['liveness', '{"status":"pass"}'], ['readiness', '{"status":"fail"}']] as const) {
    const answer = await get(`/z/health/${path}`, accept)
    t.equal(answer.text, text)
    t.equal(answer.headers['content-type'], DRAFT)
  }
  t.same((await get('/z/health/readiness?verbose&exclude=db&exclude=queue', accept)).body, {
    status: 'warn', checks: { cache: [hidden('cache', 'warn')] }
  })
})

await t.test('/health/NAME as application/health+json is a document with one check', async (t) => {
  const { get } = await startApp(t, { checks, showDetails: 'always' })
  const { status, headers, body } = await get('/z/health/db', accept)
  t.equal(status, 503)
  t.equal(headers['content-type'], DRAFT)
  t.match(body, { status: 'fail', output: 'connect ECONNREFUSED', checks: { db: [{ componentId: 'db' }] } })
  t.match((await get('/z/health/nobody', accept)).headers['content-type'], /^application\/json/)
})

await t.test('a HEAD request for application/health+json has the code and the type of GET', async (t) => {
  const { get } = await startApp(t, { checks })
  for (const path of ['', '/readiness', '/db']) {
    const { status, headers, text } = await get(`/z/health${path}`, accept, 'HEAD')
    t.same([status, headers['content-type'], text], [503, DRAFT, ''], path)
  }
})

await t.test('application/health+json keeps the option statusCodes', async (t) => {
  const { get } = await startApp(t, { checks, statusCodes: { DOWN: 500, DEGRADED: 218 } })
  t.equal((await get('/z/health', accept)).status, 500)
  t.equal((await get('/z/health/cache', accept)).status, 218)
})

await t.test('application/health+json shows no check if components are hidden', async (t) => {
  const { get } = await startApp(t, {
    checks, showComponents: 'never', showDetails: 'always', endpoints: { version: false, info: false }
  })
  for (const path of ['/z/health', '/z/health/readiness?verbose']) {
    t.equal((await get(path, accept)).text, '{"status":"fail"}')
  }
  t.equal((await get('/z/health/db', accept)).status, 404)
})

await t.test('application/health+json names the service to requests that may read /version and /info', async (t) => {
  const options: ManagementOptions = {
    name: 'shop',
    version: async () => await Promise.resolve('v2.0.0-rc.1'),
    auth: async ({ headers }, reply) => { if (headers.authorization !== 'ok') await reply.code(401).send() }
  }
  const authorized = { ...accept, authorization: 'ok' }
  const named = { status: 'pass', version: '2', releaseId: 'v2.0.0-rc.1', serviceId: 'shop' }
  for (const shown of [{ showDetails: 'authorized' }, { showComponents: 'authorized' }] as const) {
    const { get } = await startApp(t, { ...options, ...shown })
    t.match((await get('/z/health', authorized)).body, named)
    const { releaseId, version, serviceId } = (await get('/z/health', accept)).body as Record<string, unknown>
    t.same([releaseId, version, serviceId], [undefined, undefined, undefined])
  }
  const closed = await startApp(t, options)
  t.match((await closed.get('/z/health', authorized)).body, named)
  t.equal((await closed.get('/z/health', accept)).status, 401)
  t.same((await closed.get('/z/health/liveness?verbose', authorized)).body, { status: 'pass' })
})

await t.test('application/health+json leaves out a version that is unknown or has no major', async (t) => {
  const commit = await startApp(t, { version: '8d3f2c1' })
  const { version, releaseId } = (await commit.get('/z/health', accept)).body as Record<string, unknown>
  t.same([version, releaseId], [undefined, '8d3f2c1'])
  const unknown = await startApp(t, { version: () => { throw new Error('no file') } })
  t.notOk('releaseId' in ((await unknown.get('/z/health', accept)).body as object))
})

await t.test('the other reports answer JSON to a request for application/health+json', async (t) => {
  const { get } = await startApp(t, { checks })
  for (const path of ['', '/history', '/info']) {
    t.match((await get(`/z${path}`, accept)).headers['content-type'], /^application\/json/, path)
  }
})

await t.test('componentHealthJson() keeps a reason that is no text in the details', (t) => {
  const details = { error: { code: 1 } }
  t.same(componentHealthJson('db', { status: 'DOWN', details }), {
    status: 'fail', checks: { db: [{ componentId: 'db', componentType: 'component', status: 'fail', details }] }
  })
  t.end()
})
