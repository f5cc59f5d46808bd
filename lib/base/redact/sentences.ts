import { secrecyOf } from '../secret-name.js'
import { isEnglish } from './prose.js'
import type { Named } from './signs.js'
import { matchAt, valueAt } from './value.js'
import type { Surroundings, Value } from './value.js'

const PLAIN: Surroundings = { isEncoded: false, isInJson: false }

const WORD = /[^\s"'`]{1,256}/y
/** A cell of a table, or a value in brackets. */
const CELL = /[^\s"'`|<>[\](){}]{1,256}/y
/** In other languages, lower-case words are not told apart from passwords. */
const ENGLISH_NAME = /(?:pass(?:word|wd|phrase|code)?s?|pwd|pin|otp)$/i
const BEFORE_PASSWORD = /(?:^|[(:,\n]\s?|\b(?:with|using|by|use|and)\s|\buser(?:name)?:?\s\S{1,30}\s)$/i
const MARKS_AT_END = /[.,:;!?)\]}>]{1,4}$/
const END_OF_PHRASE = /[ \t]{0,4}(?:[.!]?(?:$|[\r\n])|[,;)\]}])/y

/** Names of algorithms, formats and versions have digits too: "password scram-sha-256", "token v2". */
const ALGORITHM = new RegExp(`^(?:${[
  'redacted', '(?:scram-?)?sha-?\\d{1,3}(?:-\\w+)?|md[45]|argon2(?:id?)?|pbkdf2|bcrypt\\w?',
  'h?mac\\w*|utf-?\\d+|base\\d+|latin\\d',
  '[hrep]s\\d{3}|x509|oauth-?\\d?|auth0|e?d\\d+|aes-?\\d[\\w-]*',
  'v\\d+(?:\\.\\d+)*|\\d+(?:\\.\\d+)+|ipv\\d|rfc\\d+|http/?\\d.*',
  '\\d+(?:st|nd|rd|th|s|ms|x|d|h|m|kb|mb|b|bytes|chars|characters)'
].join('|')})$`, 'i')

/** Hosts, paths, and numbered parts of an object: "password /run/secrets/a1", "password users[0].password". */
const ADDRESS =
  /^(?:\.{0,2}[/~\\]|node:|[a-z][\w+.-]*:\/\/|[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}(?::\d+)?$|[\w$]+(?:\.[a-z_$]\w*|\[\d+\])+$)/i

const UUID = /^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/i
/** Kubernetes and others name things like this: `db-credentials-v2`. */
const SLUG = /^[a-z]+(?:[-_][a-z\d]+)+$/

/** Names of more general secrets: "token 3f9a21bc". A key may be the name of an entry instead. */
const TOKEN_NAME = /(?:secret|token|credentials?|jwt|bearer|(?:api|access|secret|private|signing|encryption).?key)$/i

/**
 * Finds the secret after a name without a sign such as `:` or `=`. Returns `undefined` if the text is an ordinary
 * sentence. A value with digits, mixed letters or marks is a secret. A lower-case word is a secret only in brackets, in
 * a table, and at the end of a phrase such as `with password x` or `password is x`.
 */
export function secretInSentence (text: string, named: Named): Value | undefined {
  const { sign: { kind, end: start } } = named
  if (/["'`]/.test(text.charAt(start))) return isQuotedSecret(named, text) ? valueAt(text, start, PLAIN) : undefined
  const word = matchAt(kind === 'sentence' ? WORD : CELL, text, start).replace(MARKS_AT_END, '')
  if (word === '' || isEnglish(word) || isOrdinary(word)) return undefined
  const isSecret = kind === 'sentence' ? isSecretWord(text, named, word) : isSecretCell(named, word)
  return isSecret ? { end: start + word.length, open: '', close: '', form: 'plain' } : undefined
}

function isOrdinary (word: string): boolean {
  return ALGORITHM.test(word) || ADDRESS.test(word)
}

/** The index of a secret after a name and a dot: `token.3f9a21bc`. */
export function secretAfterDot (name: string): number | undefined {
  const at = name.lastIndexOf('.') + 1
  if (at < 2 || !looksLikeToken(name.slice(at))) return undefined
  const before = name.slice(0, at - 1)
  return secrecyOf(before) === 'all' || TOKEN_NAME.test(before) ? at : undefined
}

function isQuotedSecret ({ name, sign: { kind, end }, start, secrecy }: Named, text: string): boolean {
  if (secrecy === 'all' || kind === 'gap') return true
  return TOKEN_NAME.test(nameWithWordBefore(text, start, name)) && text.slice(start + name.length, end).trim() !== ''
}

function isSecretWord (text: string, named: Named, word: string): boolean {
  if (named.secrecy === 'all') return looksLikePassword(word) || endsPhrase(text, named, word)
  return looksLikeToken(word) && TOKEN_NAME.test(nameWithWordBefore(text, named.start, named.name))
}

function isSecretCell ({ name, sign: { kind }, secrecy }: Named, word: string): boolean {
  if (secrecy === 'all') return secrecyOf(word) === 'none'
  return looksLikeToken(word) || (kind === 'gap' && TOKEN_NAME.test(name) && secrecyOf(word) === 'none')
}

function nameWithWordBefore (text: string, start: number, name: string): string {
  return text.slice(Math.max(0, start - 12), start) + name
}

function looksLikePassword (word: string): boolean {
  if (/^\d+$/.test(word)) return word.length >= 4
  return /\d/.test(word) || /\p{Ll}\p{Lu}/u.test(word) || /[!@#$%^*+~][^\s!]/.test(word)
}

function looksLikeToken (word: string): boolean {
  if (UUID.test(word)) return true
  return word.length >= 6 && /\d/.test(word) && /[A-Za-z]/.test(word) && !SLUG.test(word) && !/^[a-z]+\d{1,3}$/i.test(word)
}

/** Whether a word is the last of a phrase that ends with a password. */
function endsPhrase (text: string, { name, start, sign }: Named, word: string): boolean {
  const end = sign.end + word.length
  if (word.length < 3 || !ENGLISH_NAME.test(name) || !/^[\p{L}_-]+$/u.test(word)) return false
  if (end < text.length && matchAt(END_OF_PHRASE, text, end) === '') return false
  const hasWordsBetween = /[\p{L}(]/u.test(text.slice(start + name.length, sign.end))
  return hasWordsBetween || BEFORE_PASSWORD.test(text.slice(Math.max(0, start - 40), start))
}
