import t from 'tap'
import { startApp } from '../support/app.js'

const OUT_OF_SERVICE = '{"status":"OUT_OF_SERVICE"}'
const PEER = { 'management-hop': '1' }
const V2 = { accept: 'application/vnd.spring-boot.actuator.v2+json' }

const checks = { startup: { migration: () => false }, readiness: { db: () => true } }

await t.test('a terse readiness probe answers OUT_OF_SERVICE until startup has completed', async (t) => {
  let isMigrated = false
  const { get } = await startApp(t, { checks: { startup: { migration: () => isMigrated } } })
  for (const query of ['', '?exclude=migration', '?verbose=false']) {
    t.match(await get(`/z/health/readiness${query}`), { status: 503, text: OUT_OF_SERVICE }, query)
  }
  t.match(await get('/z/health/readiness', PEER), { status: 503, text: OUT_OF_SERVICE })
  t.match(await get('/z/health/liveness'), { status: 200, text: '{"status":"UP"}' })
  isMigrated = true
  t.match(await get('/z/health/readiness', PEER), { status: 503 }, 'a peer does not complete startup')
  t.match(await get('/z/health/readiness'), { status: 200, text: '{"status":"UP"}' })
  t.match(await get('/z/health/readiness', PEER), { status: 200 })
})

await t.test('only requests that may see details see the names of the pending checks', async (t) => {
  const { get } = await startApp(t, { checks, showDetails: (request) => request.headers['x-role'] === 'operator' })
  const hidden = `{"status":"OUT_OF_SERVICE","components":{"lifecycle":${OUT_OF_SERVICE},"db":{"status":"UP"}}}`
  t.match(await get('/z/health/readiness?verbose'), { status: 503, text: hidden })
  t.match(await get('/z/health/readiness?verbose', { 'x-role': 'operator' }), {
    body: { components: { lifecycle: { details: { pending: ['migration'] } } } }
  })
})

await t.test('requests that may not see components do not see the gate', async (t) => {
  const { get } = await startApp(t, { checks, showComponents: 'never', showDetails: 'always' })
  t.match(await get('/z/health/readiness?verbose'), { status: 503, text: OUT_OF_SERVICE })
  t.match(await get('/z/health'), { status: 503, text: '{"status":"DOWN"}' })
  t.match(await get('/z/health/lifecycle'), { status: 404 })
})

await t.test('/health/lifecycle shows the pending checks, and the gate does not take /health down', async (t) => {
  const { app, get } = await startApp(t, { showDetails: 'always' })
  app.management.addCheck('startup', 'migration', () => false, { failureStatus: 'DEGRADED' })
  const lifecycle = { status: 'OUT_OF_SERVICE', details: { pending: ['migration'] } }
  t.match(await get('/z/health'), { status: 200, body: { status: 'DEGRADED', components: { lifecycle } } })
  t.match(await get('/z/health/lifecycle'), { status: 503, body: lifecycle })
  t.match(await get('/z/health', V2), { body: { status: 'DEGRADED', details: { lifecycle } } })
})

await t.test('health(\'readiness\') sees the gate and completes startup', async (t) => {
  let isMigrated = false
  const { app } = await startApp(t, { checks: { startup: { migration: () => isMigrated } } })
  t.match(await app.management.health('readiness'), {
    status: 'OUT_OF_SERVICE', components: { lifecycle: { details: { pending: ['migration'] } } }
  })
  isMigrated = true
  t.same(await app.management.health('readiness'), { status: 'UP', components: {} })
  t.throws(() => app.management.addCheck('startup', 'late', () => true), { code: 'FST_MANAGEMENT_STARTUP_COMPLETED' })
})

await t.test('failureStatus per kind applies in checks, checkDefaults and service dependencies', async (t) => {
  const options = { readiness: 'DEGRADED', health: 'OUT_OF_SERVICE' } as const
  const { get } = await startApp(t, {
    cascade: ['readiness'],
    checkDefaults: { failureStatus: options },
    checks: {
      liveness: { loop: { check: () => false, failureStatus: { liveness: 'OUT_OF_SERVICE' } } },
      readiness: { db: () => false }
    },
    serviceDependencies: { users: { url: 'http://127.0.0.1:1', failureStatus: { readiness: 'DEGRADED' } } }
  })
  t.match(await get('/z/health/liveness'), { status: 503, text: OUT_OF_SERVICE })
  t.match(await get('/z/health/readiness?verbose'), {
    status: 200, body: { components: { db: { status: 'DEGRADED' }, users: { status: 'DEGRADED' } } }
  })
  t.match(await get('/z/health'), {
    body: { components: { db: { status: 'OUT_OF_SERVICE' }, users: { status: 'DOWN' } } }
  })
})

await t.test('an unknown kind in failureStatus is rejected wherever it stands', async (t) => {
  const failureStatus = { readines: 'DEGRADED' } as const
  const code = 'FST_MANAGEMENT_KIND_UNKNOWN'
  for (const options of [
    { checkDefaults: { failureStatus } },
    { checks: { readiness: { db: { check: () => true, failureStatus } } } },
    { serviceDependencies: { users: { url: 'users', failureStatus } } }
  ]) await t.rejects(startApp(t, options), { code })
  const { app } = await startApp(t)
  t.throws(() => app.management.addCheck('readiness', 'db', () => true, { failureStatus }), { code })
})
