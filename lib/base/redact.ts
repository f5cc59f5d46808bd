/** The text that replaces a secret. */
export const REDACTED = '[REDACTED]'

const SECRET_WORDS: ReadonlySet<string> = new Set([
  'accesskey', 'apikey', 'auth', 'authorization', 'bearer', 'cookie', 'cookies', 'credential', 'credentials', 'creds',
  'dsn', 'jwt', 'key', 'keys', 'oauth', 'otp', 'pass', 'passphrase', 'passwd', 'password', 'passwords', 'passwort',
  'pwd', 'secret', 'secrets', 'session', 'sessionid', 'sig', 'signature', 'token', 'tokens'
])

/** Endings of compound names that are often written as one word, for example `PGPASSWORD` and `authtoken`. */
const SECRET_ENDING = new RegExp(`(?:${[
  'password|passwd|passphrase|secret|credentials?|connectionstring',
  '(?:api|access|account|auth|private|secret|shared|signing|encryption|master)key',
  '(?:access|api|auth|bearer|id|refresh|secret|session)token'
].join('|')})$`)

/** Splits `DBPassword` into DB and Password, and `primaryKeyboard` into primary and Keyboard. */
const WORDS = /[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+/g

/**
 * Whether a name is typical for a secret. The name may be of a variable, a flag, a query parameter or an attribute.
 *
 * Compares whole words, split at capital letters and at characters that are not letters or digits. So `API_KEY` and
 * `apiKey` are secret, and `monkey`, `author` and `tokenizer` are not. In doubt it returns true: a value that is hidden
 * by mistake can be found elsewhere, but a password that is shown by mistake is lost.
 *
 * @example
 * isSecretName('DB_PASSWORD') // true
 * isSecretName('keyboard') // false
 */
export function isSecretName (name: string): boolean {
  const words = (name.match(WORDS) ?? []).map((word) => word.toLowerCase())
  return words.some((word) => SECRET_WORDS.has(word)) || SECRET_ENDING.test(words.join(''))
}

/**
 * Replaces secrets in a text with `[REDACTED]`:
 * - the userinfo of a URL (RFC 3986, section 3.2.1)
 * - the value of a secret name (`token=…`, `"token":"…"`)
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
  let isValueOfSecret = false
  for (const argument of argv) {
    const isSecret: boolean = isValueOfSecret && !LONG_FLAG.test(argument)
    redacted.push(isSecret ? REDACTED : redactArgument(argument))
    isValueOfSecret = !isSecret && FLAG.test(argument) && isSecretName(argument)
  }
  return redacted
}

const FLAG = /^--?[\w.-]+$/
const LONG_FLAG = /^--[A-Za-z]/
const ASSIGNMENT = /^(-{0,2}[\w.-]+)([=:])[^]/

function redactArgument (argument: string): string {
  const [, name = '', sign = ''] = ASSIGNMENT.exec(argument) ?? []
  return isSecretName(name) ? name + sign + REDACTED : redactText(argument)
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
    if (match.index < end || !isSecretName(name.replace(ENCODED_BRACKET, ''))) continue
    const start = match.index + nameAndSign.length
    const [value = ''] = VALUE.exec(text.slice(start)) ?? []
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
