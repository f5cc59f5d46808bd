import type { Kind } from '../../../health/kind.js'
import { isPassing } from '../../../health/status.js'
import type { Status } from '../../../health/status.js'
import type { LatestStatus } from '../shared-state.js'

/** The state of the app when a probe must be answered without it. */
export interface Situation {
  readonly isReady: boolean
  /** The time since the event loop last moved, in milliseconds. */
  readonly blockedMs: number
  /** In milliseconds of the shared clock. */
  readonly now: number
}

export interface Thresholds {
  readonly maxBlocked: number
  readonly readinessBlocked: number
}

/**
 * Decides the status of a kind from the latest results. Returns `undefined` if only the app can tell: the event loop
 * has just stopped, and the latest result is too old.
 */
export function verdictOf (
  kind: Kind | undefined, latest: LatestStatus, situation: Situation, thresholds: Thresholds
): Status | undefined {
  if (kind === 'liveness') return livenessVerdict(latest, situation, thresholds)
  const { isReady, blockedMs } = situation
  const known = latest.status === 'UNKNOWN' ? undefined : latest.status
  if (known !== undefined && !isPassing(known)) return known
  if (!isReady) return 'OUT_OF_SERVICE'
  if (kind === 'startup') return known ?? 'OUT_OF_SERVICE'
  // Readiness, and custom kinds: without proof that the app serves, they are out of service.
  if (blockedMs > thresholds.readinessBlocked) return 'OUT_OF_SERVICE'
  return latest.freshUntil < situation.now ? undefined : known
}

/** An app that is busy, or has no results yet, counts as alive. */
function livenessVerdict (
  { status }: LatestStatus, { isReady, blockedMs }: Situation, { maxBlocked }: Thresholds
): Status {
  if (isReady && blockedMs > maxBlocked) return 'DOWN'
  return status === 'UNKNOWN' ? 'UP' : status
}
