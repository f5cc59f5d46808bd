import type { FastifyInstance } from 'fastify'
import type { HealthEngine } from '../../health/engine.js'
import type { MetricsTarget } from '../../options/metrics-option.js'
import type { LoopBlocks } from '../thread/loop-blocks.js'

/** The sources of the metrics. */
export interface MetricsSources {
  readonly engine: HealthEngine
  /** The blocks of the event loop, if a thread serves the separate port. */
  readonly eventLoop: LoopBlocks | undefined
}

/** Adds the metrics until the app has closed. Imported here, so that apps without the option do not load the code. */
export async function addMetrics (
  fastify: FastifyInstance, { engine, eventLoop }: MetricsSources, targets: readonly MetricsTarget[]
): Promise<void> {
  const { startMetrics } = await import('./start.js')
  const stop = startMetrics(engine, targets, fastify.log, eventLoop)
  fastify.addHook('onClose', (_fastify, closed) => {
    stop()
    closed()
  })
}
