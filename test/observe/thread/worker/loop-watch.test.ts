import t from 'tap'
import { BEAT_MS, SharedState } from '../../../../lib/observe/thread/shared-state.js'
import { LoopWatch } from '../../../../lib/observe/thread/worker/loop-watch.js'
import { ManualClock } from '../../../support/clock.js'

/** The event loop has turned until the beat was due, or the question was asked. */
const STEADY = { count: Infinity }

await t.test('blockedMs() returns the time for which a beat is overdue', async (t) => {
  const [clock, state, ticks] = [new ManualClock(), SharedState.create(1), [] as number[]]
  const watch = new LoopWatch(state, STEADY, clock, (blockedMs) => ticks.push(blockedMs))
  await clock.pass(BEAT_MS + 400)
  t.equal(watch.blockedMs(), 400)
  t.same(ticks, [150, 250, 350], 'a late beat is watched closely')
  state.beatAt = BEAT_MS + 390
  t.equal(watch.blockedMs(), 0)
  await clock.pass(BEAT_MS + 200)
  t.same(ticks.slice(3), [0, 150], 'the next look follows the next beat')
  watch.stop()
  t.equal(clock.waiting, 0)
})

await t.test('blockedMs() returns the time since the first question without an answer', async (t) => {
  const [clock, state] = [new ManualClock(), SharedState.create(1)]
  const watch = new LoopWatch(state, STEADY, clock, () => undefined)
  state.beatAt = 100
  await clock.pass(120)
  watch.asked()
  await clock.pass(30)
  watch.asked()
  t.equal(watch.blockedMs(), 30)
  state.answered = 1
  t.equal(watch.blockedMs(), 0)
  await clock.pass(10)
  t.equal(watch.blockedMs(), 10, 'the second question is still open')
  state.beatAt = 155
  t.equal(watch.blockedMs(), 5, 'the event loop has moved since the question')
  state.answered = 2
  t.equal(watch.blockedMs(), 0)
  watch.stop()
})

await t.test('blockedMs() counts from the last turn of the event loop once a block is proved', async (t) => {
  const [clock, state, turns] = [new ManualClock(), SharedState.create(1), { count: 7 }]
  const watch = new LoopWatch(state, turns, clock, () => undefined)
  state.turns = 7
  await clock.pass(250)
  turns.count = 9
  await clock.pass(150)
  watch.asked()
  await clock.pass(49)
  t.equal(watch.blockedMs(), 49)
  await clock.pass(1)
  t.equal(watch.blockedMs(), 200, 'the block began between the turns at 200 and 300')
  await clock.pass(150)
  t.equal(watch.blockedMs(), 350)
  turns.count = 0
  t.equal(watch.blockedMs(), 550, 'the count begins again, and the next beat is not yet there')
  watch.stop()
})

await t.test('blockedMs() leaves out time in which the whole process stood still', (t) => {
  const [state, clock] = [SharedState.create(1), new ManualClock()]
  let now = 0
  clock.now = () => now
  const watch = new LoopWatch(state, STEADY, clock, () => undefined)
  now = BEAT_MS + 200
  t.equal(watch.blockedMs(), 200)
  now = BEAT_MS + 10_200
  t.equal(watch.blockedMs(), 200)
  t.equal(state.stalledMs, 10_000)
  now = BEAT_MS + 10_300
  t.equal(watch.blockedMs(), 300)
  state.beatAt = 10_250
  t.equal(watch.blockedMs(), 50)
  t.end()
})
