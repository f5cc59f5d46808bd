import { httpUrl } from '../checks/kit/rules.js'
import { httpHeaders } from '../checks/network/http-headers.js'
import { tlsOptions } from '../checks/network/tls-options.js'
import type { TlsOptions } from '../checks/network/tls-options.js'
import type { Dependency } from '../dependencies/register.js'
import { CHECK_OPTION_NAMES } from '../health/check/options.js'
import type { CheckOptions } from '../health/check/options.js'
import type { BuiltInKind, Kind, Kinds } from '../health/kind.js'
import { firstSet } from '../base/environment.js'
import type { Environment } from '../base/environment.js'
import { oneOf, readOption, recordOf, withDefault } from '../base/rules.js'
import type { Rule } from '../base/rules.js'
import { isRecord } from '../base/type-guards.js'
import { readCheckOptions } from './check-options.js'

/**
 * The health endpoint of another service: its address, or its address with options.
 *
 * @example { url: 'https://users:8080/z/health', headers: { authorization: `Bearer ${token}` }, timeout: 500 }
 * @see `docs/service-dependencies.md`
 */
export type ServiceDependencyOption = string | (CheckOptions & FixedUrls & {
  /**
   * An `http://` or `https://` URL, or a host with an optional port and path.
   *
   * @example { url: 'users:8080' } // http://users:8080/z/health
   * @see `docs/service-dependencies.md#addresses`
   */
  readonly url: string
  /**
   * Headers of each request to the service.
   *
   * @default no headers
   * @example { headers: { authorization: 'Bearer secret' } }
   * @see `docs/options.md#servicedependencies`
   */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /**
   * Trusted authorities and a client certificate; a `url` without a scheme then gets `https://`.
   *
   * @default the authorities of Node.js, and no client certificate
   * @example { tls: { ca: readFileSync('/tls/ca.crt') } }
   * @see `docs/service-dependencies.md#tls-and-http2`
   */
  readonly tls?: TlsOptions | undefined
})

/**
 * Fixed URLs by kind, for a service of another make; each kind except `health` must be in the option `cascade`.
 *
 * @default made from `url`
 * @example { url: 'https://partner/health', readiness: 'https://partner/ready' }
 * @see `docs/service-dependencies.md#services-of-another-make`
 */
export type FixedUrls = Readonly<Partial<Record<UrlName, string | URL | undefined>>>

/** If any text is a kind, only the built-in kinds are keys: any text would include the names of options. */
type UrlName = string extends Kind ? BuiltInKind : Exclude<Kind, keyof CheckOptions | 'url' | 'headers' | 'tls'>

/** The rule of `serviceDependencies`. Names and addresses are validated later, when the checks are added. */
export function dependencies (kinds: Kinds): Rule<readonly Dependency[]> {
  const byName = recordOf(dependency(kinds))
  return (value, path) => byName(value, path).map(([name, entry]) => ({ name, ...entry }))
}

/**
 * Reads the scheme of addresses without one from `PREFERRED_URL_SCHEME`, then `SCHEME`, then `http`. Without service
 * dependencies it ignores both variables, because `SCHEME` may belong to something else.
 */
export function preferredScheme (env: Environment, serviceDependencies: unknown): string {
  if (serviceDependencies === undefined) return 'http'
  const variable = firstSet(env, 'PREFERRED_URL_SCHEME') === undefined ? 'SCHEME' : 'PREFERRED_URL_SCHEME'
  return withDefault(oneOf(['http', 'https']), 'http')(firstSet(env, variable), `${variable} (environment)`)
}

function dependency (kinds: Kinds): Rule<Omit<Dependency, 'name'>> {
  // A custom kind may have the name of an option. Then the key is the option.
  const own: readonly string[] = ['url', 'headers', 'tls', ...CHECK_OPTION_NAMES]
  const urlNames = [...kinds].filter((kind) => !own.includes(kind))
  return (value, path) => {
    if (!isRecord(value)) return { address: value, urls: new Map(), headers: {}, tls: undefined, options: {} }
    const read = (name: string): unknown => readOption(value, name, `${path}.`)
    const urls = urlNames.map((kind) => [kind, withDefault(httpUrl, undefined)(read(kind), `${path}.${kind}`)] as const)
    return {
      address: read('url'),
      urls: new Map(urls.flatMap(([kind, url]) => url === undefined ? [] : [[kind, url]])),
      headers: withDefault(httpHeaders, {})(read('headers'), `${path}.headers`),
      tls: withDefault(tlsOptions, undefined)(read('tls'), `${path}.tls`),
      options: readCheckOptions(value, path, ['url', 'headers', 'tls', ...urlNames])
    }
  }
}
