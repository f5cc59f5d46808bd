import type { AddressInfo } from 'node:net'
import { isRecord } from '../base/type-guards.js'

/**
 * The key under which `fastify.management` has the endpoints. Another copy of this package may read them, so a copy
 * that changes the meaning of a field needs a new number.
 */
const ENDPOINTS = Symbol.for('fastify-management-endpoints.endpoints.1')

/** The endpoints as clients see them. */
export interface ServedEndpoints {
  /** The prefix of all endpoints, with the prefixes of the scopes around the plugin. */
  readonly prefix: string
  readonly hasHealth: boolean
  /** Whether a separate server has the endpoints. */
  readonly isSeparate: boolean
  /** Whether clients need `https://`. */
  readonly isSecure: boolean
  readonly addresses: () => (AddressInfo | string)[]
  /** Returns the name and the version of the app, as in `/info`. An unknown version is left out. */
  readonly app: () => Promise<{ readonly name: string, readonly version?: string }>
  /** The health URLs under which this app registers itself. They have no origin if only the listening app knows it. */
  readonly healthUrls: Set<string>
}

/** Adds the endpoints to `fastify.management`, for other plugins of this package. */
export function withEndpoints<Management extends object> (
  management: Management, endpoints: ServedEndpoints
): Management {
  return Object.defineProperty(management, ENDPOINTS, { value: endpoints })
}

/** Finds the endpoints of an app, or returns `undefined` if the plugin is not registered. */
export function endpointsOf (fastify: object): ServedEndpoints | undefined {
  const management: unknown = Reflect.get(fastify, 'management')
  const found: unknown = isRecord(management) ? Reflect.get(management, ENDPOINTS) : undefined
  return isRecord(found) ? found as unknown as ServedEndpoints : undefined
}

/** Whether a server expects TLS: it is a server of `node:tls`, or inherits from it. */
export function isSecureServer (server: object): boolean {
  return 'setSecureContext' in server
}
