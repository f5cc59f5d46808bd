import { isSecretText, isSecretUnder, secrecyOf } from '../secret-name.js'
import type { Secrecy } from '../secret-name.js'
import { REDACTED } from './redacted.js'
import { redactedValue, valueAt } from './value.js'

/** The start of an element, also escaped for HTML or JSON: its `<`, its name, and its attributes with the `>`. */
const START = new RegExp([
  /(<|&lt;|\\{1,8}u003c|%3C)([\p{L}_][\p{L}\p{M}\p{Cf}\w.:-]{0,100})/u,
  /((?:\s(?:(?!&[lg]t;|\\{1,8}u003|%3[CE])[^<>]){0,1000})?)(?:>|&gt;|\\{1,8}u003e|%3E)/
].map(({ source }) => source).join(''), 'giu')

/** An attribute that names the element: `<entry key="db.password">`. */
const NAMING = /(?:^|\s)(?:name|key|id)\s{0,4}=\s{0,4}\\{0,8}["']([\w.-]{1,64})\\{0,8}["']/i

/** In characters. The limit keeps the search for end tags linear. */
const LONGEST_CONTENT = 4_000

/** The content of a cut element: it ends at the next element. */
const CUT_CONTENT = /(?:<!\[CDATA\[)?[^\s<][^<\n]*/y

/** An element beside the element of its name: `<key>password</key><string>x</string>`. */
const SIBLING = new RegExp('(<(?:name|key|id)>\\s{0,20})([\\w.-]{1,64})' +
  '(\\s{0,20}</(?:name|key|id)>\\s{0,80}<(?:value|string|data)>(?:<string>)?)([^<]{1,4000})', 'gi')
/** A part of multipart/form-data. */
const PART = /(\bname=")([\w.[\]-]{1,64})("(?:\r?\n|\\r\\n){2})([^\r\n\\]+)/g

/** An attribute with the value of the element: `<token value="x"/>`. */
const VALUE = /(?<=\s(?:content|data|default|string|text|v|val|value)\s{0,4}=\s{0,4})/gi

/**
 * Redacts the content of XML elements with a secret name, and with such a name in the attribute `name` or `key`. Also
 * redacts their attributes with a value.
 */
export function redactMarkup (text: string): string {
  return redactElements(text.replace(SIBLING, redactNamed).replace(PART, redactNamed))
}

function redactNamed (all: string, ...[before = '', name = '', between = '', value = '']: string[]): string {
  return isSecretText(name, value.trim()) && value.trim() !== '' ? before + name + between + REDACTED : all
}

function redactElements (text: string): string {
  let redacted = ''
  let end = 0
  for (const { 0: tag, 1: open = '', 2: name = '', 3: attributes = '', index } of text.matchAll(START)) {
    const secrecy = index < end ? 'none' : secrecyOfElement(name, attributes)
    if (secrecy === 'none') continue
    const start = index + tag.length
    const attributesStart = index + open.length + name.length
    redacted += text.slice(end, attributesStart) + withoutValues(attributes, secrecy)
    end = attributesStart + attributes.length
    if (attributes.endsWith('/')) continue
    const contentEnd = endOfContent(text, start, open + (open.startsWith('%') ? '%2F' : '/') + name)
    if (!isSecretContent(text.slice(start, contentEnd), secrecy)) continue
    redacted += text.slice(end, start) + REDACTED
    end = contentEnd
  }
  return redacted + text.slice(end)
}

function withoutValues (attributes: string, secrecy: Secrecy): string {
  let redacted = ''
  let end = 0
  for (const { index } of attributes.matchAll(VALUE)) {
    const value = valueAt(attributes, index, { isEncoded: false, isInJson: false })
    if (index < end || value.form !== 'quoted') continue
    const inner = attributes.slice(index + value.open.length, value.end - value.close.length)
    if (!isSecretContent(inner, secrecy)) continue
    redacted += attributes.slice(end, index) + redactedValue(attributes, index, value)
    end = value.end
  }
  return redacted + attributes.slice(end)
}

function secrecyOfElement (name: string, attributes: string): Secrecy {
  const secrecy = secrecyOf(name)
  if (secrecy !== 'none' || attributes === '') return secrecy
  return secrecyOf(NAMING.exec(attributes)?.[1] ?? '')
}

/** Without an end tag, `<password>` may be a placeholder in a sentence: then a space follows. */
function endOfContent (text: string, start: number, endTag: string): number {
  const end = text.slice(start, start + LONGEST_CONTENT).indexOf(endTag)
  if (end !== -1) return start + end
  CUT_CONTENT.lastIndex = start
  return start + (CUT_CONTENT.exec(text)?.[0].length ?? 0)
}

function isSecretContent (content: string, secrecy: Secrecy): boolean {
  return content.trim() !== '' && isSecretUnder(secrecy, content.trim())
}
