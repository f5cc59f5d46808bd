import type { FastifyInstance, FastifyRequest } from 'fastify'
import { withOneLeadingSlash, withoutTrailingSlashes } from '../base/slashes.js'
import { patternParts } from '../options/route-pattern.js'
import { endsPathAtSemicolon } from './router-options.js'

/** In characters. An answer does not repeat a longer path or host of its request. */
const LONGEST_PATH = 500
const LONGEST_HOST = 260

/** The `Host` headers that may appear in a link. With any other header, the links are paths. */
const HOST = /^[\w.-]+(:\d{1,5})?$|^\[[\da-f:.]+\](:\d{1,5})?$/i

/**
 * Returns a function that gives the start of all links for a request: the origin, and the registered prefix.
 *
 * If the prefix has parameters, or if the app rewrites URLs (`rewriteUrl`), only the client's own path leads to the
 * prefix again, so the links start with it. Instead of a path of more than 500 characters, they start with the
 * registered prefix as a URI template: `/{tenant}/z`.
 *
 * @param instance the instance that has the prefix of all routes
 * @see https://www.rfc-editor.org/rfc/rfc6570 URI templates
 */
export function linkBase (instance: FastifyInstance): (request: FastifyRequest) => string {
  let made: ((request: FastifyRequest) => string) | undefined
  return (request) => (made ??= linkBaseOf(instance))(request)
}

function linkBaseOf (instance: FastifyInstance): (request: FastifyRequest) => string {
  const parts = patternParts(instance.prefix)
  const template = parts.map(({ text, isParameter }) => isParameter ? `{${text}}` : encodeURI(text)).join('')
  const registered = withOneLeadingSlash(template)
  const hasParameters = parts.some(({ isParameter }) => isParameter)
  const queryStart = endsPathAtSemicolon(instance) ? /[?#;]/ : /[?#]/
  return (request) => {
    const isOwnPath = !hasParameters && request.originalUrl === request.raw.url
    const path = isOwnPath ? registered : pathOf(request, queryStart)
    return originOf(request) + (path.length > LONGEST_PATH ? registered : path)
  }
}

/** Fastify 5.0 has no host for a request without the header. */
function originOf ({ protocol, host = '' }: { readonly protocol: string, readonly host?: string }): string {
  const isShown = host.length <= LONGEST_HOST && HOST.test(host) && /^https?$/.test(protocol)
  return isShown ? `${protocol}://${host}` : ''
}

/** The path as the client wrote it, with the values of its parameters. Braces would make it a template. */
function pathOf ({ originalUrl }: FastifyRequest, queryStart: RegExp): string {
  const pathAndQuery = originalUrl.replace(/^https?:\/\/[^/?#]*/i, '')
  const end = pathAndQuery.search(queryStart)
  const path = withoutTrailingSlashes(end === -1 ? pathAndQuery : pathAndQuery.slice(0, end))
  return path === '' ? '' : withOneLeadingSlash(path).replaceAll('{', '%7B').replaceAll('}', '%7D')
}
