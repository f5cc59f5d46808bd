import type { OutgoingHttpHeaders } from 'node:http'
import { attemptOr } from '../../base/attempt-or.js'
import { reasonOf } from '../../base/describe.js'
import type { CheckFunction } from '../../health/check/check-function.js'
import { toComponents } from '../../health/component.js'
import type { CheckResult } from '../../health/check/result.js'
import { withDefault } from '../../base/rules.js'
import { readyMadeOptions } from '../kit/ready-made-options.js'
import { httpUrl } from '../kit/rules.js'
import { httpHeaders } from './http-headers.js'
import { basicAuthorization, sendRequest, withoutUser } from './http-request.js'
import { readLimitedText } from './limited-text.js'
import { TimeLimit } from '../kit/time-limit.js'
import { isRecord } from '../../base/type-guards.js'

/**
 * Marks a request as part of a report. A service that receives it does not request its own service dependencies, so
 * requests never go in circles.
 */
export const HOP_HEADER = 'management-hop'

/** Options of `serviceDependency`. */
export interface ServiceDependencyCheckOptions {
  /**
   * Additional headers, for example `authorization`. They are sent only to the URL's own origin, not to the target of a
   * redirect to another origin. Default none.
   */
  readonly headers?: Readonly<Record<string, string>> | undefined
}

interface ServiceDependencySettings {
  readonly headers: Readonly<Record<string, string>>
}

const PUBLIC_HEADERS = {
  accept: 'application/vnd.spring-boot.actuator.v3+json, application/json',
  [HOP_HEADER]: '1'
}

const MAX_BYTES = 64 * 1024

const readOptions = readyMadeOptions<ServiceDependencySettings>('url', { headers: withDefault(httpHeaders, {}) })

/**
 * Makes a check that requests the health endpoint of another service, in the style of Spring Boot Actuator. It is `UP`
 * or `DEGRADED` if the response has the status code 200 and JSON with that status, otherwise `DOWN` with the reason.
 * The result contains the details and components that the service returns.
 *
 * @param url an http:// or https:// URL; a user name and password in it are sent as basic authentication, never shown
 * @throws FST_MANAGEMENT_OPTION_INVALID
 * @example
 * management.addCheck('health', 'users', serviceDependency('https://users/z/health', { headers: { 'x-tenant': 'a' } }))
 */
export function serviceDependency (url: string | URL, options: ServiceDependencyCheckOptions = {}): CheckFunction {
  const urlWithUser = httpUrl(url, 'serviceDependency.url')
  const target = withoutUser(urlWithUser)
  const { headers } = readOptions(options, 'serviceDependency')
  const allHeaders = { ...basicAuthorization(urlWithUser), ...headers, [HOP_HEADER]: '1' }
  return async function checkServiceDependency (context) {
    try {
      const response = await TimeLimit.of(context, async (limit) => await requestHealth(target, allHeaders, limit))
      return toServiceResult(target, response)
    } catch (error) {
      return { status: 'DOWN', details: { error: `GET ${target.href} failed: ${reasonOf(error)}`, url: target.href } }
    }
  }
}

interface HealthResponse {
  readonly statusCode: number
  readonly text: string
}

async function requestHealth (url: URL, headers: OutgoingHttpHeaders, limit: TimeLimit): Promise<HealthResponse> {
  const { signal } = limit
  const { statusCode, body } = await limit.wait(
    sendRequest({ url, method: 'GET', publicHeaders: PUBLIC_HEADERS, headers, signal })
  )
  const text = await limit.wait(readLimitedText(body, MAX_BYTES), () =>
    `answered ${statusCode}, but its body did not end within ${limit.ms} ms`)
  return { statusCode, text }
}

function toServiceResult (url: URL, { statusCode, text }: HealthResponse): CheckResult {
  const health = attemptOr((): unknown => JSON.parse(text), undefined)
  if (!isRecord(health)) {
    return down(url, statusCode, `answered ${statusCode} with ${text === '' ? 'an empty body' : 'no JSON object'}`)
  }
  const { status, details, components } = health
  const parts = {
    details: { ...(isRecord(details) && details), url: url.href, statusCode },
    ...(isRecord(components) && { components: toComponents(components) })
  }
  if (statusCode === 200 && (status === 'UP' || status === 'DEGRADED')) return { status, ...parts }
  const shownStatus = typeof status === 'string' ? `status ${JSON.stringify(status)}` : 'no status'
  const error = `GET ${url.href} answered ${statusCode} with ${shownStatus}`
  return { status: 'DOWN', ...parts, details: { ...parts.details, error } }
}

function down (url: URL, statusCode: number, reason: string): CheckResult {
  return { status: 'DOWN', details: { error: `GET ${url.href} ${reason}`, url: url.href, statusCode } }
}
