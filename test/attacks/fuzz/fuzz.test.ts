import { readdirSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import t from 'tap'
import ts from 'typescript'
import { superLinearGrowth } from '../../support/growth.js'
import type { MakeInput } from '../../support/growth.js'
import { EXEMPT, PARSERS } from './parsers.js'

const LIB = join(import.meta.dirname, '../../../lib')

/** In characters. A quadratic parser is found with a quarter of it. */
const LONGEST = 16_000

/** Separators, quotes, digits, letters and white space: the pieces of every format that is read here. */
const TOKENS = [
  '/', '//', '.', '-', '_', ':', ';', ',', '=', '&', '?', '#', '@', '%', '%2F', '+', '*', '|', '~', '\\', '"', '\'',
  '`',
  '(', ')', '[', ']', '{', '}', '<', '>', ' ', '\t', '\n', '\r\n', '\0', '\u009b', 'a', 'A', '0', 'é', '😀', '\ud800',
  'aA0', 'a ', 'a=', '=a', 'a:', 'a.', 'a-', '-a', '[]', '{}', '{"a":'
]

/** Ends that make a pattern fail after it has read everything. */
const ENDS = ['', '!', '\n', 'x"']
const GRAMMAR_ROUNDS = 24

/** Repeats a unit between a start and an end. */
function inputOf (start: string, unit: string, end: string): MakeInput {
  return (length) => start + unit.repeat(Math.ceil(length / unit.length)) + end
}

/** A pseudo-random number generator (mulberry32), so that each run reads the same inputs. */
function randomFrom (seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6D2B79F5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

type Input = readonly [start: string, unit: string, end: string]

/** Each token alone, the own tokens with every end, then sequences of random tokens. */
function inputsFor (own: readonly string[], seed: number): readonly Input[] {
  const random = randomFrom(seed)
  const all = [...TOKENS, ...own, ...own]
  const pick = (from: readonly string[]): string => from[random(from.length)] ?? ''
  const single = TOKENS.map((token): Input => ['', token, '!'])
  const special = own.flatMap((token) => ENDS.map((end): Input => [token, token, end]))
  const before = own.map((token): Input => [token, pick(TOKENS), '!'])
  const sequences = Array.from({ length: GRAMMAR_ROUNDS }, (): Input =>
    [pick(all), Array.from({ length: 1 + random(4) }, () => pick(all)).join(''), pick(ENDS)])
  return [...single, ...special, ...before, ...sequences]
}

for (const [index, { name, parse, tokens = [] }] of PARSERS.entries()) {
  await t.test(`${name} takes linear time for repeated and random inputs`, async (t) => {
    const found: string[] = []
    for (const [start, unit, end] of inputsFor(tokens, index)) {
      const growth = await superLinearGrowth(parse, inputOf(start, unit, end), LONGEST)
      if (growth !== undefined) found.push(`${JSON.stringify([start, unit, end])}: ${growth}`)
    }
    t.same(found, [])
  })
}

const METHODS = new Set([
  'split', 'replace', 'replaceAll', 'match', 'matchAll', 'search', 'indexOf', 'lastIndexOf', 'exec', 'charAt',
  'charCodeAt', 'codePointAt'
])

/** Whether a file has a regular expression, or calls a method that reads a text piece by piece. */
function hasParser (file: string): boolean {
  const source = ts.createSourceFile(file, readFileSync(join(LIB, file), 'utf8'), ts.ScriptTarget.Latest)
  const isParser = (node: ts.Node): boolean => {
    if (ts.isRegularExpressionLiteral(node)) return true
    if (ts.isIdentifier(node) && node.text === 'RegExp') return true
    if (ts.isPropertyAccessExpression(node) && METHODS.has(node.name.text)) return true
    return ts.forEachChild(node, (child) => isParser(child) || undefined) === true
  }
  return isParser(source)
}

await t.test('every file with a parser is tested here, or has a reason not to be', (t) => {
  const files = readdirSync(LIB, { recursive: true, encoding: 'utf8' })
    .map((file) => file.split(sep).join('/'))
    .filter((file) => file.endsWith('.ts'))
  const tested = [...PARSERS.flatMap((parser) => parser.files), ...Object.keys(EXEMPT)]
  const isTested = (file: string): boolean =>
    tested.some((place) => file === place || (place.endsWith('/') && file.startsWith(place)))
  t.same(files.filter((file) => hasParser(file) && !isTested(file)), [], 'add these files to parsers.ts')
  t.same(tested.filter((place) => !files.some((file) => file.startsWith(place))), [], 'remove these places')
  t.end()
})

await t.test('the test finds the quadratic patterns of earlier versions', async (t) => {
  for (const [pattern, unit] of [
    [/\/+$/, '/'], [/\/ecs\/(?:.*\/)?([0-9a-f]{32}-\d{1,10})$/, '/ecs/'], [/\{(.*?)\}/s, '{'],
    [/^role:slave\r[^]*^slave_read_only:1/m, 'role:slave\r\n']
  ] as const) {
    t.match(await superLinearGrowth((text) => pattern.test(text), inputOf('', unit, '!'), 4 * LONGEST), / ms for /, unit)
  }
})
