import type { CheckFunction } from '../../health/check/check-function.js'
import { nonEmptyListOf, integer, oneOf, refuse, text, withDefault } from '../../base/rules.js'
import { readyMadeOptions } from '../kit/ready-made-options.js'
import { httpUrl } from '../kit/rules.js'
import { readyMade } from '../kit/ready-made.js'
import { timed } from '../kit/result.js'
import { containsText } from './http-body.js'
import { httpHeaders } from './http-headers.js'
import { basicAuthorization, sendRequest, withoutUser } from './http-request.js'
import { redirectHosts } from './redirect-hosts.js'
import type { HttpAnswer } from '../../probe/http-exchange.js'
import type { TimeLimit } from '../kit/time-limit.js'
import { tlsContexts, tlsOptions } from './tls-options.js'
import type { TlsOptions, TlsSettings } from './tls-options.js'

/**
 * The options of `http()`.
 *
 * @see `docs/ready-made-checks.md#http`
 */
export interface HttpOptions {
  /**
   * The method of the request.
   *
   * @default 'GET'
   * @example { method: 'HEAD' }
   * @see `docs/ready-made-checks.md#http`
   */
  readonly method?: 'GET' | 'HEAD' | undefined
  /**
   * Additional headers, sent only to the origin of the URL.
   *
   * @default no headers
   * @example { headers: { authorization: 'Bearer secret' } }
   * @see `docs/ready-made-checks.md#http`
   */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /**
   * The accepted status codes, from 200 to 599.
   *
   * @default 200 to 299
   * @example { statusCodes: [200, 404] }
   * @see `docs/ready-made-checks.md#http`
   */
  readonly statusCodes?: readonly number[] | undefined
  /**
   * A text that must be in the first 1 MiB of the body.
   *
   * @default no text: the body is not read
   * @example { contains: '"status":"green"' }
   * @see `docs/ready-made-checks.md#http`
   */
  readonly contains?: string | undefined
  /**
   * Other host names or IP addresses that a redirect may lead to, on any port.
   *
   * @default []
   * @example { redirectHosts: ['login.example.com'] }
   * @see `docs/service-dependencies.md#redirects`
   */
  readonly redirectHosts?: readonly string[] | undefined
  /**
   * Trusted authorities and a client certificate, for an https:// URL.
   *
   * @default the authorities of Node.js
   * @example { tls: { ca: readFileSync('/tls/ca.crt') } }
   * @see `docs/service-dependencies.md#tls-and-http2`
   */
  readonly tls?: TlsOptions | undefined
}

interface HttpSettings {
  readonly method: 'GET' | 'HEAD'
  readonly headers: Readonly<Record<string, string>>
  readonly statusCodes: readonly number[] | undefined
  readonly contains: string | undefined
  readonly redirectHosts: readonly string[]
  readonly tls: TlsSettings | undefined
}

/** Requests a body without compression, because decompression costs time at both ends. */
const PUBLIC_HEADERS = { accept: '*/*', 'accept-encoding': 'identity' }

const readOptions = readyMadeOptions<HttpSettings>('url', {
  method: withDefault(oneOf(['GET', 'HEAD']), 'GET'),
  headers: withDefault(httpHeaders, {}),
  statusCodes: withDefault(nonEmptyListOf(integer(200, 599)), undefined),
  contains: withDefault(text, undefined),
  redirectHosts: withDefault(redirectHosts, []),
  tls: withDefault(tlsOptions, undefined)
})

/**
 * Makes a check that requests a URL, and passes if the answer has an accepted code and contains the expected text.
 *
 * @param url an http:// or https:// URL; a user name and password in it are sent as basic authentication, never shown
 * @throws FST_MANAGEMENT_OPTION_INVALID
 * @example
 * const search = http('http://search:9200/_cluster/health', { contains: '"status":"green"' })
 * fastify.management.addCheck('health', 'search', search)
 * @see `docs/ready-made-checks.md#http`
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-15
 */
export function http (url: string | URL, options: HttpOptions = {}): CheckFunction {
  const { statusCodes, contains, ...settings } = readHttpOptions(options)
  return requestCheck('http', url, {
    ...settings,
    finalStatusCodes: statusCodes,
    async assert (answer, limit) {
      assertStatus(answer, statusCodes)
      if (contains !== undefined) await assertText(answer, contains, limit)
    }
  })
}

/** A request of a check, and what its answer must be. */
export interface RequestCheckSettings {
  readonly method: 'GET' | 'HEAD'
  readonly headers: Readonly<Record<string, string>>
  readonly redirectHosts?: readonly string[]
  /** Status codes that are never followed as a redirect. */
  readonly finalStatusCodes: readonly number[] | undefined
  readonly tls: TlsSettings | undefined
  readonly assert: (answer: HttpAnswer, limit: TimeLimit) => void | Promise<void>
}

/**
 * Makes a check that requests a URL.
 *
 * @param name the name of the check, for messages
 */
export function requestCheck (name: string, url: string | URL, settings: RequestCheckSettings): CheckFunction {
  const urlWithUser = httpUrl(url, `${name}.url`)
  const target = withoutUser(urlWithUser)
  const { headers, tls, assert, ...others } = settings
  const request = {
    ...others,
    url: target,
    publicHeaders: PUBLIC_HEADERS,
    headers: { ...basicAuthorization(urlWithUser), ...headers },
    tls: tlsContexts(target, tls, `${name}.tls`)
  }
  return readyMade(async ({ limit, details }) => {
    const sending = timed(async () => await sendRequest({ ...request, signal: limit.signal }))
    const { result: answer, latencyMs } = await limit.wait(sending)
    Object.assign(details, { statusCode: answer.statusCode, latencyMs })
    try {
      await assert(answer, limit)
    } finally {
      answer.body.destroy()
    }
  }, { url: target.href })
}

function readHttpOptions (options: HttpOptions): HttpSettings {
  const settings = readOptions(options, 'http')
  const { method, contains } = settings
  if (method !== 'HEAD' || contains === undefined) return settings
  return refuse(contains, 'http.contains', 'omitted with the method HEAD, because a response to HEAD has no body')
}

function assertStatus ({ statusCode }: HttpAnswer, statusCodes: readonly number[] | undefined): void {
  const passes = statusCodes?.includes(statusCode) ?? (statusCode >= 200 && statusCode <= 299)
  if (!passes) throw new Error(`answered ${statusCode}, expected ${statusCodes?.join(' or ') ?? '200 to 299'}`)
}

async function assertText (response: HttpAnswer, expected: string, limit: TimeLimit): Promise<void> {
  const { statusCode } = response
  const isFound = await limit.wait(containsText(response, expected), () =>
    `answered ${statusCode}, but its body did not end within ${limit.ms} ms`)
  if (!isFound) throw new Error(`answered ${statusCode} without the text ${JSON.stringify(expected)}`)
}
