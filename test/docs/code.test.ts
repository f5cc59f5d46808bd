import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { parseAllDocuments } from 'yaml'
import { scriptErrorsOf, typeErrorsOf } from './compile.js'
import { blocksOf, placeOf, readPages, ROOT } from './pages.js'

/** The commands that blocks of the language `sh` may contain. */
const SHELL_COMMANDS = ['cd', 'curl', 'docker', 'export', 'kubectl', 'node', 'npm', 'npx', 'mkdir', 'git', 'sudo']
const DOCKER_INSTRUCTIONS = [
  'ARG', 'CMD', 'COPY', 'ENTRYPOINT', 'ENV', 'EXPOSE', 'FROM', 'HEALTHCHECK', 'LABEL', 'RUN', 'STOPSIGNAL', 'USER',
  'WORKDIR'
]
/** `text` is for diagrams and single log lines. The others show code of another library, and stay unread. */
const UNREAD = ['text', 'java', 'python', 'properties', 'promql', 'diff', 'nginx', 'hcl']
const LANGUAGES = [...UNREAD, 'ts', 'js', 'console', 'sh', 'yaml', 'json', 'dockerfile', 'haproxy']

const pages = await readPages()

await t.test('every block of code is closed, begins at the start of a line, and has a known language', (t) => {
  for (const { path, text, blocks } of pages) {
    t.equal(text.match(/^\s*```/gm)?.length ?? 0, 2 * blocks.length, path)
    t.same(blocks.filter(({ language }) => !LANGUAGES.includes(language)).map(placeOf), [], path)
  }
  t.end()
})

await t.test('every comment about a test has a block and a known content, and names a reason to skip it', (t) => {
  for (const { path, text, blocks } of pages) {
    const notes = blocks.map(({ note }) => note).filter((note) => note !== '')
    t.equal(text.match(/^<!-- test: /gm)?.length ?? 0, notes.length, path)
    t.same(notes.filter((note) => !/^(none, .{10,}|continues|example)$/.test(note)), [], path)
  }
  t.end()
})

await t.test('every example in TypeScript compiles', (t) => {
  t.same(typeErrorsOf(blocksOf(pages, 'ts')), [])
  t.end()
})

await t.test('every example in JavaScript has correct types', (t) => {
  t.same(scriptErrorsOf(blocksOf(pages, 'js')), [])
  t.end()
})

await t.test('every example in JSON parses', (t) => {
  for (const block of blocksOf(pages, 'json')) {
    // A block may show a part of an object.
    const text = block.text.startsWith('"') ? `{${block.text}}` : block.text
    t.doesNotThrow(() => { JSON.parse(text) }, placeOf(block))
  }
  t.end()
})

await t.test('every example in YAML parses', (t) => {
  for (const block of blocksOf(pages, 'yaml')) {
    t.same(parseAllDocuments(block.text).flatMap(({ errors }) => errors.map(String)), [], placeOf(block))
  }
  t.end()
})

await t.test('every Dockerfile consists of known instructions', (t) => {
  for (const block of blocksOf(pages, 'dockerfile')) {
    const lines = block.text.replace(/\\\n/g, '').split('\n').filter((line) => !/^(#|$)/.test(line))
    t.same(lines.filter((line) => !DOCKER_INSTRUCTIONS.includes(line.split(' ')[0] ?? '')), [], placeOf(block))
  }
  t.end()
})

await t.test('every shell block begins each line with a known command', (t) => {
  for (const block of blocksOf(pages, 'sh')) {
    const lines = block.text.replace(/\\\n/g, '').split('\n').filter((line) => !/^(#|$)/.test(line))
    t.same(lines.filter((line) => !SHELL_COMMANDS.includes(line.split(' ')[0] ?? '')), [], placeOf(block))
  }
  t.end()
})

await t.test('every script of npm that a page names exists', async (t) => {
  const manifest = await readFile(join(ROOT, 'package.json'), 'utf8')
  const { scripts } = JSON.parse(manifest) as { scripts: Record<string, string> }
  for (const { path, text } of pages) {
    const names = [...text.matchAll(/\bnpm run (?:--\w+ )?([a-z][\w:]*)/g)].map(([, name = '']) => name)
    t.same(names.filter((name) => !(name in scripts)), [], path)
  }
})
