import { secrecyOf } from '../secret-name.js'
import { isProse } from './prose.js'
import { matchAt } from './value.js'

/** Headers whose whole line is secret: their values contain spaces, quotes and semicolons. */
const CREDENTIALS = /^(?:[\w-]{1,40}-)?(?:authorization|cookie2?)$/i

/** A scheme of HTTP authentication. It is shown. */
const SCHEME = new RegExp(`(?:${[
  'api-?key', 'aws4-hmac-sha256', 'basic', 'bearer', 'digest', 'dpop', 'hawk', 'key', 'negotiate', 'ntlm', 'oauth',
  'scram-sha-\\d{1,3}', 'sharedaccesssignature', 'sharedkey', 'signature', 'token', 'vapid'
].join('|')})[ \\t]{1,8}(?=\\S)`, 'iy')
const MOST_SCHEMES = 3
/** In a message that explains the header: `Authorization: Bearer [token]`. */
const PLACEHOLDER = /^[[<{](\w{1,30})[\]>}]$/
const WORD = /\S{1,30}/y

/** A line break, also an escaped one. */
const END_OF_LINE = /[\r\n]|\\{1,8}[rn]/g
const QUOTES = /(?<!\\)(?:\\\\)*["'`]/g

export function isHeaderOfCredentials (name: string): boolean {
  return CREDENTIALS.test(name)
}

/** Whether a name is usual for a header or a flag. In arrays, such names stand before their values. */
export function isHeaderOrFlag (name: string): boolean {
  return name.includes('-') || isHeaderOfCredentials(name)
}

/**
 * Finds the secret part of a header line whose value starts at an index. It ends with the line, or at the quote that
 * stands before the name too. Returns `undefined` if the value continues a sentence.
 */
export function secretOfHeader (
  text: string, nameStart: number, valueStart: number
): { readonly start: number, readonly end: number } | undefined {
  let start = valueStart
  for (let count = 0; count < MOST_SCHEMES; count++) start += matchAt(SCHEME, text, start).length
  const word = matchAt(WORD, text, start)
  if (isProse(word) || secrecyOf(PLACEHOLDER.exec(word)?.[1] ?? '') !== 'none') return undefined
  END_OF_LINE.lastIndex = start
  const end = END_OF_LINE.exec(text)?.index ?? text.length
  return { start, end: endOfQuote(text.slice(start, end), text.charAt(nameStart - 1)) + start }
}

function endOfQuote (line: string, quote: string): number {
  if (!/["'`]/.test(quote)) return line.length
  for (const { 0: found, index } of line.matchAll(QUOTES)) {
    if (found.endsWith(quote)) return index + found.length - 1
  }
  return line.length
}
