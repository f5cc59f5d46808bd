import { Registry } from 'prom-client'
import t from 'tap'
import { METRIC_NAMES } from '../../lib/observe/metrics/definitions.js'
import { startApp } from '../support/app.js'
import { readPage } from './pages.js'
import { sectionOf, tablesIn } from './sections.js'

const page = await readPage('docs/metrics.md')

await t.test('the list of metrics lists every metric with its labels and its type, and no other', async (t) => {
  const metrics = new Registry()
  const { get } = await startApp(t, { metrics, checks: { readiness: { db: () => true } } })
  await get('/z/health')
  const { text } = await get('/z/metrics')
  const [[, ...rows] = []] = tablesIn(sectionOf(page, 'List of metrics'))
  const listed = rows.map(([name = '', labels = '', type = '']) => {
    return { name: name.replaceAll('`', ''), labels: labels.replaceAll('`', '').split(', ').sort(), type }
  })
  t.same(listed.map(({ name }) => name), METRIC_NAMES)
  for (const { name, labels, type } of listed) {
    t.match(text, `# TYPE ${name} ${type}\n`)
    const [, series = ''] = new RegExp(`^${name}(?:_bucket)?{(.*)}`, 'm').exec(text) ?? []
    t.same(series.split(',').map((label) => label.replace(/=.*/, '')).sort(), labels, name)
  }
})

await t.test('a check has the number of series that the page states', async (t) => {
  const metrics = new Registry()
  const { get } = await startApp(t, { metrics, checks: { readiness: { db: () => true } } })
  await get('/z/health')
  const series = (await get('/z/metrics')).text.split('\n').filter((line) => line.includes('check="db"'))
  t.match(page.text, `A check with one kind has ${series.length} series`)
})
