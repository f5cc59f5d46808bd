import type { FastifyInstance } from 'fastify'
import { systemClock } from '../base/clock.js'
import { describe } from '../base/describe.js'
import { FAILED, GuardedFunction } from '../base/guarded-function.js'
import { SingleFlight } from '../base/single-flight.js'
import type { PrometheusRegistry } from '../options/metrics-option.js'
import { errorAnswer, textAnswer } from './operation.js'
import { sendNotFound, sendRefusal, sendText } from './reply.js'
import { reportRoute } from './route.js'
import type { RouteContext } from './route.js'

/** How long a registry may take, in milliseconds: as long as Prometheus waits by default. */
const TIMEOUT_MS = 10_000

/**
 * `/metrics`: the text of a whole registry of prom-client. It names the checks, so it is hidden with the components.
 * Concurrent requests share a collection, because a metric of the app may query a database.
 */
export function registerMetrics (
  instance: FastifyInstance, context: RouteContext, registry: PrometheusRegistry
): void {
  const operation = {
    id: 'Metrics',
    path: '/metrics',
    summary: 'Metrics',
    description: 'The metrics of the whole registry, for Prometheus. Runs no check.',
    responses: {
      200: textAnswer('The metrics in the text format of Prometheus'),
      404: errorAnswer('This request may not see components'),
      500: errorAnswer('The metrics cannot be collected')
    }
  }
  const guardedCollect = new GuardedFunction('registry.metrics', context.log, systemClock, TIMEOUT_MS)
  const collect = new SingleFlight(async () => await guardedCollect.run(async () => await textOf(registry)))
  instance.route({
    ...reportRoute(context, operation),
    handler: async (request, reply) => {
      const { components } = await context.visibilityPolicy.visibilityFor(request, reply, undefined)
      if (!components) return sendNotFound(reply)
      const text = await collect.run()
      return text === FAILED ? sendRefusal(reply, 500) : sendText(reply, 200, text, registry.contentType)
    }
  })
}

/** Rejects if the registry returns no text: its type cannot be checked at run time. */
async function textOf (registry: PrometheusRegistry): Promise<string> {
  const text: unknown = await registry.metrics()
  if (typeof text !== 'string') throw new TypeError(`registry.metrics() must return a string, got ${describe(text)}`)
  return text
}
