import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { parse, parseAllDocuments } from 'yaml'
import { DEFAULT_POLICY } from '../../lib/health/check/options.js'
import { errors } from '../../lib/index.js'
import { blocksOf, readPage, ROOT, tableOf } from './pages.js'

const readme = await readPage('README.md')

await t.test('the README and the example\'s Deployment have the same probes', async (t) => {
  const manifest = await readFile(join(ROOT, 'example/kubernetes/deployment.yaml'), 'utf8')
  const deployment: unknown = parseAllDocuments(manifest)[0]?.toJS()
  t.match(deployment, {
    spec: { template: { spec: { containers: [parse(blocksOf([readme], 'yaml')[0]?.text ?? '') as object] } } }
  })
})

await t.test('the HEALTHCHECK runs the command of the package', async (t) => {
  const manifest = await readFile(join(ROOT, 'package.json'), 'utf8')
  const { bin } = JSON.parse(manifest) as { bin: Record<string, string> }
  t.match(
    blocksOf([readme], 'dockerfile')[0]?.text,
    `node_modules/fastify-management-endpoints/${bin['management-probe'] ?? ''}"`
  )
})

await t.test('the README shows the gauge of the example', async (t) => {
  const plugin = await readFile(join(ROOT, 'example/plugins/metrics.ts'), 'utf8')
  t.ok(blocksOf([readme], 'ts').some(({ text }) => text.trim() === plugin.trim()))
})

await t.test('every option of a check is listed with its default, and no other', (t) => {
  const listed = tableOf(readme, 'check option').map(([option = '', value = '']) => [
    option.replaceAll('`', ''),
    /^\d*/.exec(value)?.[0]
  ])
  t.same(listed, Object.entries(DEFAULT_POLICY).map(([option, value]) => [option, String(value ?? '')]))
  t.end()
})

await t.test('every error code is listed, and no other', (t) => {
  const listed = tableOf(readme, 'code').map(([code = '']) => code.replaceAll('`', ''))
  const classes = Object.values(errors) as unknown as (new () => { code: string })[]
  t.same(listed, [...new Set(classes.map((ErrorClass) => new ErrorClass().code))])
  t.end()
})

await t.test('every option is listed, and no other', async (t) => {
  const listed = tableOf(readme, 'option').map(([option = '']) => option.replaceAll('`', ''))
  const [, source = ''] = (await readFile(join(ROOT, 'lib/options/types.ts'), 'utf8')).split(
    'export interface ManagementOptions {'
  )
  t.same(listed, [...source.matchAll(/^ {2}readonly (\w+)\?:/gm)].map(([, option]) => option))
})
