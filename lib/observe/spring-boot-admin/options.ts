import { describe } from '../../base/describe.js'
import { rejectMistyped, applyRules } from '../../base/option-table.js'
import type { RulesOf } from '../../base/option-table.js'
import { delay, nonEmptyListOf, recordOf, refuse, text, withDefault } from '../../base/rules.js'
import type { Rule } from '../../base/rules.js'
import { withoutTrailingSlashes } from '../../base/slashes.js'
import { isRecord } from '../../base/type-guards.js'
import { httpUrl, refuseSecret } from '../../checks/kit/rules.js'
import { httpHeaders } from '../../checks/network/http-headers.js'
import { authorizationOf, basicAuthorization, withoutUser } from '../../checks/network/http-request.js'
import { errors } from '../../errors.js'
import { prefix } from '../../options/prefix.js'

/**
 * The options of `springBootAdmin`.
 *
 * @see `docs/spring-boot-admin.md#options`
 */
export interface SpringBootAdminOptions {
  /**
   * The URL of a Spring Boot Admin server, or an array of URLs.
   *
   * @example { url: 'http://admin:8080' }
   * @see `docs/spring-boot-admin.md`
   */
  readonly url: string | URL | readonly (string | URL)[]
  /**
   * The user name that the servers require.
   *
   * @default the user name in the URL
   * @example { username: 'shop', password: 'secret' }
   * @see `docs/spring-boot-admin.md#credentials`
   */
  readonly username?: string | undefined
  /**
   * The password of `username`.
   *
   * @default the password in the URL
   * @example { username: 'shop', password: 'secret' }
   * @see `docs/spring-boot-admin.md#credentials`
   */
  readonly password?: string | undefined
  /**
   * More headers for the servers.
   *
   * @default no headers
   * @example { headers: { authorization: 'Bearer secret' } }
   * @see `docs/spring-boot-admin.md#credentials`
   */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /**
   * The name of the app in the servers.
   *
   * @default the name in `/info`
   * @example { name: 'shop' }
   * @see `docs/spring-boot-admin.md`
   */
  readonly name?: string | undefined
  /**
   * More texts for the servers.
   *
   * @default `startup` and `version`
   * @example { metadata: { 'user.name': 'admin', 'user.password': 'secret' } }
   * @see `docs/spring-boot-admin.md#credentials`
   */
  readonly metadata?: Readonly<Record<string, string>> | undefined
  /**
   * The URL of your app for the servers.
   *
   * @default the address of the app
   * @example { serviceBaseUrl: 'https://shop.example.com' }
   * @see `docs/spring-boot-admin.md#addresses`
   */
  readonly serviceBaseUrl?: string | URL | undefined
  /**
   * The URL of the endpoints for the servers, without `prefix`.
   *
   * @default the address of `listen`, otherwise `serviceBaseUrl`
   * @example { managementBaseUrl: 'http://10.1.2.3:9000' }
   * @see `docs/spring-boot-admin.md#addresses`
   */
  readonly managementBaseUrl?: string | URL | undefined
  /**
   * The path of the health below `prefix`.
   *
   * @default '/health'
   * @example { healthPath: '/health/readiness' }
   * @see `docs/spring-boot-admin.md#addresses`
   */
  readonly healthPath?: string | undefined
  /**
   * The time between two registrations, in milliseconds.
   *
   * @default 10_000
   * @example { interval: 30_000 }
   * @see `docs/spring-boot-admin.md`
   */
  readonly interval?: number | undefined
  /**
   * The time limit of a request, in milliseconds.
   *
   * @default 5_000
   * @example { timeout: 2_000 }
   * @see `docs/spring-boot-admin.md`
   */
  readonly timeout?: number | undefined
}

/** The address and the credentials of a server. */
export interface AdminTarget {
  /** The address for registrations, which may have a secret query. */
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
}

/** The options after validation. */
export interface AdminSettings {
  readonly targets: readonly AdminTarget[]
  readonly name: string | undefined
  readonly metadata: Readonly<Record<string, string>>
  readonly serviceBaseUrl: string | undefined
  readonly managementBaseUrl: string | undefined
  readonly healthPath: string
  readonly interval: number
  readonly timeout: number
}

/** Options that Fastify's `register()` and @fastify/autoload add. */
const REGISTER_OPTIONS = ['prefix', 'logLevel', 'logSerializers', 'encapsulate']

export const HEALTH_PATH = '/health'
/** The path of a server that takes registrations, as in the Java client. */
export const INSTANCES = '/instances'

const secret: Rule<string> = (value, path) =>
  typeof value === 'string' && value !== '' ? value : refuseSecret(value, path, 'a string that is not empty')

const metadataValue: Rule<string> = (value, path) =>
  typeof value === 'string' ? value : refuseSecret(value, path, 'a string')

const serverUrl: Rule<URL> = (value, path) => {
  const url = httpUrl(value, path)
  return withoutTrailingSlashes(url.pathname).endsWith(INSTANCES)
    ? refuse(value, path, `the URL of the server without ${INSTANCES}, which is added`)
    : url
}

const listOfUrls = nonEmptyListOf(serverUrl)

const urls: Rule<readonly URL[]> = (value, path) => {
  const list = Array.isArray(value) ? listOfUrls(value, path) : [serverUrl(value, path)]
  const addresses = list.map((url) => instancesAt(url).href)
  const repeated = addresses.find((address, at) => addresses.indexOf(address) !== at)
  if (repeated === undefined) return list
  throw new errors.OptionInvalid(path, 'an array with each server once', `${describe(repeated)} twice`)
}

const baseUrl: Rule<string> = (value, path) => {
  const url = httpUrl(value, path)
  if (url.username !== '' || url.password !== '' || url.search !== '') {
    throw new errors.OptionInvalid(path, 'a URL without user name, password and query', 'a URL that has one; ' +
      'put a login into "metadata" as "user.name" and "user.password"')
  }
  return withoutTrailingSlashes(url.href)
}

const RULES = {
  url: urls,
  username: withDefault(text, undefined),
  password: withDefault(secret, undefined),
  headers: withDefault(httpHeaders, {}),
  name: withDefault(text, undefined),
  metadata: withDefault(recordOf(metadataValue), []),
  serviceBaseUrl: withDefault(baseUrl, undefined),
  managementBaseUrl: withDefault(baseUrl, undefined),
  healthPath: withDefault(prefix, HEALTH_PATH),
  interval: withDefault(delay, 10_000),
  timeout: withDefault(delay, 5_000)
} satisfies RulesOf<SpringBootAdminOptions>

const PATH = 'springBootAdmin.'

/**
 * Validates the options and fills in the defaults. Calls back with the unknown options, if there are any.
 *
 * @throws FST_MANAGEMENT_OPTION_INVALID for the first wrong value, and for a mistyped option
 */
export function readAdminOptions (
  options: unknown, onUnknown: (options: readonly string[]) => void
): AdminSettings {
  if (!isRecord(options)) return refuse(options, 'springBootAdmin', 'an object with the option "url"')
  const unknown = rejectMistyped(options, Object.keys(RULES), REGISTER_OPTIONS, PATH)
    .filter((name) => !REGISTER_OPTIONS.includes(name))
  if (unknown.length > 0) onUnknown(unknown)
  const { url, username, password, headers, metadata, ...settings } = applyRules(RULES, options, PATH)
  const login = loginOf(username, password)
  return {
    ...settings,
    metadata: Object.fromEntries(metadata),
    targets: url.map((server) => ({
      url: instancesAt(server),
      // The credentials in a URL belong to that server alone, so they win.
      headers: { ...login, ...basicAuthorization(server), ...headers }
    }))
  }
}

function loginOf (username: string | undefined, password: string | undefined): Readonly<Record<string, string>> {
  if (username !== undefined && password !== undefined) return authorizationOf(username, password)
  if (username === undefined && password === undefined) return {}
  const [missing, given] = username === undefined ? ['username', 'password'] : ['password', 'username']
  throw new errors.OptionInvalid(`${PATH}${missing}`, `a string together with "${given}"`, 'undefined')
}

/** Returns the address that takes registrations. */
function instancesAt (server: URL): URL {
  const url = withoutUser(server)
  url.pathname = `${withoutTrailingSlashes(url.pathname)}${INSTANCES}`
  return url
}
