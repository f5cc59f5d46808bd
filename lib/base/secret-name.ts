import { FOREIGN_PASSWORD_PART, FOREIGN_PASSWORD_WORDS, FOREIGN_SECRET_WORDS, plainName } from './secret-words.js'

/** The values to redact under a name: none, texts, or all values, also numbers and booleans. */
export type Secrecy = 'none' | 'texts' | 'all'

/** A number under one of these names may be the secret itself. */
const PASSWORD_WORDS: ReadonlySet<string> =
  new Set([
    'cvc', 'cvv', 'otp', 'passphrase', 'passw', 'passwd', 'password', 'passwrd', 'pin', 'psswd', 'psw', 'pswd', 'pwd',
    ...FOREIGN_PASSWORD_WORDS
  ])

/** Words that may follow a password word: `otpCode` is a password, and `passwordLength` is not. */
const VALUE_WORDS: ReadonlySet<string> = new Set(['code', 'number', 'value'])

/** In these names, a pin is a postal code, or a contact of a chip. */
const HARMLESS_PIN_WORDS: ReadonlySet<string> =
  new Set(['address', 'area', 'billing', 'city', 'delivery', 'gpio', 'postal', 'shipping', 'zip'])

const SECRET_WORDS: ReadonlySet<string> = new Set([
  'accesskey', 'apikey', 'auth', 'authorization', 'bearer', 'cookie', 'cookies', 'credential', 'credentials', 'creds',
  'csrf', 'dsn', 'jwt', 'mnemonic', 'oauth', 'otp', 'pass', 'passkey', 'passkeys', 'pw', 'secret', 'secrets', 'session',
  'sessionid', 'sid', 'sig', 'signature', 'token', 'tokens', 'totp', 'xsrf', ...FOREIGN_PASSWORD_WORDS,
  ...FOREIGN_SECRET_WORDS
])

const KEY_WORDS: ReadonlySet<string> = new Set(['key', 'keys'])

/** Words that make a key harmless if they stand beside it: `partitionKey`, `keyCount`. */
const HARMLESS_KEY_WORDS: ReadonlySet<string> = new Set([
  'cache', 'column', 'columns', 'count', 'counts', 'foreign', 'partition', 'primary', 'public', 'routing', 'sort'
])

/** A word with one of these parts is secret: `passwordhash`, `pwdfile`. */
const SECRET_PART = /password|passwd|passphrase|passcode|passwort|kennwort|pwd/

/** A word that ends with `pass` or `pw` is secret (`dbpass`, `rootpw`), apart from ordinary words. */
const PASS_ENDING = /(?:pass|pw)$/
const HARMLESS_PASS_WORDS: ReadonlySet<string> = new Set([
  'bandpass', 'bypass', 'compass', 'encompass', 'highpass', 'lowpass', 'multipass', 'overpass', 'surpass', 'trespass',
  'underpass'
])

/** Endings of compound names that are often written as one word, for example `PGPASSWORD` and `authtoken`. */
const PASSWORD_ENDING = /(?:password|passwd|passphrase|pwd|passwort|kennwort)$/
const SECRET_ENDING = new RegExp(`(?:${[
  'secret|credentials?|connectionstring|connstr|sess(?:ion)?id|koasess|aspxauth|masterauth',
  '(?:api|access|account|auth|private|secret|shared|signing|encryption|master)key',
  '(?:access|api|auth|bearer|id|refresh|secret|session)token'
].join('|')})$`)

/** Splits `DBPassword` into DB and Password, and `primaryKeyboard` into primary and Keyboard. Ignores digits. */
const WORDS = /[A-Z]+(?![a-z])|[A-Z]?[a-z]+/g
const FOREIGN_WORDS = /\p{Lu}+(?!\p{Ll})|\p{Lu}?[\p{Ll}\p{Lo}\p{Lm}]+/gu
const ASCII = /^[\0-\x7f]*$/

/** A number or a boolean in a text, perhaps before a punctuation mark. A longer row of digits may be a secret. */
const PLAIN_VALUE = /^(?:[+-]?\d{1,9}(?:\.\d{1,9})?|true|false)[,.:)\]}]{0,3}$/

/**
 * Decides which values to redact under a name: of a variable, a flag, a query parameter or an attribute.
 *
 * Compares whole words, split at capital letters and at characters that are not letters. So `API_KEY` and `apiKey` are
 * secret, and `monkey`, `author` and `tokenizer` are not. Knows the words for password in other languages. In doubt it
 * redacts: a value that is hidden by mistake can be found elsewhere, but a password that is shown by mistake is lost.
 * Numbers and booleans are redacted only under the names of passwords: `tokens: 512` and `auth: false` explain a
 * result.
 *
 * @example
 * secrecyOf('DB_PASSWORD') // 'all'
 * secrecyOf('apiKey') // 'texts'
 * secrecyOf('partitionKey') // 'none'
 */
export function secrecyOf (name: string): Secrecy {
  const words = wordsOf(name).map((word) => word.toLowerCase())
  if (isPassword(words)) return 'all'
  return words.some(isSecretWord) || SECRET_ENDING.test(words.join('')) ? 'texts' : 'none'
}

/** Whether a text under a name is a secret. A number or a boolean is one only under the name of a password. */
export function isSecretText (name: string, text: string): boolean {
  return isSecretUnder(secrecyOf(name), text)
}

/** Whether a text is a secret under a name of a secrecy. */
export function isSecretUnder (secrecy: Secrecy, text: string): boolean {
  return secrecy === 'all' || (secrecy === 'texts' && !PLAIN_VALUE.test(text))
}

function wordsOf (name: string): readonly string[] {
  return (ASCII.test(name) ? name.match(WORDS) : plainName(name).match(FOREIGN_WORDS)) ?? []
}

function isPassword (words: readonly string[]): boolean {
  if (PASSWORD_ENDING.test(words.join(''))) return true
  const last = VALUE_WORDS.has(words.at(-1) ?? '') ? words.at(-2) : words.at(-1)
  if (last === undefined) return false
  if (FOREIGN_PASSWORD_PART.test(last)) return true
  if (!PASSWORD_WORDS.has(last)) return false
  return last !== 'pin' || !words.some((word) => HARMLESS_PIN_WORDS.has(word))
}

function isSecretWord (word: string, at: number, words: readonly string[]): boolean {
  if (SECRET_WORDS.has(word) || SECRET_PART.test(word)) return true
  if (PASS_ENDING.test(word)) return !HARMLESS_PASS_WORDS.has(word)
  return KEY_WORDS.has(word) && !isHarmless(words[at - 1]) && !isHarmless(words[at + 1])
}

function isHarmless (neighbor: string | undefined): boolean {
  return neighbor !== undefined && HARMLESS_KEY_WORDS.has(neighbor)
}
