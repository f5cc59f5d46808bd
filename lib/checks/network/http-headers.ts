import { validateHeaderName, validateHeaderValue } from 'node:http'
import { describe } from '../../base/describe.js'
import { errors } from '../../errors.js'
import { refuse } from '../../base/rules.js'
import type { Rule } from '../../base/rules.js'
import { isRecord } from '../../base/type-guards.js'

/** Headers of the connection, which are not for a user to set. */
const CONNECTION_HEADERS = ['connection', 'content-length', 'expect', 'keep-alive', 'te', 'trailer', 'transfer-encoding', 'upgrade']

/** Headers to send, with their names in lower case. What a header holds is said in no error: it may be a secret. */
export const httpHeaders: Rule<Readonly<Record<string, string>>> = (value, option) => {
  if (!isRecord(value)) return refuseUnseen(value, option, 'an object')
  return Object.fromEntries(Object.entries(value).map(([name, content]) => {
    const sent = contentOf(content, `${option}.${name}`)
    return [assertHeader(name, sent, option), sent]
  }))
}

const contentOf: Rule<string> = (value, option) =>
  typeof value === 'string' && value.trim() !== '' ? value : refuseUnseen(value, option, 'a string that is not empty')

/** Says of what came no more than its type. */
function refuseUnseen (value: unknown, option: string, expected: string): never {
  throw new errors.OptionInvalid(option, expected, typeof value === 'object' ? describe(value) : `a value of the type ${typeof value}`)
}

function assertHeader (name: string, content: string, option: string): string {
  try {
    validateHeaderName(name)
    validateHeaderValue(name, content)
  } catch {
    throw new errors.OptionInvalid(option, 'names and values of HTTP headers', `something else under ${describe(name)}`)
  }
  const lowerCased = name.toLowerCase()
  return CONNECTION_HEADERS.includes(lowerCased) ? refuse(name, option, `headers other than ${CONNECTION_HEADERS.join(', ')}`) : lowerCased
}
