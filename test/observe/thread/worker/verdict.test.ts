import t from 'tap'
import type { LatestStatus } from '../../../../lib/observe/thread/shared-state.js'
import { verdictOf } from '../../../../lib/observe/thread/worker/verdict.js'

const THRESHOLDS = { maxBlocked: 30_000, readinessBlocked: 2_000 }
const FRESH: LatestStatus = { status: 'UP', freshUntil: 100 }

await t.test('verdictOf() decides from the latest status, its age and the duration of the block', (t) => {
  const failures: unknown[] = []
  for (const [kind, latest, blockedMs, isReady, expected] of [
    ['liveness', { status: 'UNKNOWN', freshUntil: 0 }, 1_000, true, 'UP'],
    ['liveness', { status: 'DOWN', freshUntil: 0 }, 1_000, true, 'DOWN'],
    ['liveness', FRESH, 30_001, true, 'DOWN'],
    ['liveness', FRESH, 30_001, false, 'UP'],
    ['readiness', { status: 'UNKNOWN', freshUntil: 0 }, 1_000, true, undefined],
    ['readiness', { status: 'UNKNOWN', freshUntil: 0 }, 2_001, true, 'OUT_OF_SERVICE'],
    ['readiness', { status: 'UP', freshUntil: 49 }, 1_000, true, undefined],
    ['readiness', { status: 'DOWN', freshUntil: 49 }, 2_001, true, 'DOWN'],
    ['readiness', FRESH, 2_000, true, 'UP'],
    ['readiness', FRESH, 0, false, 'OUT_OF_SERVICE'],
    ['startup', { status: 'UNKNOWN', freshUntil: 0 }, 1_000, true, 'OUT_OF_SERVICE'],
    ['startup', { status: 'DOWN', freshUntil: 0 }, 1_000, false, 'DOWN'],
    ['startup', FRESH, 60_000, true, 'UP'],
    ['health', FRESH, 2_001, true, 'OUT_OF_SERVICE']
  ] as const) {
    const verdict = verdictOf(kind, latest, { isReady, blockedMs, now: 50 }, THRESHOLDS)
    if (verdict !== expected) failures.push([kind, latest, blockedMs, isReady, verdict])
  }
  t.same(failures, [])
  t.end()
})
