import { matchAt } from './value.js'

/** The text between a name and its value. */
export interface Sign {
  /** `space` follows a flag, `list` a quoted name in an array, and `adjacent` a name right before a quote. */
  readonly kind: 'colon' | 'equals' | 'encoded' | 'list' | 'message' | 'adjacent' | 'space'
  readonly isQuoted: boolean
  /** The index of the value. */
  readonly end: number
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
const GAP = `(?:\\s{0,80}(?=${QUOTE}|[[{])|[ \\t]{0,8})`
const COLON = new RegExp(`\\s{0,8}\\??[:：](?![:=]|//)${GAP}${COLOR}`, 'y')
const EQUALS = new RegExp(`\\s{0,8}(?:[=-]>|→|[:+!~]=|={1,3})${GAP}${COLOR}`, 'y')
const ENCODED = /%(?:25){0,2}3[AD]|\\{1,8}u003[ad]|&#61;/iy
const LIST = new RegExp(`\\s{0,8},\\s{0,80}(?=${QUOTE})`, 'y')
/** Messages of validators: `"password" with value "x" fails`, `property 'password' is invalid. Received 'x'`. */
const MESSAGE = new RegExp(`\\s{1,4}(?:with value|is invalid\\. Received)\\s{1,4}(?=${QUOTE})`, 'y')
/** In SQL and in calls: `PASSWORD 'x'`, `password("x")`. */
const ADJACENT = /(?:[ \t]{1,4}|[ \t]?\([ \t]?)(?=["'])/y
const SPACE = /[ \t]{1,8}(?=\S)/y

const KINDS: readonly (readonly [Sign['kind'], RegExp])[] =
  [['colon', COLON], ['equals', EQUALS], ['encoded', ENCODED]]
const KINDS_AFTER_QUOTE: readonly (readonly [Sign['kind'], RegExp])[] = [...KINDS, ['list', LIST], ['message', MESSAGE]]
const KINDS_AFTER_FLAG: readonly (readonly [Sign['kind'], RegExp])[] = [...KINDS, ['space', SPACE]]
const KINDS_AFTER_NAME: readonly (readonly [Sign['kind'], RegExp])[] = [...KINDS, ['adjacent', ADJACENT]]

/** Finds the sign after a name that ends at an index. */
export function signAfter (text: string, name: string, index: number): Sign | undefined {
  const closers = matchAt(CLOSERS, text, index)
  const isQuoted = HAS_QUOTE.test(closers)
  const kinds = isQuoted ? KINDS_AFTER_QUOTE : name.startsWith('-') ? KINDS_AFTER_FLAG : KINDS_AFTER_NAME
  const start = index + closers.length
  for (const [kind, pattern] of kinds) {
    const sign = matchAt(pattern, text, start)
    if (sign !== '') return { kind, isQuoted, end: start + sign.length }
  }
  return undefined
}
