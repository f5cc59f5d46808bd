import { REDACTED } from './redacted.js'
import { matchAt } from './value.js'

/**
 * Matches from `://` to the end of the authority. The slashes may be escaped, as in JSON. A single class of characters
 * needs no backtracking.
 */
const AUTHORITY = /(?<=:(?:\\{0,4}\/){2}|:\\{2,8})[^\s/\\?#"'<>`]+/g

/** The same in a text that is encoded for a form, up to the encoded `@`. */
const ENCODED_AUTHORITY = /(?<=%3A%2F%2F)(?:[\w.~+*!$:-]|%(?!2F|3F|23|40|20|22|0[AD])[\dA-F]{2})+(?=%40)/gi

/** A name and a colon after `://`, but not a port. */
const NAME_AND_COLON = /(?<=\/\/)[^\s/?#@:[]*:(?!\d{1,5}(?:[/?#,;)\]]|$))/g
const UP_TO_AT = /[^\s@]*/y

/** `user:password@tcp(host)`, as Go's drivers write it, and `user:password@host:port`, both without a protocol. */
const WITHOUT_PROTOCOL = new RegExp([
  /(?<![\w.%+/@:-])(?!mailto:|sips?:|xmpp:|acct:|npm:)[\w.%+-]{1,64}:/,
  /([^\s@:/"'`<>()[\]{}]{1,256})@(?=(?:tcp|unix|cloudsql)\w{0,20}\(|[\w.-]{1,255}(?::\d{1,5}(?!\w)|\/))/
].map(({ source }) => source).join(''), 'g')

/** Redacts the userinfo of URLs (RFC 3986, section 3.2.1), also of invalid, encoded and incomplete ones. */
export function redactUserinfo (text: string): string {
  const encoded = text.includes('%') ? text.replace(ENCODED_AUTHORITY, REDACTED) : text
  if (!encoded.includes('@')) return encoded
  const redacted = redactBroken(encoded.replace(AUTHORITY, redactBeforeAt))
  return redacted.replace(WITHOUT_PROTOCOL, redactPassword)
}

function redactBeforeAt (authority: string): string {
  const at = authority.lastIndexOf('@')
  return at === -1 ? authority : REDACTED + authority.slice(at)
}

function redactPassword (all: string, password: string): string {
  return `${all.slice(0, -password.length - 1)}${REDACTED}@`
}

/**
 * Redacts a password with an unencoded `/`, `?` or `#`. It makes the URL invalid, but "Invalid URL" messages contain
 * it.
 */
function redactBroken (text: string): string {
  let redacted = ''
  let end = 0
  /** Up to here, the text was searched for an `@`. */
  let searched = 0
  for (const { 0: name, index } of text.matchAll(NAME_AND_COLON)) {
    if (index < searched) continue
    const password = matchAt(UP_TO_AT, text, index + name.length)
    searched = index + name.length + password.length
    if (text[searched] !== '@' || password === '') continue
    redacted += text.slice(end, index) + REDACTED
    end = searched
  }
  return redacted + text.slice(end)
}
