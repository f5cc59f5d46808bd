import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { readExports } from '../support/option-types.js'
import { readPage, ROOT } from './pages.js'
import { codeIn, sectionOf, tablesIn } from './sections.js'

const page = await readPage('docs/ready-made-checks.md')
const functions = (await readExports('checks/index.ts')).filter(({ isFunction }) => isFunction).map(({ name }) => name)

await t.test('the first table lists every ready-made check, and no other', (t) => {
  const [[, ...rows] = []] = tablesIn(page.text)
  t.same(rows.map(([check = '']) => codeIn(check)).sort(), [...functions].sort())
  t.end()
})

await t.test('every ready-made check has a section with an example, its details and its kind', (t) => {
  const clients = sectionOf(page, 'Clients')
  for (const name of functions) {
    const section = sectionOf(page, name)
    t.match(section, new RegExp(`^\`\`\`ts\\n[^]*\\b${name}\\(`, 'm'), name)
    t.match(section, /^Details: /m, name)
    // One paragraph describes the kind of all clients.
    if (!clients.includes(`### ${name}\n`)) t.match(section, /^\*\*Kind\.\*\*/m, name)
  }
  t.end()
})

await t.test('the tested versions are the installed versions of the clients', async (t) => {
  const [[, ...rows] = []] = tablesIn(sectionOf(page, 'Tested versions'))
  t.ok(rows.length >= 8)
  for (const [client = '', version = ''] of rows) {
    const manifest = await readFile(join(ROOT, 'node_modules', codeIn(client), 'package.json'), 'utf8')
    const installed = (JSON.parse(manifest) as { version: string }).version
    t.equal(installed.split('.').slice(0, 2).join('.'), version, client)
  }
})
