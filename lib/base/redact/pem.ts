import { REDACTED } from './redacted.js'
import { matchAt } from './value.js'

/** The first line of a block, perhaps encoded for a form, and of the private keys of SSH2 and of PuTTY. */
const BEGIN = new RegExp([
  '-{4,5} ?BEGIN[A-Z0-9 +%_]{0,60}-{4,5}',
  'PuTTY-User-Key-File-\\d{1,3}:', 'Private-(?:Lines|MAC|Hash):'
].join('|'), 'gi')

/** The last line of a block. */
const END = /-{4,5} ?END[A-Z0-9 +%_]{0,60}-{4,5}/gi

/**
 * The content of a block that was cut before its last line. Line breaks may be escaped, and its lines may be texts of
 * their own: `'-----BEGIN…\n' + 'MII'`.
 */
const CONTENT = new RegExp([
  '(?:[\\w+/=:,.%…\\s\\\\]|-(?!---)|<br ?/?>|&#\\w{1,4};|[|>#] ',
  '["\'`]\\s{0,8}[+,.]?\\s{0,80}["\'`](?![\\w.-]{0,64}\\\\{0,8}["\'`]\\s?:)',
  '"[^"\\r\\n]{0,200}"(?=[\\r\\n]))*'
].join('|'), 'y')

/** The content of a block that lost its first line. */
const CONTENT_CHARACTER = /[\w+/=\s\\]/

/**
 * Redacts the content of PEM blocks (RFC 7468): private keys, and also certificates. A block may have lost its first or
 * its last line, and its line breaks may be escaped.
 */
export function redactPem (text: string): string {
  return /----|PuTTY|Private-/.test(text) ? redactStartedBlocks(redactEndedBlocks(text)) : text
}

function redactStartedBlocks (text: string): string {
  let redacted = ''
  let end = 0
  for (const { 0: line, index } of text.matchAll(BEGIN)) {
    if (index < end) continue
    const start = index + line.length
    const content = matchAt(CONTENT, text, start)
    if (content.trim() === '') continue
    redacted += text.slice(end, start) + REDACTED
    end = start + content.length
  }
  return redacted + text.slice(end)
}

/** Redacts backward from the last line of each block, up to the first line or to a character that PEM does not have. */
function redactEndedBlocks (text: string): string {
  let redacted = ''
  let end = 0
  for (const { 0: line, index } of text.matchAll(END)) {
    let start = index
    while (start > end && CONTENT_CHARACTER.test(text.charAt(start - 1))) start -= 1
    const content = text.slice(start, index)
    redacted += text.slice(end, start) + (content.trim() === '' ? content : REDACTED) + line
    end = index + line.length
  }
  return redacted + text.slice(end)
}
