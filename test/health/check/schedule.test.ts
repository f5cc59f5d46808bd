import t from 'tap'
import { Schedule } from '../../../lib/health/check/schedule.js'
import { ManualClock } from '../../support/clock.js'

interface Setting {
  readonly schedule: Schedule
  readonly clock: ManualClock
  /** When the work was begun. */
  readonly beats: readonly number[]
  /** How often it was under way twice. */
  readonly overlaps: () => number
}

const INTERVAL_MS = 1_000

/** A schedule whose work takes so long. */
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

await t.test('before the start nothing is done', async (t) => {
  const { clock, beats } = setUp()
  await clock.pass(5_000)
  t.same(beats, [])
  t.equal(clock.waiting, 0)
})

await t.test('the work is done at once, and then after each interval', async (t) => {
  const { schedule, clock, beats } = setUp()
  schedule.start()
  await clock.pass(0)
  t.same(beats, [0])
  await clock.pass(3_500)
  t.same(beats, [0, 1_000, 2_000, 3_000])
})

await t.test('the work begins after whoever starts it is through with what it does', async (t) => {
  const { schedule, clock, beats } = setUp()
  schedule.start()
  t.same(beats, [])
  await clock.pass(0)
  t.same(beats, [0])
})

await t.test('stopped before the work could begin, nothing is done', async (t) => {
  const { schedule, clock, beats } = setUp()
  schedule.start()
  schedule.stop()
  await clock.pass(5_000)
  t.same(beats, [])
  t.equal(clock.waiting, 0)
})

await t.test('started, stopped and started again before the work could begin, it makes one loop', async (t) => {
  const { schedule, clock, beats } = setUp()
  schedule.start()
  schedule.stop()
  schedule.start()
  await clock.pass(2_500)
  t.same(beats, [0, 1_000, 2_000])
  t.equal(clock.waiting, 1)
})

await t.test('a wait is up to a tenth longer, as chance has it, anew each time', async (t) => {
  const { schedule, clock, beats } = setUp(0, 0.5)
  schedule.start()
  await clock.pass(1_050)
  clock.chance = 0.25
  await clock.pass(1_050)
  clock.chance = 1
  await clock.pass(1_025)
  t.same(beats, [0, 1_050, 2_100, 3_125])
})

await t.test('the interval is counted from the end of the work', async (t) => {
  const { schedule, clock, beats } = setUp(300)
  schedule.start()
  await clock.pass(3_000)
  t.same(beats, [0, 1_300, 2_600])
})

await t.test('work that takes longer than the interval is never under way twice', async (t) => {
  const { schedule, clock, beats, overlaps } = setUp(2_500)
  schedule.start()
  await clock.pass(8_000)
  t.same(beats, [0, 3_500, 7_000])
  t.equal(overlaps(), 0)
})

await t.test('work that does not end is not done again, and no timer waits', async (t) => {
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

await t.test('to start what is on changes nothing', async (t) => {
  const { schedule, clock, beats } = setUp()
  schedule.start()
  schedule.start()
  await clock.pass(500)
  schedule.start()
  await clock.pass(1_000)
  t.same(beats, [0, 1_000])
  t.equal(clock.waiting, 1)
})

await t.test('once stopped nothing is done any more, and no timer is left', async (t) => {
  const { schedule, clock, beats } = setUp()
  schedule.start()
  await clock.pass(1_500)
  t.equal(clock.waiting, 1)
  schedule.stop()
  t.equal(clock.waiting, 0)
  await clock.pass(5_000)
  t.same(beats, [0, 1_000])
})

await t.test('stopped while the work is under way, that goes on to its end and no timer follows', async (t) => {
  const { schedule, clock, beats } = setUp(300)
  schedule.start()
  await clock.pass(100)
  schedule.stop()
  await clock.pass(200)
  t.equal(clock.waiting, 0)
  await clock.pass(5_000)
  t.same(beats, [0])
})

await t.test('to stop what is not on changes nothing', async (t) => {
  const { schedule, clock, beats } = setUp()
  schedule.stop()
  schedule.start()
  await clock.pass(1_000)
  schedule.stop()
  schedule.stop()
  await clock.pass(1_000)
  t.same(beats, [0, 1_000])
})

await t.test('started again it begins at once, and the interval is counted from there', async (t) => {
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

await t.test('started again while the work is under way it makes no second loop', async (t) => {
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

await t.test('stopped and started again just before or after the work ends, it makes no second loop', async (t) => {
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
    t.same(beats, [...new Set(beats)], `${turns} turns later no two beats come at a time`)
    t.equal(clock.waiting, 1)
    schedule.stop()
    t.equal(clock.waiting, 0)
  }
})

await t.test('its timers do not keep the process alive', async (t) => {
  const { schedule, clock } = setUp()
  schedule.start()
  await clock.pass(1_500)
  t.equal(clock.waiting, 1)
  t.equal(clock.keepingAlive, 0)
})
