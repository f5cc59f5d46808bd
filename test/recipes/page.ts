import { readFile } from 'node:fs/promises'

/** A block of code of docs/recipes.md. */
export interface Recipe {
  /** The heading above it. */
  readonly section: string
  /** Unique, for example `knex-2.cjs` for the second block below the heading Knex, which is CommonJS. */
  readonly file: string
  readonly code: string
}

/** The page, as text. */
export async function readPage (): Promise<string> {
  return await readFile(new URL('../../docs/recipes.md', import.meta.url), 'utf8')
}

/** The blocks of the page that add a check, in their order. */
export function recipesOf (page: string): readonly Recipe[] {
  const [, ...sections] = page.split(/^## /m)
  return sections.flatMap((text) => {
    const section = text.slice(0, text.indexOf('\n'))
    const name = section.toLowerCase().replace(/[^a-z0-9]+/g, '-')
    const blocks = [...text.matchAll(/^```js\n([^]*?)^```$/gm)].map(([, code = '']) => code)
    const recipes = blocks.filter((code) => code.includes('addCheck'))
    return recipes.map((code, index) => {
      const extension = /\brequire\(/.test(code) ? 'cjs' : 'mjs'
      return { section, file: `${name}-${index + 1}.${extension}`, code }
    })
  })
}
