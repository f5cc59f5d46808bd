/** A backslash makes the next character literal. */
const KEY = /^(?:[^\\ \t\f=:]|\\[^])*/
/** After the key: `=`, `:` or white space. */
const SEPARATOR = /^[ \t\f]*(?:[=:][ \t\f]*)?/

const ESCAPE = /\\(?:u([0-9a-fA-F]{4})|([^]))/g
const CONTROL_CHARACTERS: ReadonlyMap<string, string> = new Map([['t', '\t'], ['n', '\n'], ['r', '\r'], ['f', '\f']])

/** Parses Java's properties format, as `java.util.Properties.load` does. If a key occurs twice, the last entry wins. */
export function parseProperties (text: string): ReadonlyMap<string, string> {
  const properties = new Map<string, string>()
  for (const line of logicalLines(text)) {
    const rest = line.replace(KEY, '')
    const key = line.slice(0, line.length - rest.length)
    properties.set(unescape(key), unescape(rest.replace(SEPARATOR, '')))
  }
  return properties
}

/**
 * Joins a line that ends with a backslash with the next line, without the next line's indentation. A comment never
 * continues on the next line.
 */
function logicalLines (text: string): string[] {
  const lines: string[] = []
  let pending = ''
  for (const natural of text.split(/\r\n|\r|\n/)) {
    const line = natural.replace(/^[ \t\f]+/, '')
    if (pending === '' && /^(?:[#!]|$)/.test(line)) continue
    if (continues(line)) pending += line.slice(0, -1)
    else {
      lines.push(pending + line)
      pending = ''
    }
  }
  return pending === '' ? lines : [...lines, pending]
}

/** Two backslashes stand for a literal backslash, so only an odd number of them continues the line. */
function continues (line: string): boolean {
  const [backslashes = ''] = /(?<!\\)\\+$/.exec(line) ?? []
  return backslashes.length % 2 === 1
}

function unescape (text: string): string {
  return text.replace(ESCAPE, (_all, code: string | undefined, character: string) =>
    code === undefined
      ? CONTROL_CHARACTERS.get(character) ?? character
      : String.fromCharCode(Number.parseInt(code, 16)))
}
