import { get } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { once } from 'node:events'
import { json } from 'node:stream/consumers'
import { isRecord } from '../../../lib/base/type-guards.js'

/** What a readiness probe sees of the one check that there is. */
export interface Probe {
  readonly statusCode: number | undefined
  readonly status: unknown
  /** With PORT in the place of the port. */
  readonly error: string | undefined
  readonly details: Readonly<Record<string, unknown>>
  readonly durationMs: number
}

/** Asks as the kubelet does: on a connection of its own. */
export async function probe (url: string): Promise<Probe> {
  const startedAt = performance.now()
  const request = get(`${url}/z/health/readiness?verbose`, { agent: false })
  const [response] = await once(request, 'response') as [IncomingMessage]
  const body: unknown = await json(response)
  const component = within(body, 'components', 'db')
  const details = within(component, 'details')
  const { error } = details
  return {
    statusCode: response.statusCode,
    status: component['status'],
    error: typeof error === 'string' ? error.replace(/(127\.0\.0\.1):\d+/g, '$1:PORT') : undefined,
    details,
    durationMs: performance.now() - startedAt
  }
}

function within (value: unknown, ...path: readonly string[]): Readonly<Record<string, unknown>> {
  const found = path.reduce((value: unknown, key) => isRecord(value) ? value[key] : undefined, value)
  return isRecord(found) ? found : {}
}
