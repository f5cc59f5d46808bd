import t from 'tap'
import { SharedState } from '../../../../lib/observe/thread/shared-state.js'
import { LoopWatch } from '../../../../lib/observe/thread/worker/loop-watch.js'
import { ManualClock } from '../../../support/clock.js'

await t.test('blockedMs() returns the time since the last beat', async (t) => {
  const [clock, state, ticks] = [new ManualClock(), SharedState.create(1), [] as number[]]
  const watch = new LoopWatch(state, clock, (blockedMs) => ticks.push(blockedMs))
  await clock.pass(600)
  t.equal(watch.blockedMs(), 600)
  t.same(ticks, [250, 500])
  state.beatAt = 590
  t.equal(watch.blockedMs(), 10)
  state.beatAt = 700
  t.equal(watch.blockedMs(), 0)
  watch.stop()
  t.equal(clock.waiting, 0)
})

await t.test('blockedMs() leaves out time in which the whole process stood still', (t) => {
  const [state, clock] = [SharedState.create(1), new ManualClock()]
  let now = 0
  clock.now = () => now
  const watch = new LoopWatch(state, clock, () => undefined)
  now = 200
  t.equal(watch.blockedMs(), 200)
  now = 10_200
  t.equal(watch.blockedMs(), 450)
  t.equal(state.stalledMs, 9_750)
  now = 10_300
  t.equal(watch.blockedMs(), 550)
  state.beatAt = 10_250
  t.equal(watch.blockedMs(), 50)
  t.end()
})
