import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { membersOf, readExports } from '../support/option-types.js'
import { readPage, ROOT } from './pages.js'
import { codeIn, sectionOf, tablesIn } from './sections.js'

const page = await readPage('docs/api.md')
const exported = await readExports('index.ts')

await t.test('the table of methods lists every method, and each has a section with an example', async (t) => {
  const [[, ...rows] = []] = tablesIn(page.text)
  const listed = rows.flatMap(([cell = '']) => [...cell.matchAll(/\[`(\w+)\(/g)].map(([, name = '']) => name))
  const methods = (await membersOf('management.ts', 'Management')).map(({ name }) => name)
  t.same([...listed].sort(), [...methods].sort())
  for (const name of methods.filter((name) => name !== 'putInService')) {
    t.match(sectionOf(page, name), /^```ts\n[^]*fastify\.management\./m, name)
  }
})

await t.test('the table of types lists every exported type, and no other', (t) => {
  const [[, ...rows] = []] = tablesIn(sectionOf(page, 'Types'))
  const listed = rows.flatMap(([cell = '']) => [...cell.matchAll(/`(\w+)`/g)].map(([, name = '']) => name))
  const values = ['errors', 'management']
  t.same([...listed].sort(), exported.map(({ name }) => name).filter((name) => !values.includes(name)).sort())
  t.end()
})

for (const [channel, message, base] of [
  ['status', 'StatusChangeMessage', 'StatusChange'], ['check', 'CheckRunMessage', 'RunStart']
] as const) {
  await t.test(`the table of the channel ${channel} lists every field of its message, and no other`, async (t) => {
    const name = `fastify-management-endpoints:${channel}`
    const [[, ...rows] = []] = tablesIn(sectionOf(page, name))
    const listed = rows.flatMap(([cell = '']) => [...cell.matchAll(/`(\w+)`/g)].map(([, field = '']) => field))
    const members = await membersOf('health/events.ts', message)
    t.same([...listed].sort(), [...new Set(members.map(({ name }) => name))].sort())
    t.ok(members.some((member) => member.name === 'check'), `with the fields of ${base}`)
    t.match(await readFile(join(ROOT, 'lib/health/events.ts'), 'utf8'), `'${name}'`)
  })
}

await t.test('the names that addInfo() refuses are listed', async (t) => {
  const source = await readFile(join(ROOT, 'lib/info/info-report.ts'), 'utf8')
  const [, names = ''] = /OWN_SECTIONS.* = \[(.*)\]/.exec(source) ?? []
  const taken = [...names.matchAll(/'([^']+)'/g)].map(([, name]) => name)
  const [, listed = ''] = /^The names (.*) are taken\.$/m.exec(sectionOf(page, 'addInfo')) ?? []
  t.same([...listed.matchAll(/`([^`]+)`/g)].map(([, name]) => name), taken)
})

await t.test('the table of route classes lists every class', (t) => {
  const [[, ...rows] = []] = tablesIn(sectionOf(page, 'Routes'))
  t.same(rows.map(([value = '']) => codeIn(value)), ["'probe'", "'report'", ''])
  t.end()
})
