import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { ROOT } from './pages.js'

await t.test('the changelog has the version of package.json as its latest one, with a date', async (t) => {
  const changelog = await readFile(join(ROOT, 'CHANGELOG.md'), 'utf8')
  const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { version: string }
  const [, unreleased, latest = ''] = changelog.split(/^## /m)
  t.match(unreleased, /^\[Unreleased\]\n/)
  t.match(latest, new RegExp(`^\\[${version.replaceAll('.', '\\.')}\\] - \\d{4}-\\d\\d-\\d\\d\n`))
})
