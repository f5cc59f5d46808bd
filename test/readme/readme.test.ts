import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import ts from 'typescript'
import { parse, parseAllDocuments } from 'yaml'
import { DEFAULT_POLICY } from '../../lib/health/check/options.js'
import { errors } from '../../lib/index.js'
import { faultTable } from '../checks/faults/table.js'
import { ExampleProcess } from '../support/example-process.js'
import { Program } from '../support/process.js'
import { readBlocks } from './blocks.js'
import type { Block } from './blocks.js'
import { readSession, runAsk, withoutChance } from './console.js'

/** An embedded Postgres takes seconds to open, and much longer on a busy machine. */
t.setTimeout(180_000)

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const README = await readFile(`${ROOT}README.md`, 'utf8')
const blocks = await readBlocks()

function blocksOf (language: string): readonly Block[] {
  return blocks.filter((block) => block.language === language)
}

await t.test('every block of code has a language that is tested', (t) => {
  t.same([...new Set(blocks.map(({ language }) => language))].sort(), [
    'console',
    'dockerfile',
    'json',
    'sh',
    'ts',
    'yaml'
  ])
  t.end()
})

await t.test('every example in TypeScript compiles', (t) => {
  const options = optionsOf(`${ROOT}tsconfig.json`)
  const examples = new Map(
    blocksOf('ts').map(({ text, line }) => [`${ROOT}test/readme/line-${line}.ts`, `${text}\nexport {}\n`])
  )
  const host = ts.createCompilerHost(options)
  const disk = { ...host }
  host.fileExists = (path) => examples.has(path) || disk.fileExists(path)
  host.readFile = (path) => examples.get(path) ?? disk.readFile(path)
  const program = ts.createProgram(
    [...examples.keys(), `${ROOT}test/readme/ambient.d.ts`, `${ROOT}node_modules/@fastify/basic-auth/types/index.d.ts`],
    options,
    host
  )
  t.ok(examples.size > 5)
  for (const path of examples.keys()) {
    const diagnostics = ts.getPreEmitDiagnostics(program, program.getSourceFile(path))
    t.same(
      diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n')),
      [],
      path.slice(ROOT.length)
    )
  }
  t.end()
})

await t.test('the first example runs, and answers as the README says', async (t) => {
  const [example, session] = [blocksOf('ts')[0], blocksOf('console')[0]]
  const folder = t.testdir({ 'app.ts': example?.text.replace('port: 3000', 'port: 0') ?? '' })
  const url = await new Program(t, `${folder}/app.ts`).waitForLine(/listening at (http:\/\/127[\d.]+:\d+)/)
  for (const { command, output } of readSession(session?.text ?? '').slice(1)) {
    t.equal(withoutChance(await runAsk(command, url)), withoutChance(output), command)
  }
})

await t.test('the example answers the commands of the README with the output that the README shows', async (t) => {
  const url = await new ExampleProcess(t, { PORT: '0' }).listening()
  const session = blocksOf('console').slice(1).flatMap(({ text }) => readSession(text)).slice(1)
  t.ok(session.length > 15)
  for (const { command, output } of session) {
    t.equal(withoutChance(await runAsk(command, url)), withoutChance(output), command)
  }
})

await t.test('the README and the example\'s Deployment have the same probes', async (t) => {
  const manifest = await readFile(`${ROOT}example/kubernetes/deployment.yaml`, 'utf8')
  const deployment: unknown = parseAllDocuments(manifest)[0]?.toJS()
  t.match(deployment, {
    spec: { template: { spec: { containers: [parse(blocksOf('yaml')[0]?.text ?? '') as object] } } }
  })
})

await t.test('the HEALTHCHECK runs the command of the package', async (t) => {
  const { bin } = JSON.parse(await readFile(`${ROOT}package.json`, 'utf8')) as { bin: Record<string, string> }
  t.match(
    blocksOf('dockerfile')[0]?.text,
    `node_modules/fastify-management-endpoints/${bin['management-probe'] ?? ''}"`
  )
})

await t.test('the README shows the gauge of the example', async (t) => {
  const plugin = await readFile(`${ROOT}example/plugins/metrics.ts`, 'utf8')
  t.ok(blocksOf('ts').some(({ text }) => text.trim() === plugin.trim()))
})

await t.test('every option of a check is listed with its default, and no other', (t) => {
  const [, table = ''] = README.split('| check option |')
  const listed = [...(table.split('\n\n')[0] ?? '').matchAll(/^\| `(\w+)` \| (\d*)/gm)].map(([, option, value]) => [
    option,
    value
  ])
  t.same(listed, Object.entries(DEFAULT_POLICY).map(([option, value]) => [option, String(value ?? '')]))
  t.end()
})

await t.test('the table of faults matches the faults that the tests of the clients expect', (t) => {
  const start = README.indexOf('| fault | status |')
  t.equal(README.slice(start, README.indexOf('\n\n', start)), faultTable())
  t.end()
})

await t.test('every command is a script of the package', async (t) => {
  const { scripts } = JSON.parse(await readFile(`${ROOT}package.json`, 'utf8')) as { scripts: Record<string, string> }
  const commands = blocksOf('sh').map(({ text }) => text.trim())
  t.same(
    [...new Set(commands)],
    ['npm install fastify-management-endpoints', 'npm install && npm start', 'npm install && npm test']
  )
  t.match(scripts, { start: /example\/main\.ts/, test: String })
})

await t.test('the log line has the fields that the plugin writes', (t) => {
  for (const { text } of blocksOf('json')) {
    t.match(JSON.parse(text), {
      level: Number,
      check: String,
      kinds: [String],
      from: String,
      to: String,
      error: String,
      durationMs: Number,
      msg: String
    })
  }
  t.end()
})

await t.test('every error code is listed, and no other', (t) => {
  const listed = [...README.matchAll(/^\| `(FST_MANAGEMENT_\w+)` \|/gm)].map(([, code]) => code)
  const classes = Object.values(errors) as unknown as (new () => { code: string })[]
  const codes = classes.map((ErrorClass) => new ErrorClass().code)
  t.same(listed, [...new Set(codes)])
  t.end()
})

await t.test('every option is listed, and no other', async (t) => {
  const [, table = ''] = README.split('\n## Options\n')
  const listed = [...(table.split('\n## ')[0] ?? '').matchAll(/^\| `(\w+)` \|/gm)].map(([, option]) => option)
  const [, source = ''] = (await readFile(`${ROOT}lib/options/types.ts`, 'utf8')).split(
    'export interface ManagementOptions {'
  )
  t.same(listed, [...source.matchAll(/^ {2}readonly (\w+)\?:/gm)].map(([, option]) => option))
})

await t.test('every link into the page has its heading', (t) => {
  const headings = new Set(
    [...README.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replace(/[^\w -]/g, '')
        .replace(/ /g, '-')
    )
  )
  for (const [, anchor = ''] of README.matchAll(/\]\(#([^)]*)\)/g)) t.ok(headings.has(anchor), anchor)
  t.end()
})

function optionsOf (path: string): ts.CompilerOptions {
  const config: unknown = ts.readConfigFile(path, (file) => ts.sys.readFile(file)).config
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT)
  return { ...options, noEmit: true, noUnusedLocals: false }
}
