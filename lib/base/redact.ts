/** What stands where a secret stood. */
export const REDACTED = '[REDACTED]'

const SECRET_WORDS: ReadonlySet<string> = new Set([
  'accesskey', 'apikey', 'auth', 'authorization', 'bearer', 'cookie', 'cookies', 'credential', 'credentials', 'creds',
  'dsn', 'jwt', 'key', 'keys', 'oauth', 'otp', 'pass', 'passphrase', 'passwd', 'password', 'passwords', 'passwort', 'pwd',
  'secret', 'secrets', 'session', 'sessionid', 'sig', 'signature', 'token', 'tokens'
])

/** Compounds that people write without a seam, `PGPASSWORD` and `authtoken` among them. */
const SECRET_ENDING = /(?:password|passwd|passphrase|secret|credentials?|connectionstring|(?:api|access|account|auth|private|secret|shared|signing|encryption|master)key|(?:access|api|auth|bearer|id|refresh|secret|session)token)$/

/** `DBPassword` is DB and Password, `primaryKeyboard` is primary and Keyboard. */
const WORDS = /[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+/g

/**
 * Says whether a name (of a variable, a flag, a query parameter, an attribute) is one that secrets go by.
 *
 * It goes by whole words, split at everything that is no letter or digit and at the humps of camelCase, so that `API_KEY`
 * and `apiKey` are secret and `monkey`, `author` and `tokenizer` are not. In doubt it says yes: what is hidden wrongly costs
 * a look elsewhere, what is shown wrongly costs a password.
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
 * Hides what looks like a secret in a text and leaves the rest as it is: a URL's userinfo (RFC 3986, section 3.2.1), the
 * value of a secret name (`token=…`, `"token":"…"`), credentials of the schemes Bearer and Basic (RFC 6750, RFC 7617) and
 * JSON Web Tokens (RFC 7519).
 *
 * Takes time linear in the text, whoever wrote the text, and changes nothing in what it has already been through.
 *
 * @example
 * redactText('postgres://u:p@db/users?token=x&a=b') // 'postgres://[REDACTED]@db/users?token=[REDACTED]&a=b'
 */
export function redactText (text: string): string {
  return hidePairs(hideTokens(hideCredentials(hideUserinfo(text))))
}

/**
 * Hides the secrets in the arguments of a command: each as `redactText` does, and what follows a flag with a secret name
 * (`--password x`), unless that is a flag itself. In `--password=…` all of the value goes, spaces and `&` included.
 *
 * @example
 * redactArguments(['--api-key', 'x', '--port=80']) // ['--api-key', '[REDACTED]', '--port=80']
 */
export function redactArguments (argv: readonly string[]): string[] {
  const shown: string[] = []
  let isValueOfSecret = false
  for (const argument of argv) {
    const isHidden: boolean = isValueOfSecret && !LONG_FLAG.test(argument)
    shown.push(isHidden ? REDACTED : redactArgument(argument))
    isValueOfSecret = !isHidden && FLAG.test(argument) && isSecretName(argument)
  }
  return shown
}

const FLAG = /^--?[\w.-]+$/
const LONG_FLAG = /^--[A-Za-z]/
const ASSIGNMENT = /^(-{0,2}[\w.-]+)([=:])[^]/

function redactArgument (argument: string): string {
  const [, name = '', sign = ''] = ASSIGNMENT.exec(argument) ?? []
  return isSecretName(name) ? name + sign + REDACTED : redactText(argument)
}

/** From `://` to the end of the authority. A class of characters and nothing after it: there is nothing to backtrack to. */
const AUTHORITY = /(?<=:\/\/)[^\s/?#"'<>`]+/g

/** A password with a bare `/`, `?` or `#` makes no valid URL, but it is what stands in "Invalid URL" messages. Not a port. */
const BROKEN_USERINFO = /(?<=:\/\/)[^\s/?#@:[]{0,64}:(?!\d{1,5}(?:[/?#,;)\]]|$))[^\s@]{1,256}@/g

function hideUserinfo (text: string): string {
  return text.replace(AUTHORITY, hideBeforeAt).replace(BROKEN_USERINFO, `${REDACTED}@`)
}

function hideBeforeAt (authority: string): string {
  const at = authority.lastIndexOf('@')
  return at === -1 ? authority : REDACTED + authority.slice(at)
}

const CREDENTIALS = /\b(bearer|basic)(\s{1,8})([\w.~+/-]+=*)/gi

/** "Basic authentication failed", "bearer token expired": words that follow a scheme's name in prose. */
const PROSE = /^(?:access|and|auth|authentication|authorization|challenge|credentials?|headers?|is|or|realm|scheme|tokens?|was)[.:=]?$/i

function hideCredentials (text: string): string {
  return text.replace(CREDENTIALS, (all: string, scheme: string, gap: string, value: string) =>
    isProse(scheme, value) ? all : scheme + gap + REDACTED)
}

/** Written small (`basic checks`) a scheme may be any word, so the value has to look like no word. */
function isProse (scheme: string, value: string): boolean {
  return PROSE.test(value) || (scheme.startsWith('b') && /^[a-z-]{1,19}[.:]?$/.test(value))
}

/** Three parts for a signed token, five for an encrypted one. It begins at the start of a run, so each run is read once. */
const JSON_WEB_TOKEN = /(?<![\w-])eyJ[\w-]+(?:\.[\w-]*){2,4}/g

function hideTokens (text: string): string {
  return text.replace(JSON_WEB_TOKEN, REDACTED)
}

/** A name and what stands between it and its value. It begins at the start of a run, so each run is read once. */
const NAME = /(?<![\w.-])([\w.-]+)(?:\[?\]|%5D)?\\{0,4}["']?(?: {1,4}= {1,4}|=| ?: ?(?=\\{0,4}["']))/gi

/** What is left of `%5B` in `user%5Btoken%5D=…`, a form's `user[token]`. */
const ENCODED_BRACKET = /^5B/i

/** In quotes up to the closing one; else up to white space, `&`, `;`, or a quote that closes something around the pair. */
const VALUE = /^(?:"(?:[^"\\]|\\[^])*\\?(?:"|$)|'(?:[^'\\]|\\[^])*\\?(?:'|$)|(?:[^\s&;"'`]|["'`](?![\s,;:)}\]]|$))+)/

function hidePairs (text: string): string {
  let shown = ''
  let end = 0
  for (const match of text.matchAll(NAME)) {
    const [nameAndSign, name = ''] = match
    if (match.index < end || !isSecretName(name.replace(ENCODED_BRACKET, ''))) continue
    const start = match.index + nameAndSign.length
    const [value = ''] = VALUE.exec(text.slice(start)) ?? []
    shown += text.slice(end, start) + hideValue(value)
    end = start + value.length
  }
  return shown + text.slice(end)
}

/** Keeps the quotes, so that what stands around the value still reads well. An empty value hides nothing. */
function hideValue (value: string): string {
  const [quote = ''] = /^["']/.exec(value) ?? []
  return value === '' || value === quote + quote ? value : quote + REDACTED + quote
}
