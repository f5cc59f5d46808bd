import { serviceDependency } from '../checks/network/service-dependency.js'
import type { CheckFunction } from '../health/check/check-function.js'
import type { CheckOptions } from '../health/check/options.js'
import type { HealthEngine } from '../health/engine.js'
import { healthUrl } from './address.js'

/** A service dependency with its address, its headers and the options of its check. */
export interface Dependency {
  readonly name: string
  readonly address: unknown
  readonly headers: Readonly<Record<string, string>>
  readonly options: CheckOptions
}

/** The options that `registerDependencies()` reads. */
export interface DependencyOptions {
  readonly serviceDependencies: readonly Dependency[]
  /** The kinds whose probes request the services too. */
  readonly cascade: readonly string[]
  /** `http` or `https`, for addresses without a scheme. */
  readonly scheme: string
}

/**
 * Adds the service dependencies of the options to the engine. Each service gets one check for `/health`, and one more
 * for each kind in `cascade`.
 *
 * @param prefix the prefix of this instance's own routes; it completes addresses without a path
 * @throws FST_MANAGEMENT_ADDRESS_INVALID, FST_MANAGEMENT_NAME_INVALID, FST_MANAGEMENT_NAME_TAKEN
 */
export function registerDependencies (
  engine: Pick<HealthEngine, 'addRemote'>, { serviceDependencies, cascade, scheme }: DependencyOptions, prefix: string
): void {
  const kinds = cascade.filter((kind) => kind !== 'health')
  for (const { name, address, headers, options } of serviceDependencies) {
    const checkOf = (kind: string): CheckFunction =>
      serviceDependency(healthUrl(name, address, kind, { scheme, prefix }), { headers })
    engine.addRemote(name, checkOf(''), new Map(kinds.map((kind) => [kind, checkOf(kind)])), options)
  }
}
