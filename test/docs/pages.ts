import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** A Markdown page of the documentation. */
export interface Page {
  /** Relative to the root, for example `docs/options.md`. */
  readonly path: string
  readonly text: string
  readonly blocks: readonly Block[]
}

/** A block of code in a page. */
export interface Block {
  readonly page: string
  /** The line of its first line of code. */
  readonly line: number
  readonly language: string
  readonly text: string
  /**
   * The content of a comment `<!-- test: … -->` on the line before the block:
   *
   * - `none, REASON`: no test reads the block.
   * - `continues`: the block belongs to the block above it, and uses its variables.
   * - `example`: the commands run against the example app.
   */
  readonly note: string
}

const FENCE = /^(?:<!-- test: (.*) -->\n)?```(\S*).*\n([^]*?)^```$/gm

/** Returns a page by its path, for tests of one topic. */
export async function readPage (path: string): Promise<Page> {
  const text = await readFile(join(ROOT, path), 'utf8')
  const blocks = [...text.matchAll(FENCE)].map(({ 0: all, 1: note = '', 2: language = '', 3: code = '', index }) => ({
    page: path,
    line: text.slice(0, index + all.indexOf('```')).split('\n').length + 1,
    language,
    text: code,
    note
  }))
  return { path, text, blocks }
}

/** The pages that the tests of this folder cover: README.md, all other pages of the root, and docs/. */
export async function readPages (): Promise<readonly Page[]> {
  const [root, docs] = await Promise.all([readdir(ROOT), readdir(join(ROOT, 'docs'))])
  const paths = [...root, ...docs.map((file) => `docs/${file}`)].filter((path) => path.endsWith('.md'))
  return await Promise.all(paths.filter((path) => path !== 'CHANGELOG.md').sort().map(readPage))
}

/** The blocks of all pages that tests read, in one or several languages. */
export function blocksOf (pages: readonly Page[], ...languages: readonly string[]): readonly Block[] {
  const blocks = pages.flatMap((page) => page.blocks)
  return blocks.filter(({ language, note }) => languages.includes(language) && !note.startsWith('none'))
}

/** The place of a block, for messages. */
export function placeOf ({ page, line }: Block): string {
  return `${page}:${line}`
}

/**
 * The cells of the table whose first column has this heading, without the row of headings.
 *
 * @example
 * tableOf(page, 'option').map(([option]) => option)
 */
export function tableOf ({ path, text }: Page, heading: string): readonly (readonly string[])[] {
  const lines = text.split('\n')
  const start = lines.findIndex((line) => line.startsWith(`| ${heading} |`))
  if (start === -1) throw new Error(`${path} has no table whose first column is "${heading}"`)
  const length = lines.slice(start).findIndex((line) => !line.startsWith('|'))
  const rows = lines.slice(start + 2, length === -1 ? undefined : start + length)
  return rows.map((row) => row.slice(1, -1).split(/(?<!\\)\|/).map((cell) => cell.trim()))
}
