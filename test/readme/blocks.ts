import { readFile } from 'node:fs/promises'

/** A block of code in the README: its language, its text and the line at which it begins. */
export interface Block {
  readonly language: string
  readonly text: string
  readonly line: number
}

/** The README's blocks of code, in their order. */
export async function readBlocks (): Promise<readonly Block[]> {
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8')
  return [...readme.matchAll(/^```(\w*)\n([^]*?)^```$/gm)].map(({ 1: language = '', 2: text = '', index }) =>
    ({ language, text, line: readme.slice(0, index).split('\n').length + 1 }))
}
