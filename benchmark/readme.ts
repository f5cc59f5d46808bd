import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const README = join(import.meta.dirname, '..', 'README.md')

/** Writes the results between the two comments with this name in the README. */
export function putIntoReadme (name: string, markdown: string): void {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`]
  const readme = readFileSync(README, 'utf8')
  const [from, to] = [readme.indexOf(begin), readme.indexOf(end)]
  if (from === -1 || to < from) throw new Error(`the README has no place for ${name}: ${begin} and ${end}`)
  writeFileSync(README, `${readme.slice(0, from)}${begin}\n${markdown.trim()}\n${readme.slice(to)}`)
}
