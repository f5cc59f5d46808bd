import t from 'tap'
import type { Part } from '../../lib/health/part.js'
import { Report } from '../../lib/health/report.js'
import { terseBody, visibleHealth, visibleText } from '../../lib/routes/health-body.js'
import { startApp } from '../support/app.js'
import { checks } from './fixtures/nested-check.js'

await t.test('the default options show components and their parts, without details', async (t) => {
  const { get } = await startApp(t, { checks })
  t.equal(
    (await get('/z/health')).text,
    '{"status":"DOWN","components":{"db":{"status":"DOWN","components":{"replica":{"status":"DOWN"}}}}}'
  )
  t.equal((await get('/z/health/db')).text, '{"status":"DOWN","components":{"replica":{"status":"DOWN"}}}')
})

await t.test('the body contains only a status when components are hidden', async (t) => {
  const { get } = await startApp(t, { checks, showComponents: 'never', showDetails: 'always' })
  for (const path of ['/z/health', '/z/health?verbose', '/z/health?verbose&exclude=db']) {
    t.match(await get(path), { status: 503, text: '{"status":"DOWN"}' })
  }
})

await t.test('a component without a status is UNKNOWN, and the body is JSON', (t) => {
  const components = [{}, { status: 'WARN', details: { a: 1 } }, { status: undefined, components: {} }, []]
  const checkFor = (): object => ({ record: {} })
  const parts = components.map((component, at) => ({ entry: { name: `c${at}`, checkFor }, component, counts: true }))
  const report = new Report('health', 'DOWN', parts as unknown as readonly Part[], undefined)
  const unknown = { status: 'UNKNOWN' }
  const expected = { status: 'DOWN', components: { c0: unknown, c1: unknown, c2: unknown, c3: unknown } }
  for (const details of [true, false]) {
    t.same(JSON.parse(visibleText(report, { components: true, details })), expected)
    t.same(visibleHealth(report, { components: true, details }), expected)
  }
  t.equal(terseBody('WARN'), '{"status":"UNKNOWN"}')
  t.end()
})

await t.test('parts have details when details are shown', async (t) => {
  const { get } = await startApp(t, { checks, showDetails: 'always' })
  t.match((await get('/z/health')).body, {
    components: { db: { details: { host: 'h1' }, components: { replica: { details: { host: 'h2' }, durationMs: 1 } } } }
  })
})

await t.test('/health writes the JSON of visibleHealth(), in the order of the checks', async (t) => {
  const all = {
    health: {
      ...checks.health,
      limited: () => ({ status: 'DEGRADED' as const, details: { text: '"quoted", \n </script> \u2028' } }),
      away: () => ({ status: 'OUT_OF_SERVICE' as const, components: {} }),
      bare: () => undefined
    }
  }
  for (const [showDetails, details] of [['always', true], ['never', false]] as const) {
    const { app, get } = await startApp(t, { checks: all, showDetails, checkDefaults: { ttl: 60_000 } })
    app.management.takeOutOfService('a reason with "quotes"')
    const health = await app.management.health()
    t.same(Object.keys(health.components), ['lifecycle', 'db', 'limited', 'away', 'bare'])
    t.equal((await get('/z/health')).text, JSON.stringify(visibleHealth(health, { components: true, details })))
  }
})
