import type { FastifyInstance } from 'fastify'
import type { CheckOptions } from '../../lib/health/check/options.js'
import type { Health } from '../../lib/health/component.js'
import { HealthEngine } from '../../lib/health/engine.js'
import { Kinds } from '../../lib/health/kind.js'
import { unstartedApp } from './app.js'
import { ManualClock } from './clock.js'
import { RecordingLog } from './log.js'

/** An engine with a manual clock, and the log of its app. */
export interface EngineSetUp {
  readonly engine: HealthEngine
  readonly clock: ManualClock
  readonly log: RecordingLog
  readonly fastify: FastifyInstance
}

export function setUpEngine (kinds: readonly string[] = [], defaults: CheckOptions = {}): EngineSetUp {
  const clock = new ManualClock()
  const log = new RecordingLog()
  const fastify = unstartedApp(log)
  const engine = new HealthEngine(new Kinds(kinds), {
    log: fastify.log,
    owner: fastify,
    clock,
    defaults,
    isServing: () => true
  })
  return { engine, clock, log, fastify }
}

/** Copies a report into a plain object with its status and components. */
export function plain ({ status, components }: Health): Health {
  return { status, components }
}

/** The function of a check that passes. */
export function up (): boolean {
  return true
}

/** The function of a check that fails. */
export function down (): boolean {
  return false
}
