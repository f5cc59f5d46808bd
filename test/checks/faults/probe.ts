import { get } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { once } from 'node:events'
import { json } from 'node:stream/consumers'
import { isRecord } from '../../../lib/base/type-guards.js'

/** The answer to a readiness probe for the app's only check. */
export interface ProbeAnswer {
  readonly statusCode: number | undefined
  readonly status: unknown
  /** `details.error`, with PORT in place of the port. */
  readonly error: string | undefined
  readonly details: Readonly<Record<string, unknown>>
  readonly durationMs: number
}

/** Sends a probe as the kubelet does, on a new connection. */
export async function probe (url: string): Promise<ProbeAnswer> {
  const startedAt = performance.now()
  const request = get(`${url}/z/health/readiness?verbose`, { agent: false })
  const [response] = await once(request, 'response') as [IncomingMessage]
  const body: unknown = await json(response)
  const component = recordAt(body, 'components', 'db')
  const details = recordAt(component, 'details')
  const { error } = details
  return {
    statusCode: response.statusCode,
    status: component['status'],
    error: typeof error === 'string' ? error.replace(/(127\.0\.0\.1):\d+/g, '$1:PORT') : undefined,
    details,
    durationMs: performance.now() - startedAt
  }
}

function recordAt (value: unknown, ...path: readonly string[]): Readonly<Record<string, unknown>> {
  const found = path.reduce((value: unknown, key) => isRecord(value) ? value[key] : undefined, value)
  return isRecord(found) ? found : {}
}
