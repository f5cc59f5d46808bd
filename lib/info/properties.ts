/** A key, a separator (`=`, `:` or white space) and a value; a backslash takes the meaning from what follows it. */
const LINE = /^((?:[^\\ \t\f=:]|\\[^])*)(?:[ \t\f]*[=:][ \t\f]*|[ \t\f]+|$)([^]*)$/g

const ESCAPE = /\\(?:u([0-9a-fA-F]{4})|([^]))/g
const CONTROL_CHARACTERS: ReadonlyMap<string, string> = new Map([['t', '\t'], ['n', '\n'], ['r', '\r'], ['f', '\f']])

/** Reads Java's properties format, as `java.util.Properties.load` does. Of two entries with one key the last counts. */
export function parseProperties (text: string): ReadonlyMap<string, string> {
  const properties = new Map<string, string>()
  const matches = logicalLines(text).flatMap((line) => [...line.matchAll(LINE)])
  for (const [, key = '', value = ''] of matches) properties.set(unescape(key), unescape(value))
  return properties
}

/** A line that ends in a backslash goes on in the next, whose indentation does not count; a comment does not go on. */
function logicalLines (text: string): string[] {
  const lines: string[] = []
  let begun = ''
  for (const natural of text.split(/\r\n|\r|\n/)) {
    const line = natural.replace(/^[ \t\f]+/, '')
    if (begun === '' && /^(?:[#!]|$)/.test(line)) continue
    if (goesOn(line)) begun += line.slice(0, -1)
    else {
      lines.push(begun + line)
      begun = ''
    }
  }
  return begun === '' ? lines : [...lines, begun]
}

/** Two backslashes are one that is meant. */
function goesOn (line: string): boolean {
  const [backslashes = ''] = /(?<!\\)\\+$/.exec(line) ?? []
  return backslashes.length % 2 === 1
}

function unescape (text: string): string {
  return text.replace(ESCAPE, (_all, code: string | undefined, character: string) =>
    code === undefined ? CONTROL_CHARACTERS.get(character) ?? character : String.fromCharCode(Number.parseInt(code, 16)))
}
