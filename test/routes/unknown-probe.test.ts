import t from 'tap'
import { startApp } from '../support/app.js'
import type { Line } from '../support/log.js'

const PROBE = { 'user-agent': 'kube-probe/1.34' }

function warningsIn (lines: readonly Line[]): readonly Line[] {
  return lines.filter(({ level }) => level === 'warn')
}

await t.test('a probe of a mistyped path is logged once, with the path, the code and the remedy', async (t) => {
  const { get, lines } = await startApp(t)
  t.match(await get('/z/health/livness', PROBE), { status: 404 })
  await get('/z/health/livness?verbose', PROBE)
  t.match(warningsIn(lines), { length: 1 })
  t.match(warningsIn(lines), [{
    path: '/z/health/livness',
    statusCode: 404,
    message: 'a probe requested /z/health/livness, which is no probe and no visible check: it gets 404, which ' +
      'Kubernetes takes as a failure. Correct the path of the probe: see docs/troubleshooting.md of ' +
      'fastify-management-endpoints'
  }])
})

await t.test('a probe of a check is logged if components are hidden, and not if they are shown', async (t) => {
  for (const [showComponents, count] of [['always', 0], ['never', 1]] as const) {
    const { get, lines } = await startApp(t, { showComponents, checks: { health: { db: () => true } } })
    await get('/z/health/db', PROBE)
    t.equal(warningsIn(lines).length, count, showComponents)
  }
})

await t.test('a request of another client for an unknown check is not logged', async (t) => {
  const { get, lines } = await startApp(t)
  t.match(await get('/z/health/livness'), { status: 404 })
  t.same(warningsIn(lines), [])
})

await t.test('at most 20 unknown paths are logged, and secrets in them are redacted', async (t) => {
  const { get, lines } = await startApp(t)
  await get('/z/health/token=abcdefghijklmnop', PROBE)
  for (let request = 0; request < 30; request++) await get(`/z/health/unknown-${request}`, PROBE)
  t.equal(warningsIn(lines).length, 20)
  t.notMatch(String(warningsIn(lines)[0]?.message), 'abcdefghijklmnop')
})
