import { foreignDependency, healthCheck } from '../checks/network/service-dependency.js'
import type { ServiceDependencySettings } from '../checks/network/service-dependency.js'
import type { CheckFunction } from '../health/check/check-function.js'
import type { CheckOptions } from '../health/check/options.js'
import type { HealthEngine } from '../health/engine.js'
import type { Kind } from '../health/kind.js'
import { errors } from '../errors.js'
import { healthUrl } from './address.js'
import type { AddressDefaults } from './address.js'

/** A service dependency with its addresses, the options of its requests and the options of its check. */
export interface Dependency extends ServiceDependencySettings {
  readonly name: string
  readonly address: unknown
  /** Fixed URLs by kind, for a service of another make. */
  readonly urls: ReadonlyMap<string, URL>
  readonly options: CheckOptions
}

/** The options that `registerDependencies()` reads. */
export interface DependencyOptions {
  readonly serviceDependencies: readonly Dependency[]
  /** The kinds whose probes request the services too. */
  readonly cascade: readonly Kind[]
  /** `http` or `https`, for addresses without a scheme. */
  readonly scheme: string
}

/**
 * Adds the service dependencies of the options to the engine. Each service gets one check for `/health`, and one more
 * for each kind in `cascade`. An address without a scheme is an https:// address if it has the option `tls`.
 *
 * @param prefix the prefix of this instance's own routes; it completes addresses without a path
 * @throws FST_MANAGEMENT_ADDRESS_INVALID, FST_MANAGEMENT_NAME_INVALID, FST_MANAGEMENT_NAME_TAKEN
 * @throws FST_MANAGEMENT_OPTION_INVALID if a fixed URL would never be requested, or `tls` would have no effect
 */
export function registerDependencies (
  engine: Pick<HealthEngine, 'addRemote'>, { serviceDependencies, cascade, scheme }: DependencyOptions, prefix: string
): void {
  const kinds = cascade.filter((kind) => kind !== 'health')
  for (const dependency of serviceDependencies) {
    assertRequested(dependency, kinds)
    const checkOf = (kind: string): CheckFunction => checkFor(dependency, kind, { scheme, prefix })
    const byKind = new Map(kinds.map((kind) => [kind, checkOf(kind)]))
    engine.addRemote(dependency.name, checkOf('health'), byKind, dependency.options)
  }
}

function checkFor (dependency: Dependency, kind: string, { scheme, prefix }: AddressDefaults): CheckFunction {
  const { name, address, urls, tls } = dependency
  const path = `serviceDependencies.${name}`
  const fixed = urls.get(kind)
  if (fixed !== undefined) return foreignDependency(fixed, dependency, path)
  const defaults = { scheme: tls === undefined ? scheme : 'https', prefix }
  return healthCheck(healthUrl(name, address, kind === 'health' ? '' : kind, defaults), dependency, path)
}

/** A fixed URL of a kind that does not cascade would have no effect: the probe would pass without the service. */
function assertRequested ({ name, urls }: Dependency, kinds: readonly string[]): void {
  const unused = [...urls.keys()].find((kind) => kind !== 'health' && !kinds.includes(kind))
  if (unused === undefined) return
  const expected = `omitted, or the option "cascade" must contain "${unused}"`
  throw new errors.OptionInvalid(`serviceDependencies.${name}.${unused}`, expected, 'a URL that no probe requests')
}
