import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The page with the results. */
export const PAGE = join(import.meta.dirname, '..', 'docs', 'benchmarks.md')

/** Writes the results between the two comments with this name in docs/benchmarks.md. */
export function putIntoPage (name: string, markdown: string): void {
  writeFileSync(PAGE, withResults(readFileSync(PAGE, 'utf8'), name, markdown))
}

/** Replaces the text between the two comments with this name. */
export function withResults (page: string, name: string, markdown: string): string {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`]
  const [from, to] = [page.indexOf(begin), page.indexOf(end)]
  if (from === -1 || to < from) throw new Error(`docs/benchmarks.md has no place for ${name}: ${begin} and ${end}`)
  return `${page.slice(0, from)}${begin}\n${markdown.trim()}\n${page.slice(to)}`
}
