import t from 'tap'
import type { ManagementOptions } from '../../lib/index.js'
import { terminusHealth } from '../../lib/routes/terminus.js'
import { startApp } from '../support/app.js'

const V3 = 'application/vnd.spring-boot.actuator.v3+json'

const options: ManagementOptions = {
  kinds: ['deep', { name: 'ready', format: 'terminus' }],
  checks: {
    deep: { slow: () => true },
    ready: {
      db: () => { throw new Error('connect ECONNREFUSED 127.0.0.1:5432') },
      queue: () => ({ status: 'UP', details: { waiting: 1 } })
    }
  }
}

// These texts are the answers of @nestjs/terminus 12.1 to the same two indicators. A run takes less than 0.5 ms, or
// more, so the durations are replaced.
const ANSWER = '{"status":"error","info":{"queue":{"waiting":1,"responseTime":0,"status":"up"}},' +
  '"error":{"db":{"message":"connect ECONNREFUSED 127.0.0.1:5432","responseTime":0,"status":"down"}},' +
  '"details":{"queue":{"waiting":1,"responseTime":0,"status":"up"},' +
  '"db":{"message":"connect ECONNREFUSED 127.0.0.1:5432","responseTime":0,"status":"down"}}}'
const withoutTimes = (text: string): string => text.replace(/"responseTime":\d+/g, '"responseTime":0')

await t.test('a kind with the format terminus answers as @nestjs/terminus does', async (t) => {
  const { get } = await startApp(t, { ...options, showDetails: 'always' })
  const failing = await get('/z/health/ready')
  t.equal(withoutTimes(failing.text), ANSWER)
  t.equal(failing.status, 503)
  t.equal(failing.headers['content-type'], 'application/json; charset=utf-8')
  const passing = await get('/z/health/ready?exclude=db')
  t.equal(passing.status, 200)
  t.match(passing.body, { status: 'ok', info: { queue: {} }, error: {}, details: { queue: {} } })
  t.equal((await get('/z/health/deep')).text, '{"status":"UP"}', 'another kind keeps its format')
})

await t.test('the format terminus shows only the status of each check without details', async (t) => {
  const { get } = await startApp(t, options)
  t.same((await get('/z/health/ready')).body, {
    status: 'error',
    info: { queue: { status: 'up' } },
    error: { db: { status: 'down' } },
    details: { queue: { status: 'up' }, db: { status: 'down' } }
  })
})

await t.test('the format terminus has empty objects if components are hidden', async (t) => {
  const empty = { info: {}, error: {}, details: {} }
  const auth = async (): Promise<void> => { await Promise.resolve() }
  for (const hiding of [{ showComponents: 'never' }, { auth }, { endpoints: { health: false } }] as const) {
    const { get } = await startApp(t, { ...options, showDetails: 'always', ...hiding })
    t.same((await get('/z/health/ready?verbose')).body, { status: 'error', ...empty })
    t.same((await get('/z/health/ready?exclude=db')).body, { status: 'error', ...empty }, 'a hidden check stays')
  }
})

await t.test('the format terminus answers shutting_down with 503 while the app drains', async (t) => {
  const { app, get } = await startApp(t, options)
  await app.management.drain(0)
  for (const path of ['/z/health/ready', '/z/health/ready?exclude=db']) {
    const { status, body } = await get(path)
    t.equal(status, 503)
    t.match(body, { status: 'shutting_down', info: { queue: { status: 'up' } } })
    t.notOk('lifecycle' in (body as { details: object }).details)
  }
})

await t.test('the format terminus reports the lifecycle as an indicator that is down', async (t) => {
  const { app, get } = await startApp(t, { ...options, showDetails: 'always' })
  const lifecycle = (message: string): object => {
    const own = { lifecycle: { message, status: 'down' } }
    return { status: 'error', error: own, details: own }
  }
  app.management.takeOutOfService('rebuilding')
  t.match((await get('/z/health/ready?exclude=db')).body, lifecycle('rebuilding'))
  t.equal((await get('/z/health/ready?exclude=db')).status, 503)
  app.management.putInService()
  t.equal((await get('/z/health/ready?exclude=db')).status, 200)
  app.management.markBroken('the worker has ended')
  t.match((await get('/z/health/ready?exclude=db')).body, lifecycle('the worker has ended'))
  t.equal((await get('/z/health/deep')).status, 200, 'a kind without a format does not report it')
})

await t.test('the format terminus does not wait for startup checks', async (t) => {
  const { get } = await startApp(t, {
    ...options, checks: { ready: { queue: () => true }, startup: { migration: () => false } }
  })
  t.same((await get('/z/health/ready')).body, {
    status: 'ok', info: { queue: { status: 'up' } }, error: {}, details: { queue: { status: 'up' } }
  })
})

await t.test('a requested media type wins over the format of the kind', async (t) => {
  const { get } = await startApp(t, { ...options, showDetails: 'always' })
  for (const [accept, text] of [[V3, '{"status":"DOWN"}'], ['application/health+json', '{"status":"fail"}']] as const) {
    const { headers, text: answered } = await get('/z/health/ready', { accept })
    t.same([headers['content-type'], answered], [accept, text])
  }
  const fromPeer = await get('/z/health/ready', { 'management-hop': '1', accept: `${V3}, application/json` })
  t.equal(fromPeer.text, '{"status":"DOWN"}')
})

await t.test('a HEAD request has the code of a kind with the format terminus', async (t) => {
  const { get } = await startApp(t, options)
  const { status, text } = await get('/z/health/ready', {}, 'HEAD')
  t.same([status, text], [503, ''])
})

await t.test('the log of a lifecycle change names the kinds with the format terminus', async (t) => {
  const { app, lines } = await startApp(t, options)
  app.management.takeOutOfService('rebuilding')
  t.match(lines.find(({ check }) => check === 'lifecycle'), { kinds: ['readiness', 'ready'] })
})

await t.test('terminusHealth() counts DEGRADED as up, and shows its reason', (t) => {
  const cache = { message: 'slow', hits: 3, status: 'up' }
  t.same(terminusHealth({
    status: 'DEGRADED', components: { cache: { status: 'DEGRADED', details: { error: 'slow', hits: 3 } } }
  }, false), { status: 'ok', info: { cache }, error: {}, details: { cache } })
  t.end()
})

await t.test('terminusHealth() keeps a detail named message, and its own status wins over a detail', (t) => {
  const details = { error: 'a', message: 'b', status: 'c' }
  t.match(terminusHealth({ status: 'DOWN', components: { db: { status: 'OUT_OF_SERVICE', details } } }, false), {
    error: { db: { error: 'a', message: 'b', status: 'down' } }
  })
  t.end()
})

await t.test('terminusHealth() nests the parts of a check, and leaves out a check without a result', (t) => {
  t.same(terminusHealth({
    status: 'UP',
    components: { users: { status: 'UP', components: { db: { status: 'UNKNOWN' } } }, away: { status: 'UNKNOWN' } }
  }, false).details, { users: { components: { db: { status: 'unknown' } }, status: 'up' } })
  t.end()
})
