import { ALL_CHECKS } from './kind.js'
import type { Kind } from './kind.js'
import { worstOf } from './part.js'
import type { Part } from './part.js'
import type { Entry } from './registry.js'
import { Report } from './report.js'
import type { ReporterDependencies } from './reporter.js'
import { worst } from './status.js'
import type { ComponentStatus } from './status.js'

/** Returns the report on all checks from their latest results. Runs no check. */
export function latestReport (dependencies: ReporterDependencies): Report {
  const { registry, startup, lifecycle } = dependencies
  const parts = registry.of(ALL_CHECKS).map((entry) => latestPart(dependencies, entry, ALL_CHECKS))
  const status = worstOf(lifecycle.statusFor(ALL_CHECKS), parts)
  return new Report(ALL_CHECKS, status, parts, startup.withPending(lifecycle.component))
}

/** Returns the status that a report on a kind would have if all results were as they are now. Runs no check. */
export function latestStatus (dependencies: ReporterDependencies, kind: Kind): ComponentStatus {
  const { registry, startup, lifecycle } = dependencies
  if (kind === 'startup' && startup.completed) return 'UP'
  const own = lifecycle.statusFor(kind)
  const statuses = registry.of(kind).map((entry) => latestStatusOf(dependencies, entry, kind))
  const known = statuses.filter((status) => status !== 'UNKNOWN')
  const status = worst([own, ...(startup.gates(kind) ? ['OUT_OF_SERVICE' as const] : []), ...known])
  // A kind is unknown while none of its checks has run. Later an unknown check does not affect it.
  return status === 'UP' && statuses.length > 0 && known.length === 0 ? 'UNKNOWN' : status
}

/** Returns the latest status of one check for a kind, and `UNKNOWN` before the first run. */
export function latestStatusOf (dependencies: ReporterDependencies, entry: Entry, kind: Kind): ComponentStatus {
  return latestPart(dependencies, entry, kind).component.status
}

function latestPart ({ startup }: ReporterDependencies, entry: Entry, kind: Kind): Part {
  const check = entry.checkFor(kind)
  const result = startup.settled(entry, kind) ?? check.reported
  return result === undefined
    ? { entry, component: { status: 'UNKNOWN' }, counts: false }
    : { entry, component: check.severity.apply(result, kind), counts: true }
}
