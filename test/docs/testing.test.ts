import { join } from 'node:path'
import t from 'tap'
import { Program } from '../support/process.js'
import { blocksOf, readPage } from './pages.js'

await t.test('the example of docs/testing.md passes in the runner of Node', async (t) => {
  const blocks = blocksOf([await readPage('docs/testing.md')], 'js')
  const files = blocks.map(({ text }) => [/^\/\/ (\S+)\.js\n/.exec(text)?.[1] ?? '', text] as const)
  const folder = t.testdir(Object.fromEntries(files.map(([name, text]) => [`${name}.ts`, text])))
  const program = new Program(t, join(folder, 'app.test.ts'))
  t.match(await program.ending, { code: 0 })
  t.match(program.lines.join('\n'), /pass 1\b/)
})
