import type { Logger } from '../base/logger.js'
import { logSafely } from '../base/safe-log.js'
import type { Check } from './check/check.js'
import type { Kind } from './kind.js'

/** Reasons why a failure must not be `DEGRADED` in the reports on these kinds. */
const REASONS = new Map<Kind, string>([
  ['liveness', 'the orchestrator never restarts the app because of it'],
  ['startup', 'the startup probe passes although startup has not completed']
])

/** Warns if failures of a check are `DEGRADED` in a probe that must fail: `DEGRADED` answers 200, which passes. */
export function warnOfDegraded (check: Check, kinds: Iterable<Kind>, log: Logger): void {
  const harmful = [...new Set(kinds)].filter((kind) => REASONS.has(kind) && check.severity.of(kind) === 'DEGRADED')
  if (harmful.length === 0) return
  const reasons = harmful.map((kind) => `for ${kind} ${REASONS.get(kind)}`).join(', and ')
  const remedy = 'give failureStatus another status for this kind, or add the check for other kinds only'
  logSafely(log, 'warn', { check: check.name, kinds: harmful },
    `failureStatus of the check "${check.name}" is DEGRADED, which answers 200: ${reasons}; ${remedy}`)
}
