import { readFile } from 'node:fs/promises'
import t from 'tap'
import { faultTable } from '../checks/faults/table.js'

await t.test('docs/faults.md has the results that the tests of the clients expect', async (t) => {
  const page = await readFile(new URL('../../docs/faults.md', import.meta.url), 'utf8')
  const start = page.indexOf('| fault | status |')
  t.equal(page.slice(start, page.indexOf('\n\n', start)), faultTable())
})
