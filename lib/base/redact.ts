import { isSecretText, secrecyOf } from './secret-name.js'

/** The text that replaces a secret. */
export const REDACTED = '[REDACTED]'

/**
 * Replaces secrets in a text with `[REDACTED]`:
 * - the userinfo of a URL (RFC 3986, section 3.2.1)
 * - the value of a secret name (`token=…`, `"token":"…"`), but not a number or boolean (`tokens=512`)
 * - credentials of the schemes Bearer and Basic (RFC 6750, RFC 7617)
 * - JSON Web Tokens (RFC 7519)
 *
 * Takes linear time for any text, also for a hostile text. Redacting a text twice gives the same result as once.
 *
 * @example
 * redactText('postgres://u:p@db/users?token=x&a=b') // 'postgres://[REDACTED]@db/users?token=[REDACTED]&a=b'
 */
export function redactText (text: string): string {
  return redactPairs(redactTokens(redactCredentials(redactUserinfo(text))))
}

/**
 * Redacts the arguments of a command: each argument like `redactText()`, and the argument after a flag with a secret
 * name (`--password x`), unless that argument is a long flag (`--port`). In `--password=…` it redacts the whole
 * value, including spaces and `&`.
 *
 * @example
 * redactArguments(['--api-key', 'x', '--port=80']) // ['--api-key', '[REDACTED]', '--port=80']
 */
export function redactArguments (argv: readonly string[]): string[] {
  const redacted: string[] = []
  /** The flag before the argument. */
  let flag: string | undefined
  for (const argument of argv) {
    const isSecret: boolean = flag !== undefined && !LONG_FLAG.test(argument) && isSecretText(flag, argument)
    redacted.push(isSecret ? REDACTED : redactArgument(argument))
    flag = !isSecret && FLAG.test(argument) ? argument : undefined
  }
  return redacted
}

const FLAG = /^--?[\w.-]+$/
const LONG_FLAG = /^--[A-Za-z]/
const ASSIGNMENT = /^(-{0,2}[\w.-]+)([=:])([^]+)/

function redactArgument (argument: string): string {
  const [, name = '', sign = '', value = ''] = ASSIGNMENT.exec(argument) ?? []
  return isSecretText(name, value.trim()) ? name + sign + REDACTED : redactText(argument)
}

/** Matches from `://` to the end of the authority. A single class of characters needs no backtracking. */
const AUTHORITY = /(?<=:\/\/)[^\s/?#"'<>`]+/g

/**
 * Matches a password with an unencoded `/`, `?` or `#`. It makes the URL invalid, but "Invalid URL" messages contain
 * it. Does not match a port.
 */
const BROKEN_USERINFO = /(?<=:\/\/)[^\s/?#@:[]{0,64}:(?!\d{1,5}(?:[/?#,;)\]]|$))[^\s@]{1,256}@/g

function redactUserinfo (text: string): string {
  return text.replace(AUTHORITY, redactBeforeAt).replace(BROKEN_USERINFO, `${REDACTED}@`)
}

function redactBeforeAt (authority: string): string {
  const at = authority.lastIndexOf('@')
  return at === -1 ? authority : REDACTED + authority.slice(at)
}

const CREDENTIALS = /\b(bearer|basic)(\s{1,8})([\w.~+/-]+=*)/gi

/** Words that follow the name of a scheme in prose: "Basic authentication failed", "bearer token expired". */
const PROSE = new RegExp(`^(?:${[
  'access|and|auth|authentication|authorization|challenge|credentials?|headers?',
  'is|or|realm|scheme|tokens?|was'
].join('|')})[.:=]?$`, 'i')

function redactCredentials (text: string): string {
  return text.replace(CREDENTIALS, (all: string, scheme: string, gap: string, value: string) =>
    isProse(scheme, value) ? all : scheme + gap + REDACTED)
}

/** In lower case, a scheme may be an ordinary word (`basic checks`). A value that looks like a word is then prose. */
function isProse (scheme: string, value: string): boolean {
  return PROSE.test(value) || (scheme.startsWith('b') && /^[a-z-]{1,19}[.:]?$/.test(value))
}

/**
 * Matches three parts for a signed token, five parts for an encrypted token. A match starts only at the first character
 * of a word, so each word is read once.
 */
const JSON_WEB_TOKEN = /(?<![\w-])eyJ[\w-]+(?:\.[\w-]*){2,4}/g

function redactTokens (text: string): string {
  return text.replace(JSON_WEB_TOKEN, REDACTED)
}

/**
 * Matches a name and the sign between the name and its value. A match starts only at the first character of a name, so
 * each name is read once.
 */
const NAME = /(?<![\w.-])([\w.-]+)(?:\[?\]|%5D)?\\{0,4}["']?(?: {1,4}= {1,4}|=| ?: ?(?=\\{0,4}["']))/gi

/** The rest of `%5B` in `user%5Btoken%5D=…`, the encoded form field `user[token]`. NAME does not match the `%`. */
const ENCODED_BRACKET = /^5B/i

const IN_DOUBLE_QUOTES = /"(?:[^"\\]|\\[^])*\\?(?:"|$)/
const IN_SINGLE_QUOTES = /'(?:[^'\\]|\\[^])*\\?(?:'|$)/

/** Ends at white space, at `&` or `;`, and at a quote that closes a text around the name and value. */
const WITHOUT_QUOTES = /(?:[^\s&;"'`]|["'`](?![\s,;:)}\]]|$))+/

const VALUE = new RegExp(`^(?:${IN_DOUBLE_QUOTES.source}|${IN_SINGLE_QUOTES.source}|${WITHOUT_QUOTES.source})`)

function redactPairs (text: string): string {
  let redacted = ''
  let end = 0
  for (const match of text.matchAll(NAME)) {
    const [nameAndSign, name = ''] = match
    const secretName = name.replace(ENCODED_BRACKET, '')
    if (match.index < end || secrecyOf(secretName) === 'none') continue
    const start = match.index + nameAndSign.length
    const [value = ''] = VALUE.exec(text.slice(start)) ?? []
    if (!isSecretText(secretName, value)) continue
    redacted += text.slice(end, start) + redactValue(value)
    end = start + value.length
  }
  return redacted + text.slice(end)
}

/** Keeps the quotes, so that the text around the value stays readable. Keeps an empty value too. */
function redactValue (value: string): string {
  const [quote = ''] = /^["']/.exec(value) ?? []
  return value === '' || value === quote + quote ? value : quote + REDACTED + quote
}
