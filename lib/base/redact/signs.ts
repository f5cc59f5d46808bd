import type { Secrecy } from '../secret-name.js'
import { matchAt } from './value.js'

/** The text between a name and its value. */
export interface Sign {
  /**
   * `space` follows a flag, `list` a quoted name in an array, and `adjacent` a name right before a quote. A value in a
   * table follows a `gap`, and a value in brackets is `enclosed`. In a `sentence`, only spaces or words stand between.
   */
  readonly kind:
    'colon' | 'equals' | 'encoded' | 'list' | 'message' | 'adjacent' | 'space' | 'gap' | 'enclosed' | 'sentence'
  readonly isQuoted: boolean
  /** The index of the value. */
  readonly end: number
}

/** A name in a text, with the sign after it. */
export interface Named {
  readonly name: string
  readonly start: number
  readonly sign: Sign
  readonly secrecy: Secrecy
}

const QUOTE = '\\\\{0,63}["\'`]'
const COLOR = '(?:\\x1b\\[[\\d;]{0,8}m)?'

/** Stands between a name and a sign: brackets of a form field, a quote, colors of a terminal. */
const CLOSERS = new RegExp([
  '(?:\\[\\w{0,20}\\]|\\]|%5B\\w{0,20}%5D|%5D|\\)){0,3}', COLOR,
  `(?:${QUOTE}|%(?:25){0,2}2[27]|&quot;|&apos;|&#3[49];|\\\\{1,8}u002[27])?`, COLOR
].join(''), 'iy')

const HAS_QUOTE = /["'`]|%(?:25){0,2}2[27]|&[^;]*;|u002/i

/** A value on the next line has quotes or brackets. */
const GAP = `(?:[ \\t]{0,4}[|>][+-]?[ \\t]{0,8}\\r?\\n[ \\t]{1,80})?(?:\\s{0,80}(?=${QUOTE}|[[{])|[ \\t]{0,8})`
const COLON = new RegExp(`\\s{0,8}\\??[:：](?![:=]|//)${GAP}${COLOR}`, 'y')
const EQUALS = new RegExp(`\\s{0,8}(?:[=-]>|→|[:+!~]=|={1,3})${GAP}${COLOR}`, 'y')
const ENCODED = /%(?:25){0,2}3[AD]|\\{1,8}u003[ad]|&#61;/iy
const LIST = new RegExp(`\\s{0,8},\\s{0,80}(?=${QUOTE}|\\[)`, 'y')
/** Messages of validators: `"password" with value "x" fails`, `property 'password' is invalid. Received 'x'`. */
const MESSAGE = new RegExp(`\\s{1,4}(?:with value|is invalid\\. Received)\\s{1,4}(?=${QUOTE})`, 'y')
/** In SQL and in calls: `PASSWORD 'x'`, `password("x")`. */
const ADJACENT = /(?:[ \t]{1,4}|[ \t]?\([ \t]?)(?=["'])/y
/** After a quoted name: `'password' 'x'`. */
const QUOTED = /[ \t]{1,4}(?=["'])/y
/** Between the columns of a table: `password<tab>x`, `password | x`. */
const TABLE = /[ \t]{0,80}(?:\t|[|│]|[ \t]{2})[ \t]{0,80}(?=[^\s|])/y
/** Only the bracket: `password<x>`, `key[x]`. */
const ENCLOSED = /[<[({](?=[^\s<>[\](){}"'`]{3,200}[>\])}])/y
/** In a sentence: `with password x`, `password is "x"`, `Password for user u: x`. */
const SENTENCE = new RegExp(`[ \\t]{1,4}(?:(?:${[
  'is|was|to|be|been|as|now|has|set|changed|reset|equals|value|code|number|got|received|given|provided|[-–—>~]'
].join('|')})[ \\t]{1,4}){0,4}[[(]?(?=[^\\s[{(])`, 'iy')
const BEFORE_COLON = 'is|was|used|given|entered|supplied|provided|received|value|code|number'
const USER = '(?:for|of)[ \\t](?:user[ \\t]?)?(?:["\'`]?[\\w.@-]{1,64}["\'`]?)?'
const OF_USER =
  new RegExp(`[ \\t]{1,4}(?:${BEFORE_COLON}|${USER})(?:[ \\t]?:[ \\t]{0,4}|[ \\t]is[ \\t])(?=[^\\s[{(])`, 'iy')
const SPACE = /[ \t]{1,8}(?=\S)/y

const KINDS: readonly (readonly [Sign['kind'], RegExp])[] =
  [['colon', COLON], ['equals', EQUALS], ['encoded', ENCODED]]
const KINDS_AFTER_QUOTE: readonly (readonly [Sign['kind'], RegExp])[] = [
  ...KINDS, ['list', LIST], ['message', MESSAGE], ['adjacent', QUOTED]
]
const KINDS_AFTER_FLAG: readonly (readonly [Sign['kind'], RegExp])[] = [...KINDS, ['space', SPACE]]
const KINDS_AFTER_NAME: readonly (readonly [Sign['kind'], RegExp])[] = [...KINDS, ['adjacent', ADJACENT]]
const KINDS_AFTER_SECRET: readonly (readonly [Sign['kind'], RegExp])[] = [
  ...KINDS, ['gap', TABLE], ['enclosed', ENCLOSED], ['adjacent', ADJACENT], ['sentence', OF_USER],
  ['sentence', SENTENCE]
]

/** A quick test for the names that are looked for in sentences. */
const MAY_BE_SECRET = /pass|pw|pin|otp|secret|token|credential|key|jwt|bearer|auth|[^\0-\x7f]/i

/** Finds the sign after a name that ends at an index. */
export function signAfter (text: string, name: string, index: number): Sign | undefined {
  const closers = matchAt(CLOSERS, text, index)
  const isQuoted = HAS_QUOTE.test(closers)
  for (const [kind, pattern] of kindsAfter(name, isQuoted)) {
    const start = index + (kind === 'enclosed' ? 0 : closers.length)
    const sign = matchAt(pattern, text, start)
    if (sign !== '') return { kind, isQuoted, end: start + sign.length }
  }
  return undefined
}

function kindsAfter (name: string, isQuoted: boolean): readonly (readonly [Sign['kind'], RegExp])[] {
  if (isQuoted) return KINDS_AFTER_QUOTE
  if (name.startsWith('-')) return KINDS_AFTER_FLAG
  return MAY_BE_SECRET.test(name) ? KINDS_AFTER_SECRET : KINDS_AFTER_NAME
}
