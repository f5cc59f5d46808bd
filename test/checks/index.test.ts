import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import * as checks from '../../lib/checks/index.js'

const CHECKS = fileURLToPath(new URL('../../lib/checks/', import.meta.url))
/** A ready-made check: a function whose comment ends with a link to its section. */
const FUNCTION = /^ \* @see `docs\/ready-made-checks\.md#\w+`\n(?: \* @see .*\n)* \*\/\nexport function (\w+)/gm

await t.test('the entry checks exports a function for each ready-made check', async (t) => {
  const files = (await readdir(CHECKS, { recursive: true })).filter((file) => file.endsWith('.ts'))
  const sources = await Promise.all(files.map(async (file) => await readFile(join(CHECKS, file), 'utf8')))
  const names = sources.flatMap((source) => [...source.matchAll(FUNCTION)].map(([, name]) => name))
  t.same(Object.keys(checks).sort(), names.sort())
  for (const check of Object.values(checks)) t.type(check, 'function')
})
