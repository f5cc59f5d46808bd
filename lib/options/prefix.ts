import { describe } from '../base/describe.js'
import { refuse } from '../base/rules.js'
import type { Rule } from '../base/rules.js'
import { errors } from '../errors.js'
import { patternParts } from './route-pattern.js'

/** In characters. Servers refuse requests with much longer URLs. */
const LONGEST_PREFIX = 1_000

const EXPECTED = `a path of at most ${LONGEST_PREFIX} characters that clients request unchanged, for example ` +
  '"/internal/z", without the segments "." and "..", white space, invisible characters and ? # % * ( ) \\'

const EXPECTED_IN_SCOPE = 'in a scope whose prefix clients request unchanged, without the segments "." and "..", ' +
  'white space, invisible characters and ? # % * \\ (and ; with useSemicolonDelimiter); change the prefix of that ' +
  'scope, or set the option "listen"'

/**
 * A client changes these characters, for example to an escape that Fastify's router does not decode, or ends the path
 * at them. The router itself reads parentheses and `*`.
 */
const UNREACHABLE = /[\s\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}?#%*\\]/u
const PARENTHESIS = /[()]/
const SEMICOLON = /;/

/**
 * Accepts a path that clients can request, and gives it one slash at its start and none at its end. A client that
 * normalizes URLs, as browsers, `fetch` and proxies do, never sends `/a/../z` or `/a\z`.
 *
 * @see https://url.spec.whatwg.org/#path-state
 */
export const prefix: Rule<string> = (value, path) => {
  if (typeof value !== 'string') return refuse(value, path, EXPECTED)
  const problem = problemInPath(value)
  if (problem !== undefined) throw invalid(path, EXPECTED, value, problem)
  return `/${value.split('/').filter((part) => part !== '').join('/')}`
}

/** Describes the first part of a path that clients change, or undefined if they request the path unchanged. */
export function problemInPath (path: string): string | undefined {
  return problemIn(path, UNREACHABLE) ?? problemIn(path, PARENTHESIS) ?? problemOfLength(path)
}

/**
 * Throws FST_MANAGEMENT_OPTION_INVALID if clients cannot request the prefix of the plugin together with the prefixes of
 * the scopes around it. These can have parameters with regular expressions.
 */
export function assertReachable (fullPrefix: string, endsPathAtSemicolon: boolean, option = 'prefix'): void {
  const path = patternParts(fullPrefix).map(({ text, isParameter }) => isParameter ? ':' : text).join('')
  const problem = problemIn(path, UNREACHABLE) ?? (endsPathAtSemicolon ? problemIn(path, SEMICOLON) : undefined)
  if (problem !== undefined) throw invalid(option, EXPECTED_IN_SCOPE, fullPrefix, problem)
}

/** Describes the first segment or character that clients change. */
function problemIn (path: string, characters: RegExp): string | undefined {
  const segment = path.split('/').find((segment) => segment === '.' || segment === '..')
  if (segment !== undefined) return `the segment "${segment}"`
  const [character] = characters.exec(path) ?? []
  return character === undefined ? undefined : `the character ${nameOf(character)}`
}

function problemOfLength ({ length }: string): string | undefined {
  return length > LONGEST_PREFIX ? `${length} characters` : undefined
}

/** An invisible character is shown by its number. */
function nameOf (character: string): string {
  const code = Number(character.codePointAt(0)).toString(16).toUpperCase().padStart(4, '0')
  return /[!-~]/.test(character) ? `"${character}"` : `U+${code}`
}

function invalid (path: string, expected: string, value: string, problem: string): Error {
  return new errors.OptionInvalid(path, expected, `${describe(value)} with ${problem}`)
}
