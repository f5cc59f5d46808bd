import { readFile } from 'node:fs/promises'
import t from 'tap'
import { ExampleProcess } from '../../support/example-process.js'
import { missing, startServer } from '../../support/servers/index.js'
import type { TestServer } from '../../support/servers/index.js'
import { prometheus, query, queryUntil } from '../../support/servers/prometheus.js'
import type { Series } from '../../support/servers/prometheus.js'
import { alerts, dashboardQueries } from './files.js'

/** An embedded Postgres takes seconds to open, and much longer on a busy machine. */
t.setTimeout(300_000)

const FIRING = 'ALERTS{alertname="HealthCheckDown", alertstate="firing"}'

await t.test('Prometheus collects the example', { skip: missing('prometheus') }, async (t) => {
  const example = new ExampleProcess(t, { PORT: '0' })
  const { port } = new URL(await example.listening())
  await example.get('/z/health')
  // Without the waits of the alerts, which their own test covers.
  const rules = (await readFile(alerts, 'utf8')).replace(/^ *for: .*\n/gm, '')
  const server = await startServer(t, prometheus({ port: Number(port), path: '/z/metrics', rules }))

  await t.test('each query of the dashboard has an answer', async (t) => {
    const queries = await dashboardQueries()
    t.ok(queries.length >= 8, 'the dashboard has queries')
    for (const expression of queries) await queryUntil(server, expression, isNotEmpty)
  })

  await t.test('a broken database is DOWN in the metrics, and fires the alert', async (t) => {
    await becomes(server, 'UP')
    await example.post('/break/db')
    await example.get('/z/health/readiness')
    await becomes(server, 'DOWN')
    const fired = await queryUntil(server, FIRING, isNotEmpty)
    t.match(fired, [{ labels: { check: 'db', severity: 'critical' } }])
    t.match(await query(server, 'health_status{kind="readiness", status="DOWN"}'), [{ value: 1 }])
    t.match(await query(server, 'health_status{kind="liveness", status="UP"}'), [{ value: 1 }])
  })

  await t.test('a mended database is UP in the metrics, and ends the alert', async () => {
    await example.post('/mend/db')
    await example.getUntil(200, '/z/health/readiness')
    await becomes(server, 'UP')
    await queryUntil(server, FIRING, (alerts) => alerts.length === 0)
  })

  await t.test('a scrape runs no check', async (t) => {
    const runs = 'sum(health_check_runs_total)'
    const before = await query(server, runs)
    const scrapes = 'sum(count_over_time(up[5m]))'
    const [start] = await query(server, scrapes)
    await queryUntil(server, scrapes, ([now]) => (now?.value ?? 0) > (start?.value ?? 0) + 4)
    t.same(await query(server, runs), before)
  })
})

async function becomes (server: TestServer, status: string): Promise<void> {
  await queryUntil(server, `health_check_status{check="db", kind="readiness", status="${status}"} == 1`, isNotEmpty)
}

function isNotEmpty (series: readonly Series[]): boolean {
  return series.length > 0
}
