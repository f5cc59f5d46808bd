import type { OutgoingHttpHeaders } from 'node:http'
import { attemptOr } from '../../base/attempt-or.js'
import { reasonOf } from '../../base/describe.js'
import type { CheckFunction } from '../../health/check/check-function.js'
import { toComponents } from '../../health/component.js'
import type { CheckResult } from '../../health/check/result.js'
import { httpUrl } from '../kit/rules.js'
import { httpHeaders } from './http-headers.js'
import { ask, basicAuthorization, withoutUser } from './http-request.js'
import { limitedText } from './limited-text.js'
import { TimeLimit } from '../kit/time-limit.js'
import { isRecord } from '../../base/type-guards.js'

/** Says to the service that this request is made for a report of ours, so that it asks no further service for it. */
export const HOP_HEADER = 'management-hop'

const OPEN_HEADERS = {
  accept: 'application/vnd.spring-boot.actuator.v3+json, application/json',
  [HOP_HEADER]: '1'
}
const MOST_BYTES = 64 * 1024

/**
 * Makes a check that asks another service's health endpoint, one in Spring Boot Actuator's style. It is `UP` when the
 * answer is 200 and its JSON says so, `DEGRADED` when it is 200 and says that, else `DOWN` with the reason. What the
 * service says of its own components becomes part of the result.
 *
 * @param url where its health endpoint is, http:// or https://; a user name and password in it are sent as basic authentication
 * @param headers more to send, an `authorization` for example; to the URL's own origin only, wherever a redirect leads
 * @throws FST_MANAGEMENT_OPTION_INVALID
 * @example
 * management.addCheck('health', 'users', serviceDependency('https://users/z/health'))
 */
export function serviceDependency (url: string | URL, headers: Readonly<Record<string, string>> = {}): CheckFunction {
  const asked = httpUrl(url, 'serviceDependency.url')
  const target = withoutUser(asked)
  const own = { ...basicAuthorization(asked), ...httpHeaders(headers, 'serviceDependency.headers'), [HOP_HEADER]: '1' }
  return async function askService (context) {
    try {
      return judgeAnswer(target, await TimeLimit.of(context, async (limit) => await askFor(target, own, limit)))
    } catch (error) {
      return { status: 'DOWN', details: { error: `GET ${target.href} failed: ${reasonOf(error)}`, url: target.href } }
    }
  }
}

interface RemoteAnswer {
  readonly statusCode: number
  readonly text: string
}

async function askFor (url: URL, headers: OutgoingHttpHeaders, limit: TimeLimit): Promise<RemoteAnswer> {
  const asking = ask({ url, method: 'GET', openHeaders: OPEN_HEADERS, headers, signal: limit.signal })
  const { statusCode, body } = await limit.wait(asking)
  const text = await limit.wait(limitedText(body, MOST_BYTES), () => `answered ${statusCode}, but its body did not end within ${limit.ms} ms`)
  return { statusCode, text }
}

function judgeAnswer (url: URL, { statusCode, text }: RemoteAnswer): CheckResult {
  const health = attemptOr((): unknown => JSON.parse(text), undefined)
  if (!isRecord(health)) return down(url, statusCode, `answered ${statusCode} with ${text === '' ? 'nothing' : 'no JSON object'}`)
  const { status, details, components } = health
  const parts = {
    details: { ...(isRecord(details) && details), url: url.href, statusCode },
    ...(isRecord(components) && { components: toComponents(components) })
  }
  if (statusCode === 200 && (status === 'UP' || status === 'DEGRADED')) return { status, ...parts }
  const error = `GET ${url.href} answered ${statusCode} with ${typeof status === 'string' ? `status ${JSON.stringify(status)}` : 'no status'}`
  return { status: 'DOWN', ...parts, details: { ...parts.details, error } }
}

function down (url: URL, statusCode: number, reason: string): CheckResult {
  return { status: 'DOWN', details: { error: `GET ${url.href} ${reason}`, url: url.href, statusCode } }
}
