import { REDACTED, redactText } from './redact.js'
import { visible } from './visible.js'

/** `redactAndTruncate()` reads more characters than it returns: a secret that is cut in two is not recognized. */
const LONGEST_READ = 16_000

/** A longer word at the end of a cut text is kept in part: otherwise too little of the text would be left. */
const LONGEST_LAST_WORD = 256

const CUT = '…'
const SPACE = /\s/
const PUNCTUATION = /[\s"'`,:;&|<>(){}[\]]/

/**
 * Cuts a text to a length in characters and adds `…` if anything was cut off. Cuts at white space if the last quarter
 * has any, and never inside a surrogate pair. Does not redact.
 */
export function truncate (text: string, longest: number): string {
  if (text.length <= longest) return text
  const end = lastIndex(text, SPACE, longest, Math.ceil(longest / 4)) ?? longest
  return withoutHalfPair(text.slice(0, end)) + CUT
}

/**
 * Redacts secrets in a text, makes its control characters visible, and truncates it. Reads at most `mostRead`
 * characters, whatever the length of the text.
 */
export function redactAndTruncate (text: string, longest: number, mostRead = LONGEST_READ): string {
  return truncate(visible(redactStart(text, mostRead)), longest)
}

/** Does the same, but leaves control characters as they are, for a text that is escaped afterwards. */
export function redactAndTruncateOnly (text: string, longest: number): string {
  return truncate(redactStart(text, LONGEST_READ), longest)
}

function redactStart (text: string, mostRead: number): string {
  return text.length > mostRead ? redactCut(text.slice(0, mostRead)) : redactText(text)
}

/**
 * Redacts a text that ends too early, and marks its end with `…`. Leaves out the last word: it may be the first half of
 * a secret, and such a half is not recognized. A word of more than 256 characters loses only the part after its last
 * punctuation mark, and the authority of a URL that may have lost the `@` after its password.
 */
export function redactCut (text: string): string {
  return redactText(withoutLastWord(text)) + CUT
}

function withoutLastWord (text: string): string {
  const space = lastIndex(text, SPACE, text.length, LONGEST_LAST_WORD)
  if (space !== undefined) return text.slice(0, space)
  const authority = text.lastIndexOf('://') + 3
  if (authority >= 3 && !/[\s@]/.test(text.slice(authority))) return text.slice(0, authority) + REDACTED
  const mark = lastIndex(text, PUNCTUATION, text.length, LONGEST_LAST_WORD)
  if (mark !== undefined) return text.slice(0, mark + 1)
  return text.length > LONGEST_LAST_WORD ? withoutHalfPair(text) : ''
}

/** The last index up to `end` of a character of a class, if it is among the last `most` characters. */
function lastIndex (text: string, pattern: RegExp, end: number, most: number): number | undefined {
  for (let at = end; at > 0 && at > end - most; at--) if (pattern.test(text.charAt(at))) return at
  return undefined
}

function withoutHalfPair (text: string): string {
  const last = text.charCodeAt(text.length - 1)
  return last >= 0xD800 && last <= 0xDBFF ? text.slice(0, -1) : text
}
