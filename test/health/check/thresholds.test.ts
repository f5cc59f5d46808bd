import t from 'tap'
import type { RunResult } from '../../../lib/health/check/result.js'
import { Thresholds } from '../../../lib/health/check/thresholds.js'
import { isPassing } from '../../../lib/health/status.js'
import type { Status } from '../../../lib/health/status.js'

function setUp (failureThreshold = 1, successThreshold = 1): Thresholds {
  return new Thresholds({ failureThreshold, successThreshold })
}

function runOf (status: Status): RunResult {
  return { status, time: '2020-01-01T00:00:00.000Z', durationMs: 1 }
}

/** Takes a run of each status, and returns the status reported after each. */
function statusesAfter (thresholds: Thresholds, statuses: readonly Status[]): Status[] {
  return statuses.map((status) => thresholds.take(runOf(status), isPassing(status)).status)
}

await t.test('no run is reported before the first run', (t) => {
  t.equal(setUp().reported, undefined)
  t.end()
})

await t.test('the first run is reported with any thresholds', (t) => {
  t.same(statusesAfter(setUp(3, 3), ['DOWN']), ['DOWN'])
  t.same(statusesAfter(setUp(3, 3), ['UP']), ['UP'])
  t.end()
})

await t.test('each run is reported when the thresholds are 1', (t) => {
  t.same(statusesAfter(setUp(), ['UP', 'DOWN', 'UP', 'DOWN', 'DOWN']), ['UP', 'DOWN', 'UP', 'DOWN', 'DOWN'])
  t.end()
})

await t.test('a passing check is reported as failing after failureThreshold failures in a row', (t) => {
  t.same(statusesAfter(setUp(3, 1), ['UP', 'DOWN', 'DOWN', 'DOWN', 'UP']), ['UP', 'UP', 'UP', 'DOWN', 'UP'])
  t.end()
})

await t.test('a failing check is reported as passing after successThreshold passes in a row', (t) => {
  t.same(statusesAfter(setUp(1, 3), ['DOWN', 'UP', 'UP', 'UP', 'DOWN']), ['DOWN', 'DOWN', 'DOWN', 'UP', 'DOWN'])
  t.end()
})

await t.test('a run that agrees with the reported status resets the count', (t) => {
  const failures: Status[] = ['UP', 'DOWN', 'DOWN', 'UP', 'DOWN', 'DOWN', 'DOWN']
  t.same(statusesAfter(setUp(3, 1), failures), ['UP', 'UP', 'UP', 'UP', 'UP', 'UP', 'DOWN'])
  t.same(statusesAfter(setUp(1, 2), ['DOWN', 'UP', 'DOWN', 'UP', 'UP']), ['DOWN', 'DOWN', 'DOWN', 'DOWN', 'UP'])
  t.end()
})

await t.test('each threshold applies to its own direction', (t) => {
  const statuses: Status[] = ['UP', 'DOWN', 'DOWN', 'UP', 'UP', 'UP', 'DOWN', 'DOWN']
  t.same(statusesAfter(setUp(2, 3), statuses), ['UP', 'UP', 'DOWN', 'DOWN', 'DOWN', 'UP', 'UP', 'DOWN'])
  t.end()
})

await t.test('failures with different statuses count together, and the last status is reported', (t) => {
  t.same(statusesAfter(setUp(3, 1), ['UP', 'DOWN', 'DOWN', 'OUT_OF_SERVICE']), ['UP', 'UP', 'UP', 'OUT_OF_SERVICE'])
  t.same(statusesAfter(setUp(1, 2), ['DOWN', 'UP', 'DEGRADED']), ['DOWN', 'DOWN', 'DEGRADED'])
  t.end()
})

await t.test('a run that agrees with the reported run replaces it at once', (t) => {
  t.same(statusesAfter(setUp(3, 3), ['UP', 'DEGRADED', 'UP']), ['UP', 'DEGRADED', 'UP'])
  t.same(statusesAfter(setUp(3, 3), ['DOWN', 'OUT_OF_SERVICE', 'DOWN']), ['DOWN', 'OUT_OF_SERVICE', 'DOWN'])
  t.end()
})

await t.test('the reported run is the object itself until enough contrary runs follow', (t) => {
  const thresholds = setUp(2)
  const [first, agreeing, contrary] = [runOf('UP'), runOf('UP'), runOf('DOWN')]
  t.equal(thresholds.take(first, true), first)
  t.equal(thresholds.take(agreeing, true), agreeing)
  t.equal(thresholds.take(contrary, false), agreeing)
  t.equal(thresholds.reported, agreeing)
  t.equal(thresholds.take(contrary, false), contrary)
  t.equal(thresholds.reported, contrary)
  t.end()
})

await t.test('the passes argument decides whether a run passes, not its status', (t) => {
  const thresholds = setUp(2)
  const asDegraded = { ...runOf('DEGRADED'), details: { error: 'no' } }
  thresholds.take(runOf('UP'), true)
  t.equal(thresholds.take(asDegraded, false).status, 'UP')
  t.equal(thresholds.take(asDegraded, false), asDegraded)
  t.end()
})

await t.test('passes is false before the first run, and then the passes argument of the reported run', (t) => {
  const thresholds = setUp(2)
  t.equal(thresholds.passes, false)
  thresholds.take(runOf('UP'), true)
  t.equal(thresholds.passes, true)
  thresholds.take(runOf('DEGRADED'), false)
  t.equal(thresholds.passes, true, 'the pass is still reported')
  thresholds.take(runOf('DEGRADED'), false)
  t.equal(thresholds.passes, false)
  t.end()
})

await t.test('ifTaken() returns the run that take() would report, without any change', (t) => {
  const thresholds = setUp(2)
  const [first, contrary] = [runOf('UP'), runOf('DOWN')]
  t.equal(thresholds.ifTaken(contrary, false), contrary, 'the first run is shown')
  thresholds.take(first, true)
  for (let count = 0; count < 3; count++) t.equal(thresholds.ifTaken(contrary, false), first)
  t.equal(thresholds.reported, first)
  thresholds.take(contrary, false)
  t.equal(thresholds.ifTaken(contrary, false), contrary, 'the second failure in a row')
  t.equal(thresholds.reported, first)
  t.end()
})

await t.test('the pass stays reported after forgetPass(), and the next run replaces it', (t) => {
  const thresholds = setUp(3, 3)
  statusesAfter(thresholds, ['UP', 'DOWN'])
  thresholds.forgetPass()
  t.equal(thresholds.reported?.status, 'UP')
  t.same(statusesAfter(thresholds, ['DOWN', 'UP', 'UP', 'UP']), ['DOWN', 'DOWN', 'DOWN', 'UP'])
  t.end()
})

await t.test('failures before forgetPass() do not count after the next run', (t) => {
  const thresholds = setUp(3, 3)
  statusesAfter(thresholds, ['UP', 'DOWN', 'DOWN'])
  thresholds.forgetPass()
  t.same(statusesAfter(thresholds, ['UP', 'DOWN', 'DOWN', 'DOWN']), ['UP', 'UP', 'UP', 'DOWN'])
  t.end()
})

await t.test('forgetPass() does not affect a reported failure', (t) => {
  const thresholds = setUp(3, 2)
  statusesAfter(thresholds, ['DOWN'])
  thresholds.forgetPass()
  t.same(statusesAfter(thresholds, ['UP', 'UP']), ['DOWN', 'UP'])
  t.end()
})

await t.test('a reported failure does not count after forgetFailure(), and a reported pass does', (t) => {
  const thresholds = setUp(2, 2)
  statusesAfter(thresholds, ['DOWN'])
  thresholds.forgetFailure()
  t.equal(thresholds.reported?.status, 'DOWN')
  t.same(statusesAfter(thresholds, ['UP']), ['UP'])
  thresholds.forgetFailure()
  t.same(statusesAfter(thresholds, ['DOWN', 'DOWN']), ['UP', 'DOWN'])
  t.end()
})
