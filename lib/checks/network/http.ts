import type { Readable } from 'node:stream'
import type { CheckFunction } from '../../health/check/check-function.js'
import { nonEmptyListOf, integer, oneOf, refuse, text, withDefault } from '../../base/rules.js'
import { readyMadeOptions } from '../kit/ready-made-options.js'
import { httpUrl } from '../kit/rules.js'
import { readyMade } from '../kit/ready-made.js'
import { timed } from '../kit/result.js'
import { httpHeaders } from './http-headers.js'
import { basicAuthorization, sendRequest, withoutUser } from './http-request.js'
import type { HttpResponse } from './http-request.js'
import type { TimeLimit } from '../kit/time-limit.js'

/** Options of `http`. */
export interface HttpOptions {
  /** The method of the request. Default `GET`. */
  readonly method?: 'GET' | 'HEAD' | undefined
  /**
   * Additional headers, for example `authorization`. They are sent only to the URL's own origin, not to the target of a
   * redirect to another origin. Default none.
   */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** The accepted status codes, from 200 to 599. A redirect with such a code is not followed. Default 200 to 299. */
  readonly statusCodes?: readonly number[] | undefined
  /** A text that must be in the first 64 KiB of the body. Not with `HEAD`. Default none: the body is not read. */
  readonly contains?: string | undefined
}

interface HttpSettings {
  readonly method: 'GET' | 'HEAD'
  readonly headers: Readonly<Record<string, string>>
  readonly statusCodes: readonly number[] | undefined
  readonly contains: string | undefined
}

const MAX_BYTES = 64 * 1024

/** Requests a body without compression, because `contains` searches the raw bytes. */
const PUBLIC_HEADERS = { accept: '*/*', 'accept-encoding': 'identity' }

const readOptions = readyMadeOptions<HttpSettings>('url', {
  method: withDefault(oneOf(['GET', 'HEAD']), 'GET'),
  headers: withDefault(httpHeaders, {}),
  statusCodes: withDefault(nonEmptyListOf(integer(200, 599)), undefined),
  contains: withDefault(text, undefined)
})

/**
 * Makes a check that requests a URL over HTTP. It is `UP` if the response has an accepted status code and contains the
 * expected text (if `contains` is set), otherwise `DOWN` with the reason. It follows up to 5 redirects. Each run opens
 * and closes its own connection.
 *
 * Add it to readiness if the app cannot work without the server, otherwise to `health`. Do not add it to liveness: a
 * restart does not repair a server. Use `serviceDependency` for a health endpoint in the style of Spring Boot Actuator.
 *
 * @param url an http:// or https:// URL; a user name and password in it are sent as basic authentication, never shown
 * @throws FST_MANAGEMENT_OPTION_INVALID
 * @example
 * const search = http('http://search:9200/_cluster/health', { contains: '"status":"green"' })
 * fastify.management.addCheck('health', 'search', search)
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-15 about status codes and redirects
 */
export function http (url: string | URL, options: HttpOptions = {}): CheckFunction {
  const urlWithUser = httpUrl(url, 'http.url')
  const target = withoutUser(urlWithUser)
  const { method, headers, statusCodes, contains } = readHttpOptions(options)
  const request = {
    url: target,
    method,
    publicHeaders: PUBLIC_HEADERS,
    headers: { ...basicAuthorization(urlWithUser), ...headers },
    finalStatusCodes: statusCodes
  }
  return readyMade(async ({ limit, details }) => {
    const sending = timed(async () => await sendRequest({ ...request, signal: limit.signal }))
    const { result: response, latencyMs } = await limit.wait(sending)
    Object.assign(details, { statusCode: response.statusCode, latencyMs })
    try {
      assertStatus(response, statusCodes)
      if (contains !== undefined) await assertText(response, contains, limit)
    } finally {
      response.body.destroy()
    }
  }, { url: target.href })
}

function readHttpOptions (options: HttpOptions): HttpSettings {
  const settings = readOptions(options, 'http')
  const { method, contains } = settings
  if (method !== 'HEAD' || contains === undefined) return settings
  return refuse(contains, 'http.contains', 'omitted with the method HEAD, because a response to HEAD has no body')
}

function assertStatus ({ statusCode }: HttpResponse, statusCodes: readonly number[] | undefined): void {
  const passes = statusCodes?.includes(statusCode) ?? (statusCode >= 200 && statusCode <= 299)
  if (!passes) throw new Error(`answered ${statusCode}, expected ${statusCodes?.join(' or ') ?? '200 to 299'}`)
}

async function assertText ({ statusCode, body }: HttpResponse, expected: string, limit: TimeLimit): Promise<void> {
  const isFound = await limit.wait(startContains(body, Buffer.from(expected)), () =>
    `answered ${statusCode}, but its body did not end within ${limit.ms} ms`)
  if (!isFound) throw new Error(`answered ${statusCode} without the text ${JSON.stringify(expected)}`)
}

/** Returns whether the first 64 KiB of a body contain some bytes. Stops reading as soon as the answer is known. */
async function startContains (body: Readable, expected: Buffer): Promise<boolean> {
  const start = Buffer.alloc(MAX_BYTES)
  let length = 0
  for await (const chunk of body.iterator() as AsyncIterable<Buffer>) {
    const from = Math.max(0, length - expected.length)
    length += chunk.copy(start, length)
    if (start.subarray(from, length).includes(expected)) return true
    if (length === MAX_BYTES) return false
  }
  return false
}
