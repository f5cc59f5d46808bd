import type { Logger } from '../base/logger.js'
import { logSafely } from '../base/safe-log.js'
import type { Check } from './check/check.js'
import type { CheckFunction } from './check/check-function.js'
import type { Kind } from './kind.js'

/** The key of the reason why a check must not run for a probe. All copies of the package share it. */
const REASON = Symbol.for('fastify-management-endpoints:health-only')

/** The kinds that an orchestrator requests every few seconds. */
const PROBES: readonly Kind[] = ['liveness', 'readiness', 'startup']

/** Marks a check that suits the kind `health` and custom kinds, but no probe. The reason is for the log. */
export function forHealthOnly (check: CheckFunction, reason: string): CheckFunction {
  return Object.defineProperty(check, REASON, { value: reason })
}

/** Warns if a check that suits only `health` was added for a probe. */
export function warnOfProbes ({ name, checkFunction }: Check, kinds: Iterable<Kind>, log: Logger): void {
  const reason: unknown = Reflect.get(checkFunction, REASON)
  const harmful = [...kinds].filter((kind) => PROBES.includes(kind))
  if (typeof reason !== 'string' || harmful.length === 0) return
  logSafely(log, 'warn', { check: name, kinds: harmful },
    `the check "${name}" suits the kind health only: ${reason}; add it for health`)
}
