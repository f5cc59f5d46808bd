import { isSecretUnder, secrecyOf } from '../secret-name.js'
import type { Secrecy } from '../secret-name.js'
import { isFlagBefore } from './flags.js'
import { isHeaderOfCredentials, isHeaderOrFlag, secretOfHeader } from './headers.js'
import { isErrorName, isHarmlessAfter, isProse } from './prose.js'
import { REDACTED } from './redacted.js'
import { secretAfterDot, secretInSentence } from './sentences.js'
import { signAfter } from './signs.js'
import type { Named, Sign } from './signs.js'
import { matchAt, OPENING, redactedValue, valueAt } from './value.js'
import type { Value } from './value.js'

/**
 * Matches every word, so that each is read once. Letters may be encoded for a form although they need not be: `%70`.
 */
const ENCODED_LETTER = '%(?:2[DE]|3\\d|4[1-9A-F]|5[0-9AF]|6[1-9A-F]|7[0-9A])'
const NAME =
  new RegExp(`(?:[\\w.\\p{L}\\p{M}\\p{Cf}\\p{Default_Ignorable_Code_Point}-]|${ENCODED_LETTER})+`, 'giu')

/** The names of a name, and of its value: `{"name":"DB_PASSWORD","value":"x"}`, `<add key="password" value="x"/>`. */
const NAMING: ReadonlySet<string> =
  new Set(['field', 'header', 'id', 'k', 'key', 'name', 'param', 'parameter', 'property', 'type', 'variable'])
const VALUES: ReadonlySet<string> =
  new Set(['args', 'arguments', 'content', 'data', 'default', 'string', 'text', 'v', 'val', 'value'])
/** The longest text between the two pairs. */
const LONGEST_GAP = 200
const NAME_AS_VALUE = /\\{0,63}["'`]([\w.-]{1,64})\\{0,63}["'`]/y

/** Values that explain a failure, without a secret: `[object Object]`, `(using password: YES)`, `tokens:5,auth:…`. */
const HARMLESS = /^(?:\[(?:object \w{1,40}|Object|Array|Circular \*\d{1,3})\]|YES|NO|null|undefined)$/
const NUMBER_AND_PAIR = /^(?:[+-]?\d{1,9}(?:\.\d{1,9})?|true|false),[a-z_][\w-]{0,40}:/i
const HARMLESS_STRUCTURE = new RegExp(`^(?:${[
  '[[\\]{}\\s,]', '[+-]?\\d{1,9}(?:\\.\\d{1,9})?(?![\\w.])', '(?:true|false|null|undefined)(?![\\w$:-])',
  '[a-z_$][\\w$-]{0,40} ?:'
].join('|')})*$`, 'i')
const LONGEST_HARMLESS = 2_000

/** Bytes of a text: `Uint8Array(3) [ 97, 98, 99 ]`. */
const BYTES = /^(?:Uint8|Int8|Buffer)/
const START_OF_LINE = /(?:^|[\r\n:;,{(|"'`-])\s*$/
/** The end of several words: of the line, of a list, of the quotes around it, or before the next pair. */
const END_OF_PHRASE = /[\r\n]|\\{1,8}[rn]|[,;&})\]"'`](?=[\s)\]},;.:]|$)|\s{1,8}[\w.-]{1,64}\s?[:=]/g
const AFTER_STRUCTURE = /[\w~+/=-]*/y
const QUOTE_OR_BRACKET = /["'`[{]/
const FILE = /\.[cm]?[jt]sx?$/
const IN_SENTENCE: ReadonlySet<Sign['kind']> = new Set(['gap', 'enclosed', 'sentence'])
const FIRST_WORD = /\S{1,120}/y
const NEXT_WORD = /\s{1,8}(\S)/y
const NEXT_PAIR = /^[\w.-]{1,64}=[^\s=]/

/**
 * Redacts the values of secret names: `token=…`, `"tokens":["…"]`, `x-api-key: …`, `password%5B%5D=…`,
 * `--password …`. Keeps a number or a boolean (`tokens=512`), unless it has the name of a password, and words of a
 * sentence (`token: expected a string`).
 */
export function redactPairs (text: string): string {
  const reading = new Reading(text)
  for (const { 0: word, index } of text.matchAll(NAME)) reading.read(word, index)
  return reading.end()
}

class Reading {
  readonly #text: string
  #redacted = ''
  /** The text up to here is redacted or read. */
  #done = 0
  #previous = { word: '', end: -2 }
  /** The secrecy of the last name that was a value itself: `"name":"DB_PASSWORD"`. */
  #awaited: { readonly secrecy: Secrecy, readonly until: number } = { secrecy: 'none', until: -1 }

  /** The index of the last value of a name such as `value`. */
  #value = -1

  constructor (text: string) {
    this.#text = text
  }

  read (word: string, start: number): void {
    if (start >= this.#done) this.#readName(word, start)
    this.#previous = { word, end: start + word.length }
  }

  end (): string {
    return this.#redacted + this.#text.slice(this.#done)
  }

  #readName (word: string, start: number): void {
    const name = decoded(this.#text, word, start)
    const sign = signAfter(this.#text, name, start + word.length)
    if (sign === undefined || sign.kind === 'sentence') {
      const dot = secretAfterDot(word)
      if (dot !== undefined) { this.#replace(start + dot, start + word.length, REDACTED); return }
    }
    if (sign !== undefined && !this.#namesAnother(name, start, sign)) this.#readSign(name, start, sign)
  }

  #readSign (name: string, start: number, sign: Sign): void {
    const named = { name, start, sign, secrecy: this.#secrecyOf(name, start) }
    if (named.secrecy === 'none' || !isAllowed(named, this.#text)) return
    if (this.#isHeaderLine(named)) this.#readHeader(named)
    else if (IN_SENTENCE.has(sign.kind)) this.#readSentence(named)
    else this.#readValue(named)
  }

  /** Whether the value is a secret name, whose own value follows or stands before it. */
  #namesAnother (name: string, start: number, { end }: Sign): boolean {
    const plain = name.toLowerCase()
    if (VALUES.has(plain)) this.#value = end
    if (!NAMING.has(plain)) return false
    NAME_AS_VALUE.lastIndex = end
    const [value = '', secretName = ''] = NAME_AS_VALUE.exec(this.#text) ?? []
    const secrecy = secrecyOf(secretName)
    if (secrecy === 'none') return false
    this.#awaited = { secrecy, until: end + value.length + LONGEST_GAP }
    this.#readValueBefore(start)
    return true
  }

  /** Redacts the value of `value="x" name="password"`. */
  #readValueBefore (name: number): void {
    const start = this.#value
    this.#value = -1
    if (start < this.#done || !/["'`]$/.test(matchAt(OPENING, this.#text, start))) return
    const value = valueAt(this.#text, start, { isEncoded: false, isInJson: true })
    if (value.end > name || !/^[^<>{}]{0,200}$/.test(this.#text.slice(value.end, name))) return
    this.#replace(start, value.end, redactedValue(this.#text, start, value))
  }

  #secrecyOf (name: string, start: number): Secrecy {
    const { word, end } = this.#previous
    if (start <= this.#awaited.until && VALUES.has(name.toLowerCase())) return this.#awaited.secrecy
    if (start === end + 1 && /^pass$/i.test(word) && /^(?:word|phrase|code)$/i.test(name)) return 'all'
    return start === end + 1 && isHarmlessAfter(word, name) ? 'none' : secrecyOf(name)
  }

  #isHeaderLine ({ name, sign }: Named): boolean {
    return sign.kind === 'colon' && !sign.isQuoted && isHeaderOfCredentials(name) &&
      !/["'`[{]/.test(this.#text.charAt(sign.end))
  }

  #readHeader ({ start, sign }: Named): void {
    const header = secretOfHeader(this.#text, start, sign.end)
    if (header !== undefined) this.#replace(header.start, header.end, REDACTED)
  }

  #readSentence (named: Named): void {
    const { end: start } = named.sign
    const value = secretInSentence(this.#text, named)
    if (value !== undefined) this.#replace(start, value.end, redactedValue(this.#text, start, value))
  }

  #readValue (named: Named): void {
    const { sign: { kind, end: start, isQuoted }, secrecy } = named
    if (!QUOTE_OR_BRACKET.test(this.#text.charAt(start)) && this.#isNoValue(named)) return
    const value = valueAt(this.#text, start, { isEncoded: kind === 'encoded', isInJson: isQuoted })
    const end = this.#endOf(named, value)
    if (isHarmless(this.#text.slice(start, end), value, secrecy)) this.#keep(end)
    else this.#replace(start, end, redactedValue(this.#text, start, { ...value, end }))
  }

  /**
   * A structure includes the characters right behind it. A value without quotes loses its punctuation marks. A password
   * at the start of a line may have several words.
   */
  #endOf (named: Named, { end, form }: Value): number {
    if (form === 'structure') return end + matchAt(AFTER_STRUCTURE, this.#text, end).length
    if (form === 'quoted') return end
    const { end: start } = named.sign
    if (this.#startsLine(named)) {
      END_OF_PHRASE.lastIndex = start
      return END_OF_PHRASE.exec(this.#text)?.index ?? this.#text.length
    }
    return end - (/[,)]{1,2}$/.exec(this.#text.slice(Math.max(start, end - 2), end))?.[0].length ?? 0)
  }

  #startsLine ({ start, sign: { kind, isQuoted }, secrecy }: Named): boolean {
    return kind === 'colon' && secrecy === 'all' && !isQuoted &&
      START_OF_LINE.test(this.#text.slice(Math.max(0, start - 8), start))
  }

  /**
   * Whether a text without quotes is no secret: a word of a sentence, another flag, the next pair, or a number before
   * the next pair. Reads only its beginning.
   */
  #isNoValue (named: Named): boolean {
    const { sign: { kind, end: start }, secrecy } = named
    const word = matchAt(FIRST_WORD, this.#text, start)
    if (kind === 'equals') return /\S= $/.test(this.#text.slice(start - 3, start)) && NEXT_PAIR.test(word)
    if (kind === 'space') return isProse(word) || this.#isOtherFlag(word, start + word.length, secrecy)
    return kind === 'colon' && (isProse(word) || this.#isNoName(named) ||
      (secrecy === 'texts' && NUMBER_AND_PAIR.test(word)))
  }

  /** Whether a name before a colon is the name of an error, or a path: open '/run/secrets/token': EACCES, auth.js:5. */
  #isNoName ({ name, start, sign: { isQuoted, end } }: Named): boolean {
    if (FILE.test(name) && /\d/.test(this.#text.charAt(end))) return true
    return isErrorName(name) || (isQuoted && this.#text.charAt(start - 1) === '/')
  }

  #isOtherFlag (word: string, end: number, secrecy: Secrecy): boolean {
    NEXT_WORD.lastIndex = end
    return isFlagBefore(word, NEXT_WORD.exec(this.#text)?.[1], secrecy)
  }

  #keep (end: number): void {
    this.#redacted += this.#text.slice(this.#done, end)
    this.#done = end
  }

  #replace (start: number, end: number, replacement: string): void {
    this.#redacted += this.#text.slice(this.#done, start) + replacement
    this.#done = end
  }
}

/** Removes the rest of an encoded mark, for example of `%5B` in `user%5Btoken%5D`: NAME does not match the `%`. */
function decoded (text: string, word: string, start: number): string {
  const name = text.charAt(start - 1) === '%' ? word.replace(/^(?:25){0,2}[0-9A-F]{2}/i, '') : word
  return name.includes('%') ? decodeURIComponent(name) : name
}

/** Whether a sign may stand between this name and a value. Otherwise prose would be redacted. */
function isAllowed ({ name, start, sign: { kind }, secrecy }: Named, text: string): boolean {
  if (kind === 'adjacent') return secrecy === 'all'
  return kind !== 'list' || isHeaderOrFlag(name) || /\[\s?["'`]$/.test(text.slice(Math.max(0, start - 3), start))
}

function isHarmless (text: string, { form }: Value, secrecy: Secrecy): boolean {
  if (form === 'quoted') return false
  if (HARMLESS.test(text)) return true
  if (form === 'plain') return !isSecretUnder(secrecy, text)
  return secrecy === 'texts' && text.length <= LONGEST_HARMLESS && !BYTES.test(text) && HARMLESS_STRUCTURE.test(text)
}
