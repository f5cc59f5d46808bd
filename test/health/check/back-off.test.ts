import t from 'tap'
import type { Run } from '../../../lib/health/check/attempt.js'
import { BackOff } from '../../../lib/health/check/back-off.js'
import { ManualClock } from '../../support/clock.js'

interface Setting {
  readonly hang: BackOff
  readonly clock: ManualClock
  /** Has a run time out, and gives how long the function is left alone. */
  readonly timeOut: () => Promise<number>
}

const run: Run = { status: 'DOWN', details: { error: 'timed out after 800 ms' }, time: '2020-01-01T00:00:00.000Z', durationMs: 800 }

/** Longer than any wait here should be. */
const LONGEST_WAIT_MS = 100_000

function setUp (policy = { timeout: 800, maxBackoff: 60_000 }, chance = 0.5): Setting {
  const clock = new ManualClock()
  clock.chance = chance
  const hang = new BackOff(policy, clock)
  return { hang, clock, timeOut: async () => await timeOut(hang, clock) }
}

/** Counts the milliseconds until the function is left alone no more, and lets them pass. */
async function timeOut (hang: BackOff, clock: ManualClock): Promise<number> {
  hang.timedOut(run)
  let waitMs = 0
  while (hang.skips(clock.now() + waitMs) !== undefined && waitMs < LONGEST_WAIT_MS) waitMs += 1
  await clock.pass(waitMs)
  return waitMs
}

await t.test('a function that has not timed out is not left alone', (t) => {
  const { hang } = setUp()
  t.equal(hang.skips(0), undefined)
  t.match(hang, { timeouts: 0, abandoned: 0 })
  t.equal(hang.takeNews(), false)
  t.end()
})

await t.test('the wait doubles with each run that times out, from the timeout to the longest', async (t) => {
  const { timeOut } = setUp({ timeout: 1_000, maxBackoff: 10_000 })
  const waits: number[] = []
  for (let count = 0; count < 6; count++) waits.push(await timeOut())
  t.same(waits, [900, 1_800, 3_600, 7_200, 9_000, 9_000], 'a tenth is cut where chance is in the middle')
})

await t.test('after thousands of runs that timed out the wait is still the longest', async (t) => {
  const { hang, timeOut } = setUp({ timeout: 1_000, maxBackoff: 10_000 })
  for (let count = 0; count < 5_000; count++) hang.timedOut(run)
  t.equal(await timeOut(), 9_000)
})

await t.test('a longest wait that is shorter than the timeout is kept from the first', async (t) => {
  const { timeOut } = setUp({ timeout: 1_000, maxBackoff: 100 })
  t.equal(await timeOut(), 90)
  t.equal(await timeOut(), 90)
})

await t.test('a wait is cut by 5 to 15 percent, as chance has it', async (t) => {
  const waitBy = async (chance: number): Promise<number> => await setUp({ timeout: 1_000, maxBackoff: 60_000 }, chance).timeOut()
  t.equal(await waitBy(0), 950)
  t.equal(await waitBy(0.25), 925)
  t.equal(await waitBy(0.5), 900)
  t.equal(await waitBy(0.9999), 851, 'it was 850 and a fraction')
})

await t.test('chance is asked anew for each wait', async (t) => {
  const { clock, timeOut } = setUp({ timeout: 1_000, maxBackoff: 1_000 }, 0)
  t.equal(await timeOut(), 950)
  clock.chance = 0.5
  t.equal(await timeOut(), 900)
})

await t.test('while it is left alone the last run that timed out stands for the one that is skipped, and not after', (t) => {
  const { hang } = setUp({ timeout: 1_000, maxBackoff: 60_000 })
  hang.timedOut(run)
  t.equal(hang.skips(0), run)
  t.equal(hang.skips(899), run)
  t.equal(hang.skips(900), undefined)
  t.end()
})

await t.test('of several runs that timed out the last stands for those that are skipped', async (t) => {
  const { hang, clock, timeOut } = setUp()
  await timeOut()
  const last: Run = { ...run, time: '2020-01-01T00:00:02.000Z' }
  hang.timedOut(last)
  t.equal(hang.skips(clock.now()), last)
})

await t.test('the runs that timed out in a row are counted, up to one that ended in time', (t) => {
  const { hang } = setUp()
  const counts = [1, 2, 3].map(() => {
    hang.timedOut(run)
    return hang.timeouts
  })
  t.same(counts, [1, 2, 3])
  hang.ended()
  t.equal(hang.timeouts, 0)
  t.end()
})

await t.test('a run that ended in time ends the wait, and the next wait is short again', async (t) => {
  const { hang, clock, timeOut } = setUp({ timeout: 1_000, maxBackoff: 60_000 })
  await timeOut()
  hang.timedOut(run)
  hang.ended()
  t.equal(hang.skips(clock.now()), undefined)
  t.equal(await timeOut(), 900)
})

await t.test('a call that passes late ends the wait, is a reason to look again, and the next wait is short again', async (t) => {
  const { hang, clock, timeOut } = setUp({ timeout: 1_000, maxBackoff: 60_000 })
  await timeOut()
  hang.timedOut(run)
  t.equal(hang.endedLate(true), true)
  t.equal(hang.skips(clock.now()), undefined)
  t.equal(hang.timeouts, 0)
  t.equal(await timeOut(), 900)
})

await t.test('a call that fails late changes nothing but the count of those abandoned', async (t) => {
  const { hang, clock, timeOut } = setUp({ timeout: 1_000, maxBackoff: 60_000 })
  await timeOut()
  hang.timedOut(run)
  t.equal(hang.endedLate(false), false)
  t.match(hang, { timeouts: 2, abandoned: 1 })
  t.equal(hang.skips(clock.now() + 1_799), run)
  t.equal(await timeOut(), 3_600)
})

await t.test('a call that passes late is no reason to look again where a run has ended in time since', (t) => {
  const { hang } = setUp()
  hang.timedOut(run)
  hang.ended()
  t.equal(hang.endedLate(true), false)
  t.equal(hang.abandoned, 0)
  t.end()
})

await t.test('calls are abandoned from their timeout to their end, whatever ends in time meanwhile', (t) => {
  const { hang } = setUp()
  hang.timedOut(run)
  hang.timedOut(run)
  t.equal(hang.abandoned, 2)
  hang.ended()
  t.equal(hang.abandoned, 2)
  hang.endedLate(true)
  hang.endedLate(false)
  t.equal(hang.abandoned, 0)
  t.end()
})

await t.test('a call that has not ended is news once, however many follow it', (t) => {
  const { hang } = setUp()
  hang.timedOut(run)
  t.equal(hang.takeNews(), true)
  t.equal(hang.takeNews(), false)
  hang.timedOut(run)
  t.equal(hang.takeNews(), false)
  t.end()
})

await t.test('a call that has ended before it was looked for is no news', (t) => {
  const { hang } = setUp()
  hang.timedOut(run)
  hang.endedLate(false)
  t.equal(hang.takeNews(), false)
  hang.timedOut(run)
  t.equal(hang.takeNews(), true, 'but one that has not ended is')
  t.end()
})

await t.test('after a run that ended in time, the next that times out is news again', (t) => {
  const { hang } = setUp()
  hang.timedOut(run)
  t.equal(hang.takeNews(), true)
  hang.endedLate(true)
  hang.ended()
  t.equal(hang.takeNews(), false)
  hang.timedOut(run)
  t.equal(hang.takeNews(), true)
  t.end()
})

await t.test('one call that never ends is not news again after each run that ends in time', (t) => {
  const { hang } = setUp()
  hang.timedOut(run)
  t.equal(hang.takeNews(), true)
  for (let count = 0; count < 3; count++) {
    hang.ended()
    t.equal(hang.takeNews(), false)
  }
  t.end()
})
