// Measures the costs of this package and of similar packages. `--quick` gives a rough result, `--only TITLE` measures
// one part, and `--docs` writes the tables into docs/benchmarks.md.
import { parseArgs } from 'node:util'
import { Client } from './client.js'
import { canPin } from './cores.js'
import { install, installOwn } from './install.js'
import { partsOf } from './parts.js'
import { putIntoPage } from './page.js'

const { values: { quick = false, only, docs = false } } = parseArgs({
  options: { quick: { type: 'boolean' }, only: { type: 'string' }, docs: { type: 'boolean' } }
})
if (docs && (quick || only !== undefined)) throw new Error('--docs cannot be combined with --quick or --only')

await install()
await installOwn()

const pinning = canPin ? 'server and client each on its own core' : 'no process pinned to a core: expect more noise'
const where = `Node.js ${process.versions.node} on ${process.platform}, ${pinning}.`
console.log(`${where}\n`)
const client = new Client()
const parts = partsOf(client, quick)
const sections: string[] = []
try {
  for (const [title, measure] of Object.entries(parts)) {
    if (only !== undefined && !title.includes(only)) continue
    const section = `### ${title}\n\n${await measure()}`
    console.log(`${section}\n`)
    sections.push(section)
  }
} finally {
  await client.end()
}
if (sections.length === 0) {
  throw new Error(`--only: no title contains "${only ?? ''}"; the titles are ${Object.keys(parts).join(' | ')}`)
}
if (docs) putIntoPage('benchmark', [where, ...sections].join('\n\n'))
