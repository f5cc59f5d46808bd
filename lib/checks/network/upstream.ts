import type { CheckFunction } from '../../health/check/check-function.js'
import { oneOf, withDefault } from '../../base/rules.js'
import { readyMadeOptions } from '../kit/ready-made-options.js'
import { requestCheck } from './http.js'
import { httpHeaders } from './http-headers.js'
import { tlsOptions } from './tls-options.js'
import type { TlsOptions, TlsSettings } from './tls-options.js'

/**
 * The options of `upstream()`.
 *
 * @see `docs/ready-made-checks.md#upstream`
 */
export interface UpstreamOptions {
  /**
   * The method of the request.
   *
   * @default 'HEAD'
   * @example { method: 'GET' }
   * @see `docs/ready-made-checks.md#upstream`
   */
  readonly method?: 'GET' | 'HEAD' | undefined
  /**
   * Additional headers, sent only to the origin of the URL.
   *
   * @default no headers
   * @example { headers: { host: 'shop.example.com' } }
   * @see `docs/ready-made-checks.md#upstream`
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

/** The options with their defaults. */
interface UpstreamSettings {
  readonly method: 'GET' | 'HEAD'
  readonly headers: Readonly<Record<string, string>>
  readonly tls: TlsSettings | undefined
}

/** The first code of a server error. Every other answer comes from a server that works, also 401 and 404. */
const SERVER_ERROR = 500
/** The server does not know the method `HEAD`. It works. */
const NOT_IMPLEMENTED = 501
/** A redirect is an answer too, so it is not followed. */
const REDIRECTS = [300, 301, 302, 303, 304, 305, 306, 307, 308]

const readOptions = readyMadeOptions<UpstreamSettings>('url', {
  method: withDefault(oneOf(['GET', 'HEAD']), 'HEAD'),
  headers: withDefault(httpHeaders, {}),
  tls: withDefault(tlsOptions, undefined)
})

/**
 * Makes a check that sends a `HEAD` request to the target of a proxy, and passes with any answer but a server error.
 *
 * @param url the `upstream` of `@fastify/http-proxy` or the `base` of `@fastify/reply-from`: an http:// or https:// URL
 * @throws FST_MANAGEMENT_OPTION_INVALID
 * @example fastify.management.addCheck('health', 'shop', upstream('http://shop.internal:3000'))
 * @see `docs/ready-made-checks.md#upstream`
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-15.6
 */
export function upstream (url: string | URL, options: UpstreamOptions = {}): CheckFunction {
  return requestCheck('upstream', url, {
    ...readOptions(options, 'upstream'),
    finalStatusCodes: REDIRECTS,
    assert ({ statusCode }) {
      if (statusCode < SERVER_ERROR || statusCode === NOT_IMPLEMENTED) return
      throw new Error(`answered ${statusCode}, expected no server error`)
    }
  })
}
