import { execFile, spawnSync } from 'node:child_process'
import { promisify } from 'node:util'
import Fastify from 'fastify'
import { Registry } from 'prom-client'
import t from 'tap'
import management from '../../../lib/index.js'
import { missing } from '../../support/servers/index.js'
import { binary } from '../../support/servers/binary.js'
import { dashboardQueries, folder } from './files.js'
import { METRIC_NAMES } from '../../../lib/observe/metrics/definitions.js'

const run = promisify(execFile)
const skip = missing('prometheus')
t.setTimeout(120_000)

await t.test('the metrics pass the lint of promtool', { skip }, async (t) => {
  const metrics = new Registry()
  const app = Fastify()
  t.teardown(async () => await app.close())
  await app.register(management, { metrics, checks: { readiness: { db: () => true, mail: () => false } } })
  await app.inject('/z/health')
  app.management.addCheck('health', 'late', () => true)
  const { payload: input } = await app.inject('/z/metrics')
  t.same(METRIC_NAMES.filter((name) => !input.includes(`# TYPE ${name} `)), [])
  const { stdout, stderr, status } = spawnSync(binary('promtool'), ['check', 'metrics'], { input, encoding: 'utf8' })
  t.same({ stdout, stderr, status }, { stdout: '', stderr: '', status: 0 })
})

await t.test('the configuration of the example and its alerts are valid', { skip }, async (t) => {
  const { stdout } = await run(binary('promtool'), ['check', 'config', '--lint=all', '--lint-fatal', 'prometheus.yml'],
    { cwd: folder })
  t.match(stdout, /4 rules found/)
})

await t.test('the alerts pass their tests', { skip }, async (t) => {
  await t.resolves(run(binary('promtool'), ['test', 'rules', 'alerts.test.yml'], { cwd: folder }))
})

await t.test('the dashboard uses every metric, and no other', async (t) => {
  const queries = await dashboardQueries()
  const used = new Set(queries.join(' ').match(/\bhealth_\w+/g)?.map((name) => name.replace(/_bucket$/, '')))
  t.same([...used].sort(), [...METRIC_NAMES].sort())
  t.notMatch(queries.join(' '), /\$/, 'each variable has a value')
})
