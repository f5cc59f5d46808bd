import type { Page } from './pages.js'

/** A table: the row of headings, then the other rows. */
export type Table = readonly (readonly string[])[]

/**
 * The text below a heading, with the headings of a lower level in it. Throws if the page has no such heading.
 *
 * @example
 * sectionOf(page, 'listen') // from `### listen` to the next heading of the same or a higher level
 */
export function sectionOf ({ path, text }: Page, heading: string): string {
  const lines = text.split('\n')
  const start = lines.findIndex((line) => line.replace(/^#+ /, '') === heading && line.startsWith('#'))
  if (start === -1) throw new Error(`${path} has no heading "${heading}"`)
  const level = /^#+/.exec(lines[start] ?? '')?.[0].length ?? 0
  const rest = lines.slice(start + 1)
  const end = rest.findIndex((line) => new RegExp(`^#{1,${level}} `).test(line))
  return rest.slice(0, end === -1 ? undefined : end).join('\n')
}

/** All tables in a text. */
export function tablesIn (text: string): readonly Table[] {
  const tables = text.match(/^\|.*(?:\n\|.*)+/gm) ?? []
  return tables.map((table) => {
    const [head = '', , ...rows] = table.split('\n')
    return [head, ...rows].map((row) => row.slice(1, -1).split(/(?<!\\)\|/).map((cell) => cell.trim()))
  })
}

/** The code at the start of a cell, also in a link: `listen` for [`listen`](#listen). Empty without code. */
export function codeIn (cell: string): string {
  return /^\[?`([^`]*)`/.exec(cell)?.[1] ?? ''
}

/** The value of a cell that consists of a JSON value in code, with single quotes. Otherwise `undefined`. */
export function literalIn (cell: string): { readonly value: unknown } | undefined {
  const [, code] = /^`([^`]*)`$/.exec(cell) ?? []
  try {
    return code === undefined ? undefined : { value: JSON.parse(code.replaceAll("'", '"')) as unknown }
  } catch {
    return undefined
  }
}
