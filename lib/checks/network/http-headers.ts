import { validateHeaderName, validateHeaderValue } from 'node:http'
import { describe } from '../../base/describe.js'
import { errors } from '../../errors.js'
import { isPolluting } from '../../base/prototype-keys.js'
import { recordOf, refuse } from '../../base/rules.js'
import type { Rule } from '../../base/rules.js'
import { refuseSecret } from '../kit/rules.js'
import { isRecord } from '../../base/type-guards.js'

/** Headers of the connection, which Node.js sets itself. */
const CONNECTION_HEADERS = [
  'connection', 'content-length', 'expect', 'http2-settings', 'keep-alive', 'proxy-connection', 'te', 'trailer',
  'transfer-encoding', 'upgrade'
]

/** Returns headers with lower-case names. Errors do not show the value of a header, because it may be a secret. */
export const httpHeaders: Rule<Readonly<Record<string, string>>> = (value, option) => {
  // A `Map` and a `Headers` object have no keys, and would count as empty.
  if (!isRecord(value) || Symbol.iterator in value) return refuseSecret(value, option, 'an object')
  return Object.fromEntries(headersIn(value, option).map(([name, sent]) => [assertHeader(name, sent, option), sent]))
}

const contentOf: Rule<string> = (value, option) =>
  typeof value === 'string' && value.trim() !== '' ? value : refuseSecret(value, option, 'a string that is not empty')

const headersIn = recordOf(contentOf)

function assertHeader (name: string, content: string, option: string): string {
  try {
    validateHeaderName(name)
    validateHeaderValue(name, content)
  } catch {
    const expected = 'an object with valid names and values of HTTP headers'
    throw new errors.OptionInvalid(option, expected, `an invalid name or value at ${describe(name)}`)
  }
  if (isPolluting(name, content)) return refuse(name, option, 'an object without this key')
  const lowerCased = name.toLowerCase()
  if (!CONNECTION_HEADERS.includes(lowerCased)) return lowerCased
  return refuse(name, option, `an object without the headers ${CONNECTION_HEADERS.join(', ')}`)
}
