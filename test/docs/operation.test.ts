import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { parse, parseAllDocuments } from 'yaml'
import { isRecord } from '../../lib/base/type-guards.js'
import { findBinary } from '../support/servers/binary.js'
import { missing } from '../support/servers/index.js'
import { blocksOf, readPage, ROOT } from './pages.js'

const nginx = findBinary('nginx')
const noNginx = nginx === undefined && 'nginx is not installed'
const PROBES = ['startupProbe', 'livenessProbe', 'readinessProbe'] as const

await t.test('docs/kubernetes.md has the values of the example\'s Deployment', async (t) => {
  const container = await containerOfExample()
  const blocks = (await yamlOf('docs/kubernetes.md')).filter((block) => 'livenessProbe' in block)
  t.equal(blocks.length, 1)
  const { container: onOwnPort } = await deploymentOfPage()
  for (const probe of PROBES) {
    const expected = record(container[probe])
    t.same(blocks[0]?.[probe], expected, probe)
    const httpGet = { ...record(expected['httpGet']), port: 'management' }
    t.same(onOwnPort[probe], { ...expected, httpGet }, `${probe} on a port of its own`)
  }
  const [{ env }] = (await yamlOf('docs/kubernetes.md')).filter((block) => 'env' in block) as [{ env: unknown[] }]
  const names = (list: unknown): readonly unknown[] =>
    Array.isArray(list) ? list.map((entry) => record(entry)['name']) : []
  t.same(names(env).filter((name) => !names(container['env']).includes(name)), [])
})

await t.test('docs/kubernetes.md has a Deployment whose pods the Service and the NetworkPolicy select', async (t) => {
  const manifests = await yamlOf('docs/kubernetes.md')
  const { labels, selector, container } = await deploymentOfPage()
  const specOf = (kind: string): Readonly<Record<string, unknown>> =>
    record(manifests.find((block) => block['kind'] === kind)?.['spec'])
  t.same(selector, { matchLabels: labels })
  t.same(specOf('Service')['selector'], labels)
  t.same(specOf('NetworkPolicy')['podSelector'], { matchLabels: labels })
  t.match(specOf('Service')['ports'], [{ targetPort: 'http' }])
  t.same((specOf('Service')['ports'] as unknown[]).length, 1, 'the Service leaves the port of the endpoints out')
  const app = blocksOf([await readPage('docs/kubernetes.md')], 'ts').find(({ text }) => text.includes('new pg.Pool'))
  const ports = [...(app?.text ?? '').matchAll(/\bport: (\d+)/g)].map(([, port]) => Number(port))
  t.same((container['ports'] as Record<string, unknown>[]).map(({ containerPort }) => containerPort), ports.sort())
})

await t.test('exec probes and HEALTHCHECKs in docs/ run the command of the package', async (t) => {
  const manifest = await readFile(join(ROOT, 'package.json'), 'utf8')
  const { bin } = JSON.parse(manifest) as { bin: Record<string, string> }
  const command = `node_modules/fastify-management-endpoints/${bin['management-probe'] ?? ''}`
  const pages = [await readPage('docs/kubernetes.md'), await readPage('docs/docker.md')]
  const blocks = blocksOf(pages, 'yaml', 'dockerfile').filter(({ text }) => text.includes('management-probe.js'))
  t.equal(blocks.length, 3)
  for (const { text } of blocks) t.match(text, command)
})

await t.test('an exec probe has a longer timeout than its request', async (t) => {
  const [probe] = (await yamlOf('docs/kubernetes.md')).map(({ readinessProbe }) => record(readinessProbe))
    .filter((probe) => 'exec' in probe)
  const { command } = record(probe?.['exec']) as { command: readonly string[] }
  t.ok(Number(probe?.['timeoutSeconds']) * 1_000 > Number(command[command.indexOf('--timeout') + 1]))
})

await t.test('HAProxy accepts the configuration of docs/load-balancers.md', { skip: missing('haproxy') }, async (t) => {
  const [block] = blocksOf([await readPage('docs/load-balancers.md')], 'haproxy')
  const file = join(t.testdir(), 'haproxy.cfg')
  await writeFile(file, block?.text ?? '')
  await t.resolves(promisify(execFile)('haproxy', ['-c', '-f', file]))
})

await t.test('nginx accepts the configuration of docs/load-balancers.md', { skip: noNginx }, async (t) => {
  const page = await readPage('docs/load-balancers.md')
  const folder = t.testdir()
  const file = join(folder, 'nginx.conf')
  const block = page.blocks.find(({ language }) => language === 'nginx')?.text ?? ''
  await writeFile(file, `pid ${folder}/pid;\nerror_log ${folder}/log;\nevents {}\nhttp {\naccess_log off;\n${block}}\n`)
  await t.resolves(promisify(execFile)(nginx ?? '', ['-t', '-e', join(folder, 'log'), '-c', file]))
})

await t.test('docs/observability.md lists each field of the log line that it shows', async (t) => {
  const page = await readPage('docs/observability.md')
  const [block] = blocksOf([page], 'json')
  const table = /\| field \|[^]*?\n\n/.exec(page.text)?.[0] ?? ''
  const names = [...table.matchAll(/`(\w+)`/g)].map(([, name]) => name)
  t.same(Object.keys(JSON.parse(block?.text ?? '{}') as object).filter((field) => !names.includes(field)), [])
})

async function containerOfExample (): Promise<Readonly<Record<string, unknown>>> {
  const manifest = await readFile(join(ROOT, 'example/kubernetes/deployment.yaml'), 'utf8')
  const deployment = parseAllDocuments(manifest)[0]?.toJS() as {
    spec: { template: { spec: { containers: readonly [Readonly<Record<string, unknown>>] } } }
  }
  return deployment.spec.template.spec.containers[0]
}

async function deploymentOfPage (): Promise<Record<'labels' | 'selector' | 'container', Record<string, unknown>>> {
  const manifest = (await yamlOf('docs/kubernetes.md')).find(({ kind }) => kind === 'Deployment')
  const { selector, template } = manifest?.['spec'] as {
    selector: Record<string, unknown>
    template: { metadata: { labels: Record<string, unknown> }, spec: { containers: [Record<string, unknown>] } }
  }
  return { labels: template.metadata.labels, selector, container: template.spec.containers[0] }
}

async function yamlOf (path: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  return blocksOf([await readPage(path)], 'yaml').map(({ text }) => record(parse(text)))
}

function record (value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {}
}
