import type { Logger } from '../../base/logger.js'
import type { HealthEngine } from '../../health/engine.js'
import type { MetricsTarget } from '../../options/metrics-option.js'
import type { LoopBlocks } from '../thread/loop-blocks.js'
import { HealthMetrics } from './health-metrics.js'
import { addToMeter } from './open-telemetry.js'
import { addToRegistry } from './prometheus.js'

/**
 * Adds the metrics of an app to all targets. Returns a function that removes them. If it throws, no target has them.
 *
 * @throws FST_MANAGEMENT_METRICS_TAKEN if another instance uses one of the targets
 */
export function startMetrics (
  engine: HealthEngine, targets: readonly MetricsTarget[], log: Logger, eventLoop?: LoopBlocks
): () => void {
  const metrics = new HealthMetrics(engine, eventLoop)
  const removals: (() => void)[] = []
  const stop = (): void => {
    for (const remove of removals) remove()
  }
  try {
    for (const target of targets) {
      removals.push('registry' in target
        ? addToRegistry(target.registry, metrics)
        : addToMeter(target.meter, metrics, log))
    }
  } catch (error) {
    stop()
    throw error
  }
  return stop
}
