import t from 'tap'
import { startApp } from '../support/app.js'
import type { TestApp } from '../support/app.js'

const checks = {
  health: {
    db: () => ({ status: 'DOWN' as const, details: { host: 'h1' }, components: { replica: { status: 'DOWN' as const, details: { host: 'h2' }, time: '2026-01-01T00:00:00Z', durationMs: 1 } } })
  }
}

await t.test('a function decides for each request, at once or later', async (t) => {
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

await t.test('a terse probe does not ask', async (t) => {
  const { get } = await startApp(t, { showComponents: () => t.fail('was asked'), showDetails: () => t.fail('was asked') })
  t.match(await get('/z/health/liveness'), { text: '{"status":"UP"}' })
})

await t.test('only true shows', async (t) => {
  for (const given of [1, 'yes', {}, undefined, null]) {
    const { get } = await startApp(t, { checks, showComponents: () => given as boolean })
    t.equal((await get('/z/health')).text, '{"status":"DOWN"}')
  }
})

await t.test('a function that fails hides, and that is logged once', async (t) => {
  const hides = async ({ get, lines }: TestApp): Promise<void> => {
    for (let request = 0; request < 3; request++) t.equal((await get('/z/health')).text, '{"status":"DOWN"}')
    t.match(lines.filter((line) => line['function'] !== undefined), [{ level: 'warn', function: 'showComponents', error: 'no session' }])
    t.equal(lines.filter((line) => line['function'] !== undefined).length, 1)
  }
  await hides(await startApp(t, { checks, showComponents: () => { throw new Error('no session') } }))
  await hides(await startApp(t, { checks, showComponents: async () => await Promise.reject(new Error('no session')) }))
})

await t.test('while a function decides on an exclusion the checks run already', async (t) => {
  const hang = (): Promise<never> => new Promise(() => undefined)
  const readiness = { hang: { check: hang, timeout: 850 }, db: () => true }
  const shown = await startApp(t, { checks: { readiness }, showComponents: async () => await Promise.resolve(true) })
  t.equal((await shown.get('/z/health/readiness?exclude=hang&verbose')).text, '{"status":"UP","components":{"db":{"status":"UP"}}}')
  const hidden = await startApp(t, { checks: { readiness }, showComponents: hang })
  t.equal((await hidden.get('/z/health/readiness?exclude=hang&verbose')).text, '{"status":"DOWN"}')
  t.match(await hidden.get('/z/health/hang'), { status: 404 })
})

await t.test('for a peer a function has no longer than the report', async (t) => {
  const { get, lines } = await startApp(t, { checks, showDetails: () => new Promise(() => undefined) })
  t.match(await get('/z/health', { 'management-hop': '1' }), { status: 503 })
  t.match(lines.filter((line) => line['function'] !== undefined), [{ error: 'timed out after 600 ms' }])
})

await t.test('a function that hangs hides after 800 ms', async (t) => {
  const { get, lines } = await startApp(t, { checks, showDetails: () => new Promise(() => undefined) })
  t.equal((await get('/z/health')).text, '{"status":"DOWN","components":{"db":{"status":"DOWN","components":{"replica":{"status":"DOWN"}}}}}')
  t.match(lines.filter((line) => line['function'] !== undefined), [{ function: 'showDetails', error: 'timed out after 800 ms' }])
})
