import { REDACTED } from './redacted.js'

/** A value in a text: its end, and the quotes around it. */
export interface Value {
  readonly end: number
  /** The quote at its start, perhaps with a prefix or backslashes. Empty for a value without quotes. */
  readonly open: string
  /** The same at its end, also if the text ends before it. */
  readonly close: string
  readonly form: 'quoted' | 'structure' | 'plain'
}

/** The text around a value, which decides where a value without quotes ends. */
export interface Surroundings {
  /** True after an encoded sign such as `%3D`. */
  readonly isEncoded: boolean
  /** True after a quoted name, as in JSON: then a comma ends the value. */
  readonly isInJson: boolean
}

/** Quotes of a text in JSON that is a string of JSON itself have backslashes before them. */
const QUOTE = /\\{0,63}(?:"""|'''|["'`])/y
export const OPENING = /[bru]{0,2}(?:\\{0,63}(?:"""|'''|["'`])|%(?:25){0,2}2[27]|&quot;|&apos;|&#3[49];|\\{1,8}u002[27])/iy

/** The class of an inspected object: `Map(1) {`, `[Object: null prototype] {`. */
const CLASS = /(?:[A-Z]\w{0,40}(?:\(\d{1,9}\))? ?|\[[A-Z]\w{0,40}(?:: null prototype)?\] )?(?=[[{])/y
const BUFFER = /<Buffer[^>]*>?/y

/** Ends at white space, at `&` or `;`, and at a quote that closes a text around the name and value. */
const WITHOUT_QUOTES = /(?:[^\s&;"'`]|["'`](?![\s,;:)}\]]|$))+/y
const IN_JSON = /[^\s,&;}\]"'`]+/y
const ENCODED = /(?:[^\s&;,"'`<>}%\\]|%(?!(?:25){0,2}(?:2[26CF]|3B|5D|7D|0[AD]))|\\(?!u0026))+/iy

/** Finds the end of the value that starts at an index. Reads no character beyond that end. */
export function valueAt (text: string, start: number, surroundings: Surroundings): Value {
  const open = matchAt(OPENING, text, start)
  if (open !== '') return quotedValue(text, start + open.length, open)
  const buffer = matchAt(BUFFER, text, start)
  if (buffer !== '') return plainValue(start + buffer.length)
  const structure = start + matchAt(CLASS, text, start).length
  if (/[[{]/.test(text.charAt(structure))) return { ...plainValue(endOfStructure(text, structure)), form: 'structure' }
  const pattern = surroundings.isEncoded ? ENCODED : surroundings.isInJson ? IN_JSON : WITHOUT_QUOTES
  return plainValue(start + matchAt(pattern, text, start).length)
}

/** The value, redacted. Keeps the quotes, so that the text around the value stays readable. Keeps an empty value. */
export function redactedValue (text: string, start: number, { end, open, close }: Value): string {
  const value = text.slice(start, end)
  return value.length === open.length + close.length ? value : open + REDACTED + close
}

/** Returns the text that a sticky pattern matches at an index, or an empty text. */
export function matchAt (pattern: RegExp, text: string, index: number): string {
  pattern.lastIndex = index
  return pattern.exec(text)?.[0] ?? ''
}

function plainValue (end: number): Value {
  return { end, open: '', close: '', form: 'plain' }
}

function quotedValue (text: string, start: number, open: string): Value {
  const quote = open.replace(/^[bru]{0,2}(?=[\\"'`])/i, '')
  const end = /["'`]$/.test(quote) ? endOfQuote(text, start, quote) : endOfEncodedQuote(text, start, quote)
  return { end, open, close: quote, form: 'quoted' }
}

function endOfEncodedQuote (text: string, start: number, quote: string): number {
  const at = text.indexOf(quote, start)
  return at === -1 ? text.length : at + quote.length
}

/** A match starts only at the first of several backslashes, so each is read once. */
const QUOTES = /(?<!\\)\\*["'`]/g

/**
 * Finds the end of a quoted text. In a text with n backslashes before its quotes, each backslash of its content is
 * written as n + 1 of them.
 */
function endOfQuote (text: string, start: number, quote: string): number {
  if (quote.length > 2 && /(.)\1\1$/.test(quote)) return endOfEncodedQuote(text, start, quote)
  const escapes = quote.length - 1
  QUOTES.lastIndex = start
  for (let found = QUOTES.exec(text); found !== null; found = QUOTES.exec(text)) {
    const isSame = found[0].endsWith(quote.slice(-1))
    const end = QUOTES.lastIndex
    const backslashes = found[0].length - 1
    if (isSame && backslashes < escapes) return end - found[0].length
    const isClosing = isSame && Math.ceil((backslashes - escapes) / (escapes + 1)) % 2 === 0
    // An apostrophe inside a word does not close a text.
    if (isClosing && !/[a-z0-9]/i.test(text.charAt(end))) return end
  }
  return text.length
}

const BRACKET_OR_QUOTE = /\\{0,63}["'`]|[[\]{}]/g

/** Finds the end of an array or object. Brackets inside quotes do not count. */
function endOfStructure (text: string, start: number): number {
  let depth = 0
  let at = start
  while (at < text.length) {
    BRACKET_OR_QUOTE.lastIndex = at
    const found = BRACKET_OR_QUOTE.exec(text)
    if (found === null) return text.length
    at = BRACKET_OR_QUOTE.lastIndex
    if (/["'`]$/.test(found[0])) at = endOfQuote(text, at, matchAt(QUOTE, text, found.index))
    else depth += /[[{]/.test(found[0]) ? 1 : -1
    if (depth === 0) return at
  }
  return text.length
}
