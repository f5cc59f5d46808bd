import type { Readable } from 'node:stream'
import type { CheckFunction } from '../../health/check/check-function.js'
import { nonEmptyListOf, integer, oneOf, optionsOf, refuse, text, withDefault } from '../../base/rules.js'
import { httpUrl } from '../kit/rules.js'
import { readyMade } from '../kit/ready-made.js'
import { timed } from '../kit/result.js'
import { httpHeaders } from './http-headers.js'
import { ask, basicAuthorization, withoutUser } from './http-request.js'
import type { HttpAnswer } from './http-request.js'
import type { TimeLimit } from '../kit/time-limit.js'

/** How `http` asks, and what it expects. */
export interface HttpOptions {
  /** Default `GET`. */
  readonly method?: 'GET' | 'HEAD' | undefined
  /** More to send, an `authorization` for example; to the URL's own origin only, wherever a redirect leads. Default none. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** The status codes that pass, from 200 to 599. A redirect among them is not followed. Default 200 to 299. */
  readonly statusCodes?: readonly number[] | undefined
  /** A text that the first 64 KiB of the body must hold. Not with `HEAD`. Default none: the body is not read. */
  readonly contains?: string | undefined
}

interface HttpSettings {
  readonly method: 'GET' | 'HEAD'
  readonly headers: Readonly<Record<string, string>>
  readonly statusCodes: readonly number[] | undefined
  readonly contains: string | undefined
}

const MOST_BYTES = 64 * 1024

/** Without a coding a body is the text that is looked for. */
const OPEN_HEADERS = { accept: '*/*', 'accept-encoding': 'identity' }

const readOptions = optionsOf<HttpSettings>({
  method: withDefault(oneOf(['GET', 'HEAD']), 'GET'),
  headers: withDefault(httpHeaders, {}),
  statusCodes: withDefault(nonEmptyListOf(integer(200, 599)), undefined),
  contains: withDefault(text, undefined)
})

/**
 * Makes a check that asks a URL over HTTP. It is `UP` when the answer has a status code that passes and, where asked for, holds
 * a text, else `DOWN` with the reason. Up to 5 redirects are followed. Each run has a connection of its own, which is closed.
 *
 * For readiness where the app can do nothing without the server, else for `health`. Not for liveness: a restart does not mend
 * a server. A service with a health endpoint in Spring Boot Actuator's style is better asked by `serviceDependency`.
 *
 * @param url an http:// or https:// URL; a user name and password in it are sent as basic authentication, and shown nowhere
 * @throws FST_MANAGEMENT_OPTION_INVALID
 * @example
 * fastify.management.addCheck('health', 'search', http('http://search:9200/_cluster/health', { contains: '"status":"green"' }))
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-15 for the classes of status codes, and what a redirect is
 */
export function http (url: string | URL, options: HttpOptions = {}): CheckFunction {
  const asked = httpUrl(url, 'http.url')
  const target = withoutUser(asked)
  const { method, headers, statusCodes, contains } = readHttpOptions(options)
  const request = { url: target, method, openHeaders: OPEN_HEADERS, headers: { ...basicAuthorization(asked), ...headers }, answers: statusCodes }
  return readyMade(async ({ limit, details }) => {
    const asking = timed(async () => await ask({ ...request, signal: limit.signal }))
    const { result: answer, latencyMs } = await limit.wait(asking)
    Object.assign(details, { statusCode: answer.statusCode, latencyMs })
    try {
      assertStatus(answer, statusCodes)
      if (contains !== undefined) await assertText(answer, contains, limit)
    } finally {
      answer.body.destroy()
    }
  }, { url: target.href })
}

function readHttpOptions (options: HttpOptions): HttpSettings {
  const settings = readOptions(options, 'http')
  const { method, contains } = settings
  if (method === 'HEAD' && contains !== undefined) return refuse(contains, 'http.contains', 'left out with the method HEAD, whose answer has no body')
  return settings
}

function assertStatus ({ statusCode }: HttpAnswer, statusCodes: readonly number[] | undefined): void {
  const passes = statusCodes?.includes(statusCode) ?? (statusCode >= 200 && statusCode <= 299)
  if (!passes) throw new Error(`answered ${statusCode}, expected ${statusCodes?.join(' or ') ?? '200 to 299'}`)
}

async function assertText ({ statusCode, body }: HttpAnswer, expected: string, limit: TimeLimit): Promise<void> {
  const isThere = await limit.wait(holds(body, Buffer.from(expected)), () => `answered ${statusCode}, but its body did not end within ${limit.ms} ms`)
  if (!isThere) throw new Error(`answered ${statusCode} without the text ${JSON.stringify(expected)}`)
}

/** Whether the beginning of a body holds some bytes. Reads no further than it has to. */
async function holds (body: Readable, expected: Buffer): Promise<boolean> {
  const start = Buffer.alloc(MOST_BYTES)
  let length = 0
  for await (const chunk of body.iterator() as AsyncIterable<Buffer>) {
    const from = Math.max(0, length - expected.length)
    length += chunk.copy(start, length)
    if (start.subarray(from, length).includes(expected)) return true
    if (length === MOST_BYTES) return false
  }
  return false
}
