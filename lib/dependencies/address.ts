import { isIPv6 } from 'node:net'
import { describe } from '../base/describe.js'
import { withoutTrailingSlashes } from '../base/slashes.js'
import { visible } from '../base/visible.js'
import { errors } from '../errors.js'

/** The parts that complete an address without a scheme or a path. */
export interface AddressDefaults {
  /** `http` or `https`. */
  readonly scheme: string
  /**
   * The prefix of this instance's own management routes. Other services that use this plugin probably have the same.
   */
  readonly prefix: string
}

const HTTP = /^https?:\/\//i

/** Matches white space and backslashes, which a URL parser silently repairs; another scheme; a path without a host. */
const INVALID_ADDRESS = /[\s\\]|:\/\/|^\//

/**
 * Makes the URL of another service's health endpoint, in the same way as Flask Management Endpoints. An address with a
 * path is the address of the health endpoint itself. An address without a path gets this instance's own prefix and
 * `/health`.
 *
 * @param kind the kind of the report; the empty string for the whole report
 * @throws FST_MANAGEMENT_ADDRESS_INVALID
 * @example
 * healthUrl('users', 'localhost:8000', 'readiness', { scheme: 'http', prefix: '/z' })
 * // http://localhost:8000/z/health/readiness
 */
export function healthUrl (name: string, address: unknown, kind: string, defaults: AddressDefaults): URL {
  const url = parse(address, defaults)
  if (url === undefined) throw new errors.AddressInvalid(name, describe(address))
  const given = withoutTrailingSlashes(url.pathname)
  const path = given === '' ? `${withoutTrailingSlashes(defaults.prefix)}/health` : given
  url.pathname = kind === '' ? path : `${path}/${kind}`
  url.hash = ''
  return url
}

function parse (address: unknown, { scheme }: AddressDefaults): URL | undefined {
  if (typeof address !== 'string') return undefined
  // A URL parser silently drops or encodes invisible characters too.
  if (INVALID_ADDRESS.test(address.replace(HTTP, '')) || visible(address) !== address) return undefined
  const url = HTTP.test(address) ? address : `${scheme}://${withBrackets(address)}`
  return URL.canParse(url) ? new URL(url) : undefined
}

/** Adds the brackets that a URL requires to an IPv6 address without a port. */
function withBrackets (address: string): string {
  const [host = '', ...path] = address.split('/')
  return isIPv6(host) ? [`[${host}]`, ...path].join('/') : address
}
