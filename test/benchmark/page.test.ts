import { readFile } from 'node:fs/promises'
import t from 'tap'
import { PAGE, withResults } from '../../benchmark/page.js'

await t.test('withResults() replaces the text between two comments', (t) => {
  const page = 'before\n<!-- x -->\nold\n<!-- end of x -->\nafter\n'
  t.equal(withResults(page, 'x', '\nnew\n\n'), 'before\n<!-- x -->\nnew\n<!-- end of x -->\nafter\n')
  t.end()
})

await t.test('withResults() throws if the page has no such comments', (t) => {
  const message = 'docs/benchmarks.md has no place for x: <!-- x --> and <!-- end of x -->'
  for (const page of ['', '<!-- x -->', '<!-- end of x --><!-- x -->']) {
    t.throws(() => withResults(page, 'x', 'new'), { message })
  }
  t.end()
})

await t.test('docs/benchmarks.md has a place for the results of the benchmark and of the simulation', async (t) => {
  const page = await readFile(PAGE, 'utf8')
  for (const name of ['benchmark', 'simulation']) t.match(withResults(page, name, 'new'), `<!-- ${name} -->\nnew\n`)
})
