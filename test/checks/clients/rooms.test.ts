import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import t from 'tap'

const ROOT = new URL('../../../', import.meta.url)

/** The files that must mention each check, and the text that they contain then. CONTRIBUTING.md explains them. */
const MENTIONS: readonly (readonly [path: string, mention: (name: string) => string])[] = [
  ['test/checks/clients/foreign-clients.test.ts', (name) => `check: '${name}'`],
  ['docs/ready-made-checks.md', (name) => `\n### ${name}\n`],
  ['README.md', (name) => `\`${name}\``]
]

const EXPORTS = /^export \{ (\w+) \} from '\.\/clients\/([\w-]+)\/([\w-]+)\.js'$/gm

async function read (path: string): Promise<string> {
  return await readFile(new URL(path, ROOT), 'utf8')
}

async function namesIn (folder: string): Promise<readonly string[]> {
  return await readdir(fileURLToPath(new URL(folder, ROOT)), { recursive: true })
}

const entry = await read('lib/checks/index.ts')
const checks = [...entry.matchAll(EXPORTS)].map(([, name = '', folder = '', file = '']) => ({ name, folder, file }))

await t.test('each folder of lib/checks/clients exports a check', async (t) => {
  const entries = await readdir(new URL('lib/checks/clients/', ROOT), { withFileTypes: true })
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
  t.same([...new Set(checks.map(({ folder }) => folder))].sort(), folders.sort())
})

await t.test('each check of a client has its test, its type, its own clients and its documents', async (t) => {
  const types = (await namesIn('types')).filter((file) => file.startsWith('clients-'))
  const compiled = (await Promise.all(types.map(async (file) => await read(`types/${file}`)))).join('\n')
  const tests = await namesIn('test/checks/clients')
  const texts = await Promise.all(MENTIONS.map(async ([path]) => await read(path)))
  const missing = checks.flatMap(({ name, folder, file }) => [
    ...MENTIONS.flatMap(([path, mention], index) => texts[index]?.includes(mention(name)) === true ? [] : [path]),
    ...tests.includes(`${folder}/${file}.test.ts`) ? [] : [`test/checks/clients/${folder}/${file}.test.ts`],
    ...new RegExp(`\\b${name}\\(`).test(compiled) ? [] : ['types/clients-*.ts']
  ].map((path) => `${name} is missing in ${path}`))
  t.same(missing, [])
})
