import type { FastifyInstance } from 'fastify'
import type { HealthEngine } from '../../health/engine.js'
import type { MetricsTarget } from '../../options/metrics-option.js'

/** Adds the metrics until the app has closed. Imported here, so that apps without the option do not load the code. */
export async function addMetrics (
  fastify: FastifyInstance, engine: HealthEngine, targets: readonly MetricsTarget[]
): Promise<void> {
  const { startMetrics } = await import('./start.js')
  const stop = startMetrics(engine, targets, fastify.log)
  fastify.addHook('onClose', (_fastify, closed) => {
    stop()
    closed()
  })
}
