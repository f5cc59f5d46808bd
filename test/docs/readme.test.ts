import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { parse, parseAllDocuments } from 'yaml'
import { blocksOf, readPage, ROOT } from './pages.js'

await t.test('the README and the example\'s Deployment have the same probes', async (t) => {
  const [block] = blocksOf([await readPage('README.md')], 'yaml')
  const manifest = await readFile(join(ROOT, 'example/kubernetes/deployment.yaml'), 'utf8')
  const deployment: unknown = parseAllDocuments(manifest)[0]?.toJS()
  t.match(deployment, { spec: { template: { spec: { containers: [parse(block?.text ?? '') as object] } } } })
})
