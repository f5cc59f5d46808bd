import type { FastifyInstance } from 'fastify'
import { errors } from './errors.js'
import type { InfoReport } from './info/info-report.js'
import { isSecureServer } from './observe/endpoints.js'
import type { ServedEndpoints } from './observe/endpoints.js'
import { assertReachable } from './options/prefix.js'
import type { Settings } from './options/settings.js'
import { pathsOf } from './routes/paths.js'
import { endsPathAtSemicolon } from './routes/router-options.js'

/** A release candidate of a later version. Fastify lets plugins try those too. */
const NEXT = /^(?:[6-9]|\d{2,})\..*-(?:rc|pre|alpha)/

/**
 * Throws FST_MANAGEMENT_FASTIFY_UNSUPPORTED for another major version of Fastify. If a plugin gives Fastify a range,
 * Fastify parses the range, which takes 2 ms at the first registration in a process.
 */
export function assertFastifyVersion ({ version }: Pick<FastifyInstance, 'version'>): void {
  if (!version.startsWith('5.') && !NEXT.test(version)) throw new errors.FastifyUnsupported(version)
}

/** The prefix of the endpoints as clients see it. A separate server ignores the prefix of the parent scope. */
export function fullPrefix (fastify: FastifyInstance, { listen, prefix }: Settings): string {
  const parentPrefix = listen === undefined ? fastify.prefix : ''
  // The option itself is valid. Only a scope and the app's router can make it unreachable.
  if (listen === undefined && (parentPrefix !== '' || prefix.includes(';'))) {
    assertReachable(`${parentPrefix}${prefix}`, endsPathAtSemicolon(fastify))
  }
  if (parentPrefix === '') return prefix === '/' ? '' : prefix
  return `${parentPrefix}${prefix}`.replace(/\/+/g, '/').replace(/\/$/, '')
}

/** Throws if the app already has the decorator or a route at one of the paths. */
export function assertFree (fastify: FastifyInstance, prefix: string, settings: Settings): void {
  if (Object.hasOwn(fastify, 'management')) {
    throw new errors.AlreadyRegistered(
      'the decorator "management" exists already; register the plugin once, and use it as fastify.management')
  }
  if (settings.listen !== undefined) return
  const urls = pathsOf(settings).map((path) => prefix + path)
  const taken = urls.find((url) => fastify.hasRoute({ method: 'GET', url }))
  if (taken === undefined) return
  throw new errors.AlreadyRegistered(`the route ${taken} exists already; use another prefix, or turn that endpoint off`)
}

/**
 * Whether clients can reach the app. A separate server answers before the app's own server listens, so readiness must
 * fail until then. A custom server without the property `listening` counts as listening.
 */
export function isServing (
  fastify: { readonly server: { readonly listening?: boolean } }, { listen }: Settings
): () => boolean {
  return listen === undefined ? () => true : () => fastify.server.listening ?? true
}

/** The addresses of a server while it listens. Node keeps the path of a Unix socket after the close. */
export function addressesOf (
  fastify: Pick<FastifyInstance, 'addresses'> & { readonly server: { readonly listening?: boolean } }
): ReturnType<FastifyInstance['addresses']> {
  return fastify.server.listening === false ? [] : fastify.addresses()
}

/** The parts of the plugin that describe its endpoints. */
export interface EndpointSources {
  readonly settings: Settings
  readonly prefix: string
  /** The server of the option `listen`. */
  readonly server: { readonly addresses: ReturnType<FastifyInstance['addresses']> } | undefined
  readonly info: Pick<InfoReport, 'app'>
}

/** Describes the endpoints to other plugins of this package. */
export function servedEndpoints (
  fastify: FastifyInstance, { settings: { listen, endpoints }, prefix, server, info }: EndpointSources
): ServedEndpoints {
  return {
    prefix,
    hasHealth: endpoints.health,
    isSeparate: listen !== undefined,
    isSecure: listen === undefined ? isSecureServer(fastify.server) : listen.https !== undefined,
    addresses: () => server === undefined ? addressesOf(fastify) : server.addresses,
    app: async () => await info.app(),
    healthUrls: new Set()
  }
}
