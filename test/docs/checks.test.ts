import { setTimeout as sleep } from 'node:timers/promises'
import Fastify from 'fastify'
import t from 'tap'
import { BUILT_IN_KINDS } from '../../lib/health/kind.js'
import { management } from '../../lib/index.js'
import type { CheckFunction } from '../../lib/index.js'
import { membersOf } from '../support/option-types.js'
import { readPage } from './pages.js'
import { codeIn, sectionOf, tablesIn } from './sections.js'

const page = await readPage('docs/checks.md')

/** The functions that a row of the table of results describes. */
const RESULTS: Readonly<Record<string, readonly (() => unknown)[]>> = {
  'returns nothing, or `true`': [() => undefined, () => true, async () => await Promise.resolve()],
  "returns `{ status: 'UP' }` or `{ status: 'DEGRADED' }`": [() => ({ status: 'UP' }), () => ({ status: 'DEGRADED' })],
  "returns `{ status: 'DOWN' }` or `{ status: 'OUT_OF_SERVICE' }`": [
    () => ({ status: 'DOWN' }),
    () => ({ status: 'OUT_OF_SERVICE' })
  ],
  'returns `false`': [() => false],
  'throws or rejects': [
    () => { throw new Error('refused') },
    async () => await Promise.reject(new Error('refused'))
  ],
  'takes longer than its [timeout](#timeouts)': [async () => { await sleep(60_000, undefined, { ref: false }) }],
  'returns anything else, for example rows, a `Response`, `0` or `null`': [
    () => [{ one: 1 }],
    () => ({ rows: [] }),
    () => new Response('ok'),
    () => 0,
    () => null
  ]
}

/** The statuses of the functions of each row. */
const STATUSES: Readonly<Record<string, readonly string[]>> = {
  '`UP`': ['UP'],
  'that status: the check passes': ['UP', 'DEGRADED'],
  'that status: the check fails': ['DOWN', 'OUT_OF_SERVICE'],
  '`DOWN`': ['DOWN']
}

await t.test('every row of the table of results is true', async (t) => {
  const [[, ...rows] = []] = tablesIn(sectionOf(page, 'Results'))
  t.same(rows.map(([result = '']) => result), Object.keys(RESULTS))
  for (const [result = '', status = ''] of rows) {
    const checks = (RESULTS[result] ?? []) as readonly CheckFunction[]
    const statuses = await Promise.all(checks.map(statusOf))
    t.same([...new Set(statuses)], STATUSES[status], result)
  }
})

await t.test('the table of kinds lists every built-in kind, and no other', (t) => {
  const [[, ...rows] = []] = tablesIn(sectionOf(page, 'Kinds'))
  t.same(rows.map(([kind = '']) => codeIn(kind)), BUILT_IN_KINDS)
  t.end()
})

await t.test('the table of the argument lists every property, and no other', async (t) => {
  const [[, ...rows] = []] = tablesIn(sectionOf(page, 'The argument of your function'))
  const members = await membersOf('health/check/check-function.ts', 'CheckContext')
  t.same(rows.map(([property = '']) => codeIn(property)), members.map(({ name }) => name))
})

async function statusOf (check: CheckFunction): Promise<string | undefined> {
  const app = Fastify()
  await app.register(management)
  app.management.addCheck('readiness', 'example', check, { timeout: 20 })
  const { components } = await app.management.health('readiness')
  await app.close()
  return components['example']?.status
}
