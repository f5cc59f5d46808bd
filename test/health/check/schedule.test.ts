import t from 'tap'
import { Schedule } from '../../../lib/health/check/schedule.js'
import { ManualClock } from '../../support/clock.js'

interface Setting {
  readonly schedule: Schedule
  readonly clock: ManualClock
  /** The start times of the work. */
  readonly beats: readonly number[]
  /** Returns how often the work overlapped with itself. */
  readonly overlaps: () => number
}

const INTERVAL_MS = 1_000

/** Creates a schedule whose work takes `workMs`. */
function setUp (workMs = 0, chance = 0): Setting {
  const clock = new ManualClock()
  clock.chance = chance
  const beats: number[] = []
  let underWay = 0
  let overlaps = 0
  const work = async (): Promise<void> => {
    beats.push(clock.now())
    underWay += 1
    if (underWay > 1) overlaps += 1
    if (workMs > 0) await new Promise<void>((resolve) => { clock.inBackground(workMs, resolve) })
    underWay -= 1
  }
  return { schedule: new Schedule(INTERVAL_MS, work, clock), clock, beats, overlaps: () => overlaps }
}

await t.test('a schedule does nothing before start()', async (t) => {
  const { clock, beats } = setUp()
  await clock.pass(5_000)
  t.same(beats, [])
  t.equal(clock.waiting, 0)
})

await t.test('start() runs the work at once, and then after each interval', async (t) => {
  const { schedule, clock, beats } = setUp()
  schedule.start()
  await clock.pass(0)
  t.same(beats, [0])
  await clock.pass(3_500)
  t.same(beats, [0, 1_000, 2_000, 3_000])
})

await t.test('the work begins after the synchronous code that called start()', async (t) => {
  const { schedule, clock, beats } = setUp()
  schedule.start()
  t.same(beats, [])
  await clock.pass(0)
  t.same(beats, [0])
})

await t.test('stop() before the first run prevents that run', async (t) => {
  const { schedule, clock, beats } = setUp()
  schedule.start()
  schedule.stop()
  await clock.pass(5_000)
  t.same(beats, [])
  t.equal(clock.waiting, 0)
})

await t.test('start(), stop() and start() before the first run create one loop', async (t) => {
  const { schedule, clock, beats } = setUp()
  schedule.start()
  schedule.stop()
  schedule.start()
  await clock.pass(2_500)
  t.same(beats, [0, 1_000, 2_000])
  t.equal(clock.waiting, 1)
})

await t.test('jitter lengthens each wait by up to 10 %, with a new random value each time', async (t) => {
  const { schedule, clock, beats } = setUp(0, 0.5)
  schedule.start()
  await clock.pass(1_050)
  clock.chance = 0.25
  await clock.pass(1_050)
  clock.chance = 1
  await clock.pass(1_025)
  t.same(beats, [0, 1_050, 2_100, 3_125])
})

await t.test('the interval begins at the end of the work', async (t) => {
  const { schedule, clock, beats } = setUp(300)
  schedule.start()
  await clock.pass(3_000)
  t.same(beats, [0, 1_300, 2_600])
})

await t.test('work that takes longer than the interval never overlaps', async (t) => {
  const { schedule, clock, beats, overlaps } = setUp(2_500)
  schedule.start()
  await clock.pass(8_000)
  t.same(beats, [0, 3_500, 7_000])
  t.equal(overlaps(), 0)
})

await t.test('work that never ends does not run again, and no timer is pending', async (t) => {
  const clock = new ManualClock()
  let beats = 0
  new Schedule(INTERVAL_MS, async () => {
    beats += 1
    await new Promise(() => undefined)
  }, clock).start()
  await clock.pass(10_000)
  t.equal(beats, 1)
  t.equal(clock.waiting, 0)
})

await t.test('start() has no effect on a started schedule', async (t) => {
  const { schedule, clock, beats } = setUp()
  schedule.start()
  schedule.start()
  await clock.pass(500)
  schedule.start()
  await clock.pass(1_000)
  t.same(beats, [0, 1_000])
  t.equal(clock.waiting, 1)
})

await t.test('stop() ends the loop and cancels the timer', async (t) => {
  const { schedule, clock, beats } = setUp()
  schedule.start()
  await clock.pass(1_500)
  t.equal(clock.waiting, 1)
  schedule.stop()
  t.equal(clock.waiting, 0)
  await clock.pass(5_000)
  t.same(beats, [0, 1_000])
})

await t.test('stop() during the work lets the work finish, and no timer follows', async (t) => {
  const { schedule, clock, beats } = setUp(300)
  schedule.start()
  await clock.pass(100)
  schedule.stop()
  await clock.pass(200)
  t.equal(clock.waiting, 0)
  await clock.pass(5_000)
  t.same(beats, [0])
})

await t.test('stop() has no effect on a stopped schedule', async (t) => {
  const { schedule, clock, beats } = setUp()
  schedule.stop()
  schedule.start()
  await clock.pass(1_000)
  schedule.stop()
  schedule.stop()
  await clock.pass(1_000)
  t.same(beats, [0, 1_000])
})

await t.test('start() after stop() runs the work at once, and the interval begins there', async (t) => {
  const { schedule, clock, beats } = setUp()
  schedule.start()
  await clock.pass(500)
  schedule.stop()
  schedule.start()
  await clock.pass(0)
  t.same(beats, [0, 500])
  await clock.pass(1_000)
  t.same(beats, [0, 500, 1_500])
  t.equal(clock.waiting, 1)
})

await t.test('stop() and start() during the work create no second loop', async (t) => {
  const { schedule, clock, beats, overlaps } = setUp(300)
  schedule.start()
  await clock.pass(100)
  schedule.stop()
  schedule.start()
  await clock.pass(3_000)
  t.same(beats, [0, 1_300, 2_600])
  t.equal(overlaps(), 0)
  schedule.stop()
  await clock.pass(300)
  t.equal(clock.waiting, 0)
})

await t.test('stop() and start() within six microtasks after the work ends create no second loop', async (t) => {
  for (let turns = 0; turns < 6; turns++) {
    const clock = new ManualClock()
    const beats: number[] = []
    let end: () => void = () => undefined
    const schedule = new Schedule(INTERVAL_MS, async () => {
      beats.push(clock.now())
      if (beats.length === 1) await new Promise<void>((resolve) => { end = resolve })
    }, clock)
    schedule.start()
    await clock.pass(500)
    end()
    for (let turn = 0; turn < turns; turn++) await Promise.resolve()
    schedule.stop()
    schedule.start()
    await clock.pass(5_000)
    t.same(beats, [...new Set(beats)], `after ${turns} microtasks no two runs start at the same time`)
    t.equal(clock.waiting, 1)
    schedule.stop()
    t.equal(clock.waiting, 0)
  }
})

await t.test('the timers of a schedule do not keep the process alive', async (t) => {
  const { schedule, clock } = setUp()
  schedule.start()
  await clock.pass(1_500)
  t.equal(clock.waiting, 1)
  t.equal(clock.keepingAlive, 0)
})
