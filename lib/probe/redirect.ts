import { truncate } from '../base/truncate.js'
import type { HttpAnswer } from './http-exchange.js'

/** Redirects whose location the client requests. 300 offers a choice; 304 and 305 are no redirects. */
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308]

const LONGEST_NAME = 100

/**
 * Returns the location of a redirect, or `undefined` for any other answer.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-15.4
 */
export function locationIn ({ statusCode, headers: { location = '' } }: HttpAnswer): string | undefined {
  return location !== '' && REDIRECTS.includes(statusCode) ? location : undefined
}

/**
 * Makes a URL from a location, which the server chooses. Drops the user name and the password in it. The error does
 * not show the location, because it may contain a password that no rule recognizes.
 *
 * @throws Error if the location is not a URL
 */
export function redirectTarget (location: string, from: URL): URL {
  if (!URL.canParse(location, from.href)) throw new Error('redirected to an invalid URL')
  const target = new URL(location, from)
  target.username = target.password = ''
  return target
}

/** Throws if a redirect leaves HTTP, or ends the encryption. */
export function assertHttpRedirect (target: URL, from: URL): void {
  const { protocol } = target
  if (protocol !== 'http:' && protocol !== 'https:') {
    const begin = truncate(protocol, LONGEST_NAME)
    throw new Error(`redirected to a URL that begins with ${begin}, expected http: or https:`)
  }
  if (from.protocol === 'https:' && protocol === 'http:') {
    throw new Error('redirected from https to http, which is not encrypted')
  }
}

/** Throws if a redirect leads to another host than the given hosts, which are names of URLs (`URL.hostname`). */
export function assertKnownHost ({ hostname }: URL, hosts: readonly string[]): void {
  if (!hosts.includes(hostname)) throw new Error(`redirected to another host: ${truncate(hostname, LONGEST_NAME)}`)
}
