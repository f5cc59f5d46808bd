import { errors } from '../../errors.js'

/** The name under which all copies of this package in a process find the health URLs of the apps that listen. */
const LISTENING = Symbol.for('fastify-management-endpoints.health-urls.1')

/** Returns the health URLs of the apps that listen in this process. */
export function listeningUrls (host: { [LISTENING]?: Set<string> | undefined } = process as object): Set<string> {
  return (host[LISTENING] ??= new Set())
}

/** Throws if a set has a health URL already. */
export function assertFreeUrl (url: string, taken: ReadonlySet<string>): void {
  if (taken.has(url)) throw new errors.HealthUrlTaken(url)
}
