import { isIPv6 } from 'node:net'
import { listOf, refuse } from '../../base/rules.js'
import type { Rule } from '../../base/rules.js'

const EXPECTED = 'a host name or an IP address without scheme, port, path or wildcard, for example "login.example.com"'

/** Characters that a URL parser would drop, decode, or read as another part of the URL. */
const OTHER_PARTS = /[\s\p{C}:/\\?#@%*]/u

/** Returns the host name as a URL has it: `EXAMPLE.com` becomes `example.com`, and `::1` becomes `[::1]`. */
const hostName: Rule<string> = (value, path) => {
  if (typeof value !== 'string') return refuse(value, path, EXPECTED)
  const address = value.replace(/^\[(.*)\]$/, '$1')
  const url = isIPv6(address) ? `http://[${address}]` : `http://${value}`
  if (!isIPv6(address) && OTHER_PARTS.test(value)) return refuse(value, path, EXPECTED)
  return URL.canParse(url) ? new URL(url).hostname : refuse(value, path, EXPECTED)
}

/** The rule of `redirectHosts`. */
export const redirectHosts: Rule<readonly string[]> = listOf(hostName)
