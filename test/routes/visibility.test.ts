import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { startApp } from '../support/app.js'
import type { TestApp } from '../support/app.js'
import { checks } from './fixtures/nested-check.js'

await t.test('showComponents and showDetails decide for each request, also asynchronously', async (t) => {
  const { get } = await startApp(t, {
    checks,
    showComponents: (request) => request.headers['x-role'] === 'operator',
    showDetails: async (request) => await Promise.resolve(request.headers['x-role'] === 'operator')
  })
  t.equal((await get('/z/health')).text, '{"status":"DOWN"}')
  t.match((await get('/z/health', { 'x-role': 'operator' })).body, { components: { db: { details: { host: 'h1' } } } })
  t.match(await get('/z/health/db'), { status: 404 })
  t.match(await get('/z/health/db', { 'x-role': 'operator' }), { status: 503 })
})

await t.test('probes without a query do not call showComponents and showDetails', async (t) => {
  const { get } = await startApp(t, {
    showComponents: () => t.fail('must not be called'),
    showDetails: () => t.fail('must not be called')
  })
  t.match(await get('/z/health/liveness'), { text: '{"status":"UP"}' })
})

await t.test('components are hidden when showComponents returns another value than true', async (t) => {
  for (const result of [1, 'yes', {}, undefined, null]) {
    const { get } = await startApp(t, { checks, showComponents: () => result as boolean })
    t.equal((await get('/z/health')).text, '{"status":"DOWN"}')
  }
})

await t.test('components are hidden when showComponents fails, and the failure is logged once', async (t) => {
  const hides = async ({ get, lines }: TestApp): Promise<void> => {
    for (let request = 0; request < 3; request++) t.equal((await get('/z/health')).text, '{"status":"DOWN"}')
    t.match(
      lines.filter((line) => line['function'] !== undefined),
      [{ level: 'warn', function: 'showComponents', error: 'no session' }]
    )
    t.equal(lines.filter((line) => line['function'] !== undefined).length, 1)
  }
  await hides(await startApp(t, { checks, showComponents: () => { throw new Error('no session') } }))
  await hides(await startApp(t, { checks, showComponents: async () => await Promise.reject(new Error('no session')) }))
})

await t.test('checks run while showComponents decides about ?exclude', async (t) => {
  const hang = (): Promise<never> => new Promise(() => undefined)
  const readiness = { hang: { check: hang, timeout: 850 }, db: () => true }
  const shown = await startApp(t, { checks: { readiness }, showComponents: async () => await Promise.resolve(true) })
  t.equal(
    (await shown.get('/z/health/readiness?exclude=hang&verbose')).text,
    '{"status":"UP","components":{"db":{"status":"UP"}}}'
  )
  const hidden = await startApp(t, { checks: { readiness }, showComponents: hang })
  t.equal((await hidden.get('/z/health/readiness?exclude=hang&verbose')).text, '{"status":"DOWN"}')
  t.match(await hidden.get('/z/health/hang'), { status: 404 })
})

await t.test('details are hidden, and nothing is logged, when showDetails is slower than a peer waits', async (t) => {
  const { get, lines } = await startApp(t, { checks, showDetails: async () => await sleep(150, true) })
  const headers = { 'management-hop': '1', 'management-timeout': '60' }
  t.notMatch((await get('/z/health', headers)).text, /h1/)
  t.match((await get('/z/health', { ...headers, 'management-timeout': '5000' })).text, /h1/)
  t.same(lines.filter((line) => line['function'] !== undefined), [])
})

await t.test('details are hidden after 800 ms when showDetails hangs', async (t) => {
  const { get, lines } = await startApp(t, { checks, showDetails: () => new Promise(() => undefined) })
  t.equal(
    (await get('/z/health')).text,
    '{"status":"DOWN","components":{"db":{"status":"DOWN","components":{"replica":{"status":"DOWN"}}}}}'
  )
  t.match(
    lines.filter((line) => line['function'] !== undefined),
    [{ function: 'showDetails', error: 'timed out after 800 ms' }]
  )
})
