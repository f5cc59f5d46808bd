import { httpHeaders } from '../checks/network/http-headers.js'
import type { CheckOptions } from '../health/check/options.js'
import { firstSet } from '../base/environment.js'
import type { Environment } from '../base/environment.js'
import { oneOf, readOption, recordOf, withDefault } from '../base/rules.js'
import type { Rule } from '../base/rules.js'
import { isRecord } from '../base/type-guards.js'
import { readCheckOptions } from './check-options.js'

/**
 * The health endpoint of another service: its address, or its address with options.
 *
 * @example
 * { url: 'https://users:8080/z/health', headers: { authorization: `Bearer ${token}` }, timeout: 500 }
 */
export type ServiceDependencyOption = string | (CheckOptions & {
  /**
   * An `http://` or `https://` URL, or a host with an optional port and path. Without a path, the prefix of this app
   * and `/health` are added.
   *
   * @example
   * 'users:8080' // http://users:8080/z/health
   */
  readonly url: string
  /**
   * Headers of each request to the service.
   *
   * @default no headers
   * @example
   * { authorization: 'Bearer secret' }
   */
  readonly headers?: Readonly<Record<string, string>> | undefined
})

/** One entry of the option `serviceDependencies`. Its name and address are validated later, when the check is added. */
export interface DependencySettings {
  readonly name: string
  readonly address: unknown
  readonly headers: Readonly<Record<string, string>>
  readonly options: CheckOptions
}

/** The rule of `serviceDependencies`. */
export const dependencies: Rule<readonly DependencySettings[]> = (value, path) =>
  dependenciesByName(value, path).map(([name, entry]) => ({ name, ...entry }))

/**
 * Reads the scheme of addresses without one from `PREFERRED_URL_SCHEME`, then `SCHEME`, then `http`. Without service
 * dependencies it ignores both variables, because `SCHEME` may belong to something else.
 */
export function preferredScheme (env: Environment, serviceDependencies: unknown): string {
  if (serviceDependencies === undefined) return 'http'
  const variable = firstSet(env, 'PREFERRED_URL_SCHEME') === undefined ? 'SCHEME' : 'PREFERRED_URL_SCHEME'
  return withDefault(oneOf(['http', 'https']), 'http')(firstSet(env, variable), `${variable} (environment)`)
}

const dependency: Rule<Omit<DependencySettings, 'name'>> = (value, path) => {
  if (!isRecord(value)) return { address: value, headers: {}, options: {} }
  return {
    address: readOption(value, 'url', `${path}.`),
    headers: withDefault(httpHeaders, {})(readOption(value, 'headers', `${path}.`), `${path}.headers`),
    options: readCheckOptions(value, path, ['url', 'headers'])
  }
}

const dependenciesByName = recordOf(dependency)
