import t from 'tap'
import type { Run } from '../../../lib/health/check/attempt.js'
import { Thresholds } from '../../../lib/health/check/thresholds.js'
import { isPassing } from '../../../lib/health/status.js'
import type { Status } from '../../../lib/health/status.js'

function setUp (failureThreshold = 1, successThreshold = 1): Thresholds {
  return new Thresholds({ failureThreshold, successThreshold })
}

function runOf (status: Status): Run {
  return { status, time: '2020-01-01T00:00:00.000Z', durationMs: 1 }
}

/** What is shown after each of some runs. */
function statusesAfter (shown: Thresholds, statuses: readonly Status[]): Status[] {
  return statuses.map((status) => shown.take(runOf(status), isPassing(status)).status)
}

await t.test('before the first run nothing is shown', (t) => {
  t.equal(setUp().run, undefined)
  t.end()
})

await t.test('the first run counts as it is, whatever the thresholds', (t) => {
  t.same(statusesAfter(setUp(3, 3), ['DOWN']), ['DOWN'])
  t.same(statusesAfter(setUp(3, 3), ['UP']), ['UP'])
  t.end()
})

await t.test('with thresholds of 1 each run is shown', (t) => {
  t.same(statusesAfter(setUp(), ['UP', 'DOWN', 'UP', 'DOWN', 'DOWN']), ['UP', 'DOWN', 'UP', 'DOWN', 'DOWN'])
  t.end()
})

await t.test('what passes is shown as failing after so many failures in a row', (t) => {
  t.same(statusesAfter(setUp(3, 1), ['UP', 'DOWN', 'DOWN', 'DOWN', 'UP']), ['UP', 'UP', 'UP', 'DOWN', 'UP'])
  t.end()
})

await t.test('what fails is shown as passing after so many passes in a row', (t) => {
  t.same(statusesAfter(setUp(1, 3), ['DOWN', 'UP', 'UP', 'UP', 'DOWN']), ['DOWN', 'DOWN', 'DOWN', 'UP', 'DOWN'])
  t.end()
})

await t.test('a row that is interrupted begins anew', (t) => {
  t.same(statusesAfter(setUp(3, 1), ['UP', 'DOWN', 'DOWN', 'UP', 'DOWN', 'DOWN', 'DOWN']), ['UP', 'UP', 'UP', 'UP', 'UP', 'UP', 'DOWN'])
  t.same(statusesAfter(setUp(1, 2), ['DOWN', 'UP', 'DOWN', 'UP', 'UP']), ['DOWN', 'DOWN', 'DOWN', 'DOWN', 'UP'])
  t.end()
})

await t.test('each threshold holds for its own direction', (t) => {
  t.same(statusesAfter(setUp(2, 3), ['UP', 'DOWN', 'DOWN', 'UP', 'UP', 'UP', 'DOWN', 'DOWN']), ['UP', 'UP', 'DOWN', 'DOWN', 'DOWN', 'UP', 'UP', 'DOWN'])
  t.end()
})

await t.test('failures of different statuses make one row, and the last of them is shown', (t) => {
  t.same(statusesAfter(setUp(3, 1), ['UP', 'DOWN', 'DOWN', 'OUT_OF_SERVICE']), ['UP', 'UP', 'UP', 'OUT_OF_SERVICE'])
  t.same(statusesAfter(setUp(1, 2), ['DOWN', 'UP', 'DEGRADED']), ['DOWN', 'DOWN', 'DEGRADED'])
  t.end()
})

await t.test('a run that agrees with what is shown takes its place at once', (t) => {
  t.same(statusesAfter(setUp(3, 3), ['UP', 'DEGRADED', 'UP']), ['UP', 'DEGRADED', 'UP'])
  t.same(statusesAfter(setUp(3, 3), ['DOWN', 'OUT_OF_SERVICE', 'DOWN']), ['DOWN', 'OUT_OF_SERVICE', 'DOWN'])
  t.end()
})

await t.test('what is shown is the run itself, and stays the same one while a contrary row is too short', (t) => {
  const shown = setUp(2)
  const [first, agreeing, contrary] = [runOf('UP'), runOf('UP'), runOf('DOWN')]
  t.equal(shown.take(first, true), first)
  t.equal(shown.take(agreeing, true), agreeing)
  t.equal(shown.take(contrary, false), agreeing)
  t.equal(shown.run, agreeing)
  t.equal(shown.take(contrary, false), contrary)
  t.equal(shown.run, contrary)
  t.end()
})

await t.test('whether a run passes is what is told, not what it is shown as', (t) => {
  const shown = setUp(2)
  const asDegraded = { ...runOf('DEGRADED'), details: { error: 'no' } }
  shown.take(runOf('UP'), true)
  t.equal(shown.take(asDegraded, false).status, 'UP')
  t.equal(shown.take(asDegraded, false), asDegraded)
  t.end()
})

await t.test('whether what is shown has passed is what was told of it, and no before the first run', (t) => {
  const shown = setUp(2)
  t.equal(shown.passes, false)
  shown.take(runOf('UP'), true)
  t.equal(shown.passes, true)
  shown.take(runOf('DEGRADED'), false)
  t.equal(shown.passes, true, 'the pass is still shown')
  shown.take(runOf('DEGRADED'), false)
  t.equal(shown.passes, false)
  t.end()
})

await t.test('what would be shown can be asked without a change', (t) => {
  const shown = setUp(2)
  const [first, contrary] = [runOf('UP'), runOf('DOWN')]
  t.equal(shown.ifTaken(contrary, false), contrary, 'the first counts as it is')
  shown.take(first, true)
  for (let count = 0; count < 3; count++) t.equal(shown.ifTaken(contrary, false), first)
  t.equal(shown.run, first)
  shown.take(contrary, false)
  t.equal(shown.ifTaken(contrary, false), contrary, 'it would be the second in a row')
  t.equal(shown.run, first)
  t.end()
})

await t.test('once a pass counts for nothing the next run counts as it is, and until then the pass is shown', (t) => {
  const shown = setUp(3, 3)
  statusesAfter(shown, ['UP', 'DOWN'])
  shown.forgetPass()
  t.equal(shown.run?.status, 'UP')
  t.same(statusesAfter(shown, ['DOWN', 'UP', 'UP', 'UP']), ['DOWN', 'DOWN', 'DOWN', 'UP'])
  t.end()
})

await t.test('a row of failures that began before the pass counted for nothing does not count after the next', (t) => {
  const shown = setUp(3, 3)
  statusesAfter(shown, ['UP', 'DOWN', 'DOWN'])
  shown.forgetPass()
  t.same(statusesAfter(shown, ['UP', 'DOWN', 'DOWN', 'DOWN']), ['UP', 'UP', 'UP', 'DOWN'])
  t.end()
})

await t.test('a failure that is shown stands until runs have passed, though a pass would count for nothing', (t) => {
  const shown = setUp(3, 2)
  statusesAfter(shown, ['DOWN'])
  shown.forgetPass()
  t.same(statusesAfter(shown, ['UP', 'UP']), ['DOWN', 'UP'])
  t.end()
})
