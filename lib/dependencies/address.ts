import { isIPv6 } from 'node:net'
import { describe } from '../base/describe.js'
import { errors } from '../errors.js'

/** What an address that is not a whole URL is filled up with. */
export interface AddressDefaults {
  /** `http` or `https`. */
  readonly scheme: string
  /** The prefix of this instance's own management routes, which a service of the same make is taken to share. */
  readonly prefix: string
}

const HTTP = /^https?:\/\//i

/** White space and backslashes, which a URL parser mends in silence; another scheme; no host before the path. */
const NO_ADDRESS = /[\s\\]|:\/\/|^\//

/**
 * Makes the URL of another service's health endpoint, as Flask Management Endpoints does. An address with a path names
 * the health endpoint itself; one without gets this instance's own prefix and `/health`. `check` is the part of it to
 * ask for, nothing for all.
 *
 * @example
 * healthUrl('users', 'localhost:8000', 'readiness', { scheme: 'http', prefix: '/z' }) // http://localhost:8000/z/health/readiness
 */
export function healthUrl (name: string, address: unknown, check: string, defaults: AddressDefaults): URL {
  const url = parse(address, defaults)
  if (url === undefined) throw new errors.AddressInvalid(name, describe(address))
  const path = url.pathname === '/' ? `${trimSlashes(defaults.prefix)}/health` : trimSlashes(url.pathname)
  url.pathname = check === '' ? path : `${path}/${check}`
  url.hash = ''
  return url
}

function parse (address: unknown, { scheme }: AddressDefaults): URL | undefined {
  if (typeof address !== 'string') return undefined
  if (NO_ADDRESS.test(address.replace(HTTP, ''))) return undefined
  const url = HTTP.test(address) ? address : `${scheme}://${bracketed(address)}`
  return URL.canParse(url) ? new URL(url) : undefined
}

/** Puts an IPv6 literal that has no port into the brackets that a URL wants. */
function bracketed (address: string): string {
  const [host = '', ...path] = address.split('/')
  return isIPv6(host) ? [`[${host}]`, ...path].join('/') : address
}

function trimSlashes (path: string): string {
  return path.replace(/\/+$/, '')
}
