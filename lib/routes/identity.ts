import { UNKNOWN_VERSION } from '../info/info-report.js'
import type { RouteContext } from './route.js'
import type { Visibility } from './visibility.js'

/** A major version, as in `1.4.2`. */
const MAJOR = /^v?(\d+)\.\d/

/** The fields of `application/health+json` that name the service. */
export interface Identity {
  readonly version?: string
  readonly releaseId?: string
  readonly serviceId?: string
}

/** Returns the fields that `/version` and `/info` would show to the same request. */
export async function identityFor (context: RouteContext, visibility: Visibility): Promise<Identity> {
  const { info, settings: { endpoints }, visibilityPolicy } = context
  if (visibilityPolicy.isOpen && !visibilityPolicy.isAuthorized(visibility)) return {}
  const release = endpoints.version ? await info.version() : UNKNOWN_VERSION
  const major = MAJOR.exec(release)?.[1]
  return {
    ...(major !== undefined && { version: major }),
    ...(release !== UNKNOWN_VERSION && { releaseId: release }),
    ...(endpoints.info && { serviceId: await info.name() })
  }
}
