// What `npm test` runs: lint, types, the tests with the coverage of lib/, and the tests again on the other Nodes.
// `npm test -- --quick` leaves out the packaging tests and the other Nodes, `npm test -- test/info` runs some tests only.
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { tsImport } from 'tsx/esm/api'

const { nodeBinary, otherMajors } = await tsImport('../test/support/packaging/nodes.ts', import.meta.url)

const root = fileURLToPath(new URL('..', import.meta.url))
const modules = join(root, 'node_modules')
const WITHOUT_PACKAGING = ['--exclude=test/packaging/**', '--disable-coverage']

const { values: { quick }, positionals } = parseArgs({ options: { quick: { type: 'boolean' } }, allowPositionals: true })
const folder = await mkdtemp(join(tmpdir(), 'fastify-management-endpoints-test-'))
const results = []
try {
  await step('lint', async () => await runOne([join(modules, 'eslint/bin/eslint.js'), '--max-warnings', '0']))
  await step('types', async () => await runOne([join(modules, 'typescript/bin/tsc')]))
  await step(`tests on Node ${process.versions.node}`, async () => await runTests(process.execPath, optionsOfTheFirst()))
  if (!quick) for (const major of otherMajors()) await step(`tests on Node ${major}`, async () => await runTestsOn(major))
} finally {
  await rm(folder, { recursive: true, force: true })
}
report()

/** Only all tests together cover everything. */
function optionsOfTheFirst () {
  if (positionals.length > 0) return ['--disable-coverage']
  return quick ? ['--exclude=test/packaging/**'] : []
}

/** Runs one step. Whatever becomes of it, the next ones run too. */
async function step (name, run) {
  console.log(`\n# ${name}\n`)
  const started = performance.now()
  const counts = await run().catch((error) => {
    console.log(error)
    return { failed: 1 }
  })
  results.push({ name, passed: 0, failed: 0, skipped: 0, ...counts, seconds: Math.round((performance.now() - started) / 1_000) })
}

async function runOne (args) {
  return await start(process.execPath, args) === 0 ? { passed: 1 } : { failed: 1 }
}

async function runTestsOn (major) {
  const binary = await nodeBinary(major)
  if (binary !== undefined) return await runTests(binary, WITHOUT_PACKAGING)
  console.log(`skipped: there is no Node ${major} to be had here`)
  return { skipped: 1 }
}

/** Runs the tests with a binary of Node, in their children too, and counts what tap has counted. */
async function runTests (node, options) {
  const output = join(folder, `${results.length}.tap`)
  const tap = join(modules, 'tap/dist/esm/run.mjs')
  const code = await start(node, [tap, 'run', '--reporter=base', `--output-file=${output}`, ...options, ...positionals])
  const text = await readFile(output, 'utf8').catch(() => '')
  for (const [line] of text.matchAll(/^not ok .*$/gm)) console.log(line)
  const counts = countsOf(text)
  // Coverage below the gate, or a run that ended early, fails no test.
  return code === 0 || counts.failed > 0 ? counts : { ...counts, failed: 1 }
}

/** Reads the last line of what tap has written: `# { total: 5, pass: 2, fail: 1, todo: 1, skip: 1 }`. */
function countsOf (text) {
  const line = text.match(/^# \{ total: .*\}$/gm)?.at(-1)
  const count = (name) => Number(line?.match(new RegExp(`${name}: (\\d+)`))?.[1] ?? 0)
  if (count('total') === 0) return { failed: 1 }
  return { passed: count('pass'), failed: count('fail'), skipped: count('skip') + count('todo') }
}

/** Resolves to the exit code of a process that prints where this one does. */
async function start (node, args) {
  const child = spawn(node, args, { cwd: root, env: environmentFor(node), stdio: ['ignore', 'inherit', 'inherit'] })
  return await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve))
}

function environmentFor (node) {
  const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH}` }
  // Tells tap's reporter to print each file once instead of drawing a screen again and again.
  return process.stdout.isTTY ? env : { ...env, CONTINUOUS_INTEGRATION: 'true' }
}

function report () {
  console.log('\n')
  console.table(Object.fromEntries(results.map(({ name, ...counts }) => [name, counts])))
  const sum = (key) => results.reduce((total, result) => total + result[key], 0)
  const skipped = sum('skipped')
  process.exitCode = sum('failed') === 0 ? 0 : 1
  console.log(`${sum('passed')} passed, ${sum('failed')} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
}
