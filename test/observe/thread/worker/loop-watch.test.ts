import t from 'tap'
import { SharedState } from '../../../../lib/observe/thread/shared-state.js'
import { LoopWatch } from '../../../../lib/observe/thread/worker/loop-watch.js'
import { ManualClock } from '../../../support/clock.js'

interface SetUp {
  readonly clock: ManualClock
  readonly state: SharedState
  readonly turns: { count: number }
  readonly ticks: number[]
  readonly watch: LoopWatch
}

function setUp (): SetUp {
  const [clock, state, turns, ticks] = [new ManualClock(), SharedState.create(1), { count: 0 }, [] as number[]]
  return { clock, state, turns, ticks, watch: new LoopWatch(state, turns, clock, (blockedMs) => ticks.push(blockedMs)) }
}

await t.test('blockedMs() returns the time since the last turn when no turn follows', async (t) => {
  const { clock, turns, ticks, watch } = setUp()
  turns.count = 3
  await clock.pass(800)
  t.equal(watch.blockedMs(), 0, 'the turns may still go on')
  await clock.pass(200)
  t.same(ticks, [0, 0, 650], 'late turns are watched closely')
  t.equal(watch.blockedMs(), 650, 'the block began between the turns at 300 and 400')
  turns.count = 4
  t.equal(watch.blockedMs(), 0)
  await clock.pass(1_000)
  t.same(ticks.slice(3), [0, 850, 950], 'the turn was the last')
  watch.stop()
  t.equal(clock.waiting, 0)
})

await t.test('blockedMs() returns 0 while the event loop turns, and seldom looks', async (t) => {
  const { clock, turns, ticks, watch } = setUp()
  for (let count = 1; count <= 40; count++) {
    await clock.pass(100)
    turns.count = count
  }
  t.same(ticks, [0, 0, 0, 0, 0])
  t.equal(watch.blockedMs(), 0)
  watch.stop()
})

await t.test('blockedMs() returns the time since the first question without an answer', async (t) => {
  const { clock, state, watch } = setUp()
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

await t.test('blockedMs() counts from the last turn once a question proves the block', async (t) => {
  const { clock, state, turns, watch } = setUp()
  state.turns = 7
  state.beatAt = 1
  turns.count = 7
  await clock.pass(250)
  turns.count = 9
  t.equal(watch.blockedMs(), 0)
  await clock.pass(60)
  watch.asked()
  await clock.pass(49)
  t.equal(watch.blockedMs(), 49)
  await clock.pass(1)
  t.equal(watch.blockedMs(), 109, 'the block began between the turns at 201 and 301')
  turns.count = 0
  t.equal(watch.blockedMs(), 50, 'a reset of the count is a sign, and the question is still open')
  watch.stop()
})

await t.test('blockedMs() leaves out time in which the whole process stood still', (t) => {
  const [state, clock, turns] = [SharedState.create(1), new ManualClock(), { count: 0 }]
  let now = 0
  clock.now = () => now
  const watch = new LoopWatch(state, turns, clock, () => undefined)
  now = 700
  t.equal(watch.blockedMs(), 650)
  now = 10_700
  t.equal(watch.blockedMs(), 650)
  t.equal(state.stalledMs, 10_000)
  now = 10_800
  t.equal(watch.blockedMs(), 750)
  state.beatAt = 10_550
  t.equal(watch.blockedMs(), 200)
  now = 20_000
  turns.count = 1
  t.equal(watch.blockedMs(), 0, 'the first turn after a stall is new')
  t.end()
})
