import { validateHeaderName, validateHeaderValue } from 'node:http'
import { describe } from '../describe.js'
import { errors } from '../errors.js'
import { recordOf, refuse, text } from '../rules.js'
import type { Rule } from '../rules.js'

/** Headers of the connection, which are not for a user to set. */
const CONNECTION_HEADERS = ['connection', 'content-length', 'expect', 'keep-alive', 'te', 'trailer', 'transfer-encoding', 'upgrade']

/** Headers to send, with their names in lower case. */
export const httpHeaders: Rule<Readonly<Record<string, string>>> = (value, option) =>
  Object.fromEntries(recordOf(text)(value, option).map(([name, content]) => [assertHeader(name, content, option), content]))

/** What the header holds is not said in the error: it may be a secret. */
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
