import { reasonOf } from '../../base/describe.js'
import { failedResult } from '../kit/result.js'
import { withDefault } from '../../base/rules.js'
import type { CheckFunction } from '../../health/check/check-function.js'
import { readyMadeOptions } from '../kit/ready-made-options.js'
import { httpUrl } from '../kit/rules.js'
import { TimeLimit } from '../kit/time-limit.js'
import { readText } from './http-body.js'
import { httpHeaders } from './http-headers.js'
import { basicAuthorization, sendRequest, withoutUser } from './http-request.js'
import type { HttpRequest } from './http-request.js'
import { peerHeaders } from './peer-headers.js'
import { actuatorHealth, anyHealth } from './service-health.js'
import type { HealthReader, HealthResponse } from './service-health.js'
import { tlsContexts, tlsOptions } from './tls-options.js'
import type { TlsOptions, TlsSettings } from './tls-options.js'

/**
 * The options of `serviceDependency()`.
 *
 * @see `docs/ready-made-checks.md#servicedependency`
 */
export interface ServiceDependencyCheckOptions {
  /**
   * Additional headers, sent only to the origin of the URL.
   *
   * @default no headers
   * @example { headers: { authorization: 'Bearer secret' } }
   * @see `docs/ready-made-checks.md#servicedependency`
   */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /**
   * Trusted authorities and a client certificate, for an https:// URL.
   *
   * @default the authorities of Node.js
   * @example { tls: { ca: readFileSync('/tls/ca.crt') } }
   * @see `docs/service-dependencies.md#tls-and-http2`
   */
  readonly tls?: TlsOptions | undefined
}

/** The options of `serviceDependency` after validation. */
export interface ServiceDependencySettings {
  readonly headers: Readonly<Record<string, string>>
  readonly tls: TlsSettings | undefined
}

const PUBLIC_HEADERS = { accept: 'application/vnd.spring-boot.actuator.v3+json, application/json' }

const readOptions = readyMadeOptions<ServiceDependencySettings>('url', {
  headers: withDefault(httpHeaders, {}),
  tls: withDefault(tlsOptions, undefined)
})

/**
 * Makes a check that requests the health endpoint of another service, and takes over its status and components.
 *
 * @param url an http:// or https:// URL; a user name and password in it are sent as basic authentication, never shown
 * @throws FST_MANAGEMENT_OPTION_INVALID
 * @example
 * fastify.management.addCheck('health', 'users', serviceDependency('https://users/z/health'))
 * @see `docs/ready-made-checks.md#servicedependency`
 */
export function serviceDependency (url: string | URL, options: ServiceDependencyCheckOptions = {}): CheckFunction {
  const checkedUrl = httpUrl(url, 'serviceDependency.url')
  return healthCheck(checkedUrl, readOptions(options, 'serviceDependency'), 'serviceDependency')
}

/**
 * Does the same for a fixed URL of a service of another make, which may answer with any JSON or without a body.
 *
 * @param path names the options in messages
 */
export function foreignDependency (url: URL, settings: ServiceDependencySettings, path: string): CheckFunction {
  return healthCheck(url, settings, path, anyHealth)
}

/** Makes the check from validated values. */
export function healthCheck (
  urlWithUser: URL, { headers, tls }: ServiceDependencySettings, path: string, read: HealthReader = actuatorHealth
): CheckFunction {
  const url = withoutUser(urlWithUser)
  const request = {
    url,
    method: 'GET',
    publicHeaders: PUBLIC_HEADERS,
    headers: { ...basicAuthorization(urlWithUser), ...headers },
    tls: tlsContexts(url, tls, `${path}.tls`)
  } as const
  return async function checkServiceDependency (context) {
    try {
      return read(url, await TimeLimit.of(context, async (limit) => await requestHealth(request, limit)))
    } catch (error) {
      return failedResult('DOWN', { error: `GET ${url.href} failed: ${reasonOf(error)}`, url: url.href }, error)
    }
  }
}

/** Sends the time that is left to the service, which answers slightly earlier if it uses this plugin. */
async function requestHealth (
  request: Omit<HttpRequest, 'lateHeaders' | 'signal'>, limit: TimeLimit
): Promise<HealthResponse> {
  const lateHeaders = (): Readonly<Record<string, string>> => peerHeaders(limit.leftMs)
  const response = await limit.wait(sendRequest({ ...request, lateHeaders, signal: limit.signal }))
  const { statusCode } = response
  const text = await limit.wait(readText(response), () =>
    `answered ${statusCode}, but its body did not end within ${limit.ms} ms`)
  return { statusCode, text }
}
