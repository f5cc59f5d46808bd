// Measures what this package costs, and its peers beside it. `--quick` is for a look, `--only TITLE` for one part, and `--readme` puts the
// tables into the README.
import { parseArgs } from 'node:util'
import { Client } from './client.js'
import { canPin } from './cores.js'
import { install, installOwn } from './install.js'
import { partsOf } from './parts.js'
import { putIntoReadme } from './readme.js'

const { values: { quick = false, only, readme = false } } = parseArgs({
  options: { quick: { type: 'boolean' }, only: { type: 'string' }, readme: { type: 'boolean' } }
})
if (readme && (quick || only !== undefined)) throw new Error('what goes into the README is measured as a whole: --readme stands alone')

await install()
await installOwn()

const where = `Node.js ${process.versions.node} on ${process.platform}, ${canPin ? 'server and client each on a core of its own' : 'nothing kept on a core of its own: expect more noise'}.`
console.log(`${where}\n`)
const client = new Client()
const parts = partsOf(client, quick)
const sections: string[] = []
try {
  for (const [title, measure] of Object.entries(parts)) {
    if (only !== undefined && !title.includes(only)) continue
    const section = `#### ${title}\n\n${await measure()}`
    console.log(`${section}\n`)
    sections.push(section)
  }
} finally {
  await client.end()
}
if (sections.length === 0) throw new Error(`--only: no title has "${only ?? ''}" in it; the titles are ${Object.keys(parts).join(' | ')}`)
if (readme) putIntoReadme('benchmark', [where, ...sections].join('\n\n'))
