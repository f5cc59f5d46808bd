import { isProse } from './prose.js'
import { REDACTED } from './redacted.js'

const CREDENTIALS = /\b(bearer|basic)(\s{1,8}|%20)([\w.~+/-]+=*)/gi

/** The tokens of SPNEGO and NTLM. */
const NEGOTIATED = /\b(negotiate|ntlm)(\s{1,8})([\w+/]{12,}=*)/gi

/** Words that follow the name of a scheme: "Basic realm", "bearer token expired". */
const WORDS_AFTER_SCHEME = new Set(['challenge', 'credentials', 'credential', 'realm', 'scheme', 'token', 'tokens'])

/** In SQL: `IDENTIFIED BY 'password'`. */
const IDENTIFIED_BY =
  /(\bidentified\s{1,8}(?:with\s{1,8}[\w"'`]{1,64}\s{1,8})?(?:by|as)\s{1,8}(?:password\s{1,8})?)(?:'[^']*'?|"[^"]*"?)/gi

/** Redacts credentials of the schemes Bearer and Basic (RFC 6750, RFC 7617), Negotiate and NTLM (RFC 4559). */
export function redactCredentials (text: string): string {
  return text
    .replace(CREDENTIALS, redactUnlessOrdinary)
    .replace(NEGOTIATED, redactUnlessOrdinary)
    .replace(IDENTIFIED_BY, `$1${REDACTED}`)
}

function redactUnlessOrdinary (all: string, scheme: string, gap: string, value: string): string {
  return isOrdinary(scheme, value) ? all : scheme + gap + REDACTED
}

/** In characters. A longer value is no word, and the search for marks at its end would take long. */
const LONGEST_WORD = 40

/** In lower case, a scheme may be an ordinary word (`basic checks`). A value that looks like a word is then prose. */
function isOrdinary (scheme: string, value: string): boolean {
  if (value.length > LONGEST_WORD) return false
  const word = value.replace(/[.:=]+$/, '').toLowerCase()
  if (isProse(word) || WORDS_AFTER_SCHEME.has(word)) return true
  return scheme.startsWith('b') && /^[a-z-]{1,19}[.:]?$/.test(value)
}
