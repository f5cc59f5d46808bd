import t from 'tap'
import type { RunResult } from '../../../lib/health/check/result.js'
import type { CheckPolicy } from '../../../lib/health/check/options.js'
import { BackOff } from '../../../lib/health/check/back-off.js'
import { ManualClock } from '../../support/clock.js'

interface Setting {
  readonly backOff: BackOff
  readonly clock: ManualClock
  /** Reports a timeout, and returns the length of the back-off. */
  readonly timeOut: () => Promise<number>
}

const run: RunResult = {
  status: 'DOWN',
  details: { error: 'timed out after 800 ms' },
  time: '2020-01-01T00:00:00.000Z',
  durationMs: 800
}

/** Longer than any back-off in these tests. */
const WAIT_LIMIT_MS = 100_000

type Policy = Pick<CheckPolicy, 'timeout' | 'maxBackoff'>

const DEFAULT: Policy = { timeout: 800, maxBackoff: undefined }

function setUp (policy: Policy = { timeout: 800, maxBackoff: 60_000 }, chance = 0.5): Setting {
  const clock = new ManualClock()
  clock.chance = chance
  const backOff = new BackOff(policy, clock)
  return { backOff, clock, timeOut: async () => await timeOut(backOff, clock) }
}

/** Reports a timeout, counts the milliseconds of the back-off, and lets them pass. */
async function timeOut (backOff: BackOff, clock: ManualClock): Promise<number> {
  backOff.timedOut(run)
  let waitMs = 0
  while (backOff.skippedResult(clock.now() + waitMs) !== undefined && waitMs < WAIT_LIMIT_MS) waitMs += 1
  await clock.pass(waitMs)
  return waitMs
}

await t.test('a back-off skips no run before the first timeout', (t) => {
  const { backOff } = setUp()
  t.equal(backOff.skippedResult(0), undefined)
  t.match(backOff, { timeouts: 0, abandoned: 0 })
  t.equal(backOff.noticeHang(), false)
  t.end()
})

await t.test('the wait doubles with each timeout in a row, from the timeout up to maxBackoff', async (t) => {
  const { timeOut } = setUp({ timeout: 1_000, maxBackoff: 10_000 })
  const waits: number[] = []
  for (let count = 0; count < 6; count++) waits.push(await timeOut())
  t.same(waits, [900, 1_800, 3_600, 7_200, 9_000, 9_000], 'jitter of 10 % at a random value of 0.5')
})

await t.test('the wait stays at maxBackoff after thousands of timeouts', async (t) => {
  const { backOff, timeOut } = setUp({ timeout: 1_000, maxBackoff: 10_000 })
  for (let count = 0; count < 5_000; count++) backOff.timedOut(run)
  t.equal(await timeOut(), 9_000)
})

await t.test('a maxBackoff shorter than the timeout limits the first wait', async (t) => {
  const { timeOut } = setUp({ timeout: 1_000, maxBackoff: 100 })
  t.equal(await timeOut(), 90)
  t.equal(await timeOut(), 90)
})

await t.test('jitter shortens a wait by 5 to 15 %', async (t) => {
  const policy = { timeout: 1_000, maxBackoff: 60_000 }
  const waitBy = async (chance: number): Promise<number> => await setUp(policy, chance).timeOut()
  t.equal(await waitBy(0), 950)
  t.equal(await waitBy(0.25), 925)
  t.equal(await waitBy(0.5), 900)
  t.equal(await waitBy(0.9999), 851, 'the first whole millisecond after the wait')
})

await t.test('each wait uses a new random value', async (t) => {
  const { clock, timeOut } = setUp({ timeout: 1_000, maxBackoff: 1_000 }, 0)
  t.equal(await timeOut(), 950)
  clock.chance = 0.5
  t.equal(await timeOut(), 900)
})

await t.test('skippedResult() returns the run that timed out during the wait, and undefined after it', (t) => {
  const { backOff } = setUp({ timeout: 1_000, maxBackoff: 60_000 })
  backOff.timedOut(run)
  t.equal(backOff.skippedResult(0), run)
  t.equal(backOff.skippedResult(899), run)
  t.equal(backOff.skippedResult(900), undefined)
  t.end()
})

await t.test('skippedResult() returns the last of several runs that timed out', async (t) => {
  const { backOff, clock, timeOut } = setUp()
  await timeOut()
  const last: RunResult = { ...run, time: '2020-01-01T00:00:02.000Z' }
  backOff.timedOut(last)
  t.equal(backOff.skippedResult(clock.now()), last)
})

await t.test('timeouts counts the timeouts in a row, and a run in time resets it', (t) => {
  const { backOff } = setUp()
  const counts = [1, 2, 3].map(() => {
    backOff.timedOut(run)
    return backOff.timeouts
  })
  t.same(counts, [1, 2, 3])
  backOff.ended()
  t.equal(backOff.timeouts, 0)
  t.end()
})

await t.test('a run in time ends the wait, and the next wait is as short as the first', async (t) => {
  const { backOff, clock, timeOut } = setUp({ timeout: 1_000, maxBackoff: 60_000 })
  await timeOut()
  backOff.timedOut(run)
  backOff.ended()
  t.equal(backOff.skippedResult(clock.now()), undefined)
  t.equal(await timeOut(), 900)
})

await t.test('the first late pass ends the wait and makes the check due, but timeouts stays', async (t) => {
  const { backOff, clock, timeOut } = setUp({ timeout: 1_000, maxBackoff: 60_000 })
  await timeOut()
  backOff.timedOut(run)
  t.equal(backOff.endedLate(true), true)
  t.equal(backOff.skippedResult(clock.now()), undefined)
  t.equal(backOff.timeouts, 2)
  t.equal(await timeOut(), 3_600)
})

await t.test('a second late pass does not make the check due until a run has ended in time', (t) => {
  const { backOff, clock } = setUp({ timeout: 1_000, maxBackoff: 60_000 })
  const endLate = (): boolean => {
    backOff.timedOut(run)
    return backOff.endedLate(true)
  }
  t.equal(endLate(), true)
  t.equal(endLate(), false)
  t.equal(backOff.skippedResult(clock.now()), run)
  backOff.ended()
  t.equal(endLate(), true)
  t.end()
})

await t.test('by default the wait doubles up to a minute while a timed-out call is running', async (t) => {
  const { timeOut } = setUp(DEFAULT)
  const waits: number[] = []
  for (let count = 0; count < 8; count++) waits.push(await timeOut())
  t.same(waits, [720, 1_440, 2_880, 5_760, 11_520, 23_040, 46_080, 54_000])
})

await t.test('by default runs start up to 8.5 to 9.5 s apart when all timed-out calls have ended', async (t) => {
  const pauses = async (chance: number): Promise<readonly number[]> => {
    const { backOff, clock } = setUp(DEFAULT, chance)
    const found: number[] = []
    for (let count = 0; count < 6; count++) {
      backOff.timedOut(run)
      backOff.endedLate(false)
      const pauseMs = backOff.retryAt - clock.now()
      t.not(backOff.skippedResult(clock.now() + pauseMs - 1), undefined)
      t.equal(backOff.skippedResult(clock.now() + pauseMs), undefined)
      found.push(Math.round(pauseMs))
      await clock.pass(pauseMs)
    }
    return found
  }
  t.same(await pauses(0), [760, 1_520, 3_040, 6_080, 8_700, 8_700])
  t.same(await pauses(0.999_999), [680, 1_360, 2_720, 5_440, 7_700, 7_700])
})

await t.test('the wait stays while another timed-out call is running', (t) => {
  const { backOff, clock } = setUp(DEFAULT)
  for (let count = 0; count < 6; count++) backOff.timedOut(run)
  for (let count = 0; count < 5; count++) backOff.endedLate(false)
  t.equal(backOff.skippedResult(clock.now() + 23_000), run)
  backOff.endedLate(false)
  t.equal(backOff.skippedResult(clock.now() + 9_000), undefined)
  t.end()
})

await t.test('a late pass shortens the wait while another timed-out call is running', (t) => {
  const { backOff, clock } = setUp(DEFAULT)
  for (let count = 0; count < 6; count++) backOff.timedOut(run)
  backOff.endedLate(true)
  backOff.timedOut(run)
  backOff.endedLate(true)
  t.equal(backOff.skippedResult(clock.now() + 8_000), run)
  t.equal(backOff.skippedResult(clock.now() + 9_000), undefined)
  t.end()
})

await t.test('a maxBackoff of the user applies also when all timed-out calls have ended', (t) => {
  const { backOff, clock } = setUp({ timeout: 800, maxBackoff: 300_000 })
  for (let count = 0; count < 12; count++) {
    backOff.timedOut(run)
    backOff.endedLate(false)
  }
  t.equal(backOff.skippedResult(clock.now() + 269_999), run)
  t.equal(backOff.retryAt, clock.now() + 270_000)
  t.end()
})

await t.test('a retry does not start earlier than by default when maxBackoff is short', (t) => {
  const { backOff, clock } = setUp({ timeout: 800, maxBackoff: 1 })
  for (let count = 0; count < 6; count++) backOff.timedOut(run)
  t.equal(backOff.skippedResult(clock.now() + 1), undefined, 'a probe runs the check')
  t.equal(backOff.retryAt, clock.now() + 8_200)
  t.end()
})

await t.test('the pause is about one second when the timeout is longer than 9 s', (t) => {
  for (const timeout of [9_000, 20_000, 120_000]) {
    const { backOff } = setUp({ timeout, maxBackoff: undefined })
    backOff.timedOut(run)
    backOff.endedLate(false)
    t.equal(Math.round(backOff.retryAt), 900)
  }
  t.end()
})

await t.test('forget() ends the wait, except while a timed-out call is running', (t) => {
  const { backOff, clock } = setUp(DEFAULT)
  backOff.timedOut(run)
  backOff.forget()
  t.equal(backOff.skippedResult(clock.now()), run)
  backOff.endedLate(false)
  backOff.forget()
  t.equal(backOff.skippedResult(clock.now()), undefined)
  t.equal(backOff.timeouts, 0)
  t.end()
})

await t.test('a late failure only decreases the number of abandoned calls', async (t) => {
  const { backOff, clock, timeOut } = setUp({ timeout: 1_000, maxBackoff: 60_000 })
  await timeOut()
  backOff.timedOut(run)
  t.equal(backOff.endedLate(false), false)
  t.match(backOff, { timeouts: 2, abandoned: 1 })
  t.equal(backOff.skippedResult(clock.now() + 1_799), run)
  t.equal(await timeOut(), 3_600)
})

await t.test('a late pass does not make the check due if another run has ended in time since', (t) => {
  const { backOff } = setUp()
  backOff.timedOut(run)
  backOff.ended()
  t.equal(backOff.endedLate(true), false)
  t.equal(backOff.abandoned, 0)
  t.end()
})

await t.test('a call counts as abandoned from its timeout until it settles, even if later runs end in time', (t) => {
  const { backOff } = setUp()
  backOff.timedOut(run)
  backOff.timedOut(run)
  t.equal(backOff.abandoned, 2)
  backOff.ended()
  t.equal(backOff.abandoned, 2)
  backOff.endedLate(true)
  backOff.endedLate(false)
  t.equal(backOff.abandoned, 0)
  t.end()
})

await t.test('noticeHang() is true once for any number of abandoned calls', (t) => {
  const { backOff } = setUp()
  backOff.timedOut(run)
  t.equal(backOff.noticeHang(), true)
  t.equal(backOff.noticeHang(), false)
  backOff.timedOut(run)
  t.equal(backOff.noticeHang(), false)
  t.end()
})

await t.test('noticeHang() is false if the abandoned call has settled', (t) => {
  const { backOff } = setUp()
  backOff.timedOut(run)
  backOff.endedLate(false)
  t.equal(backOff.noticeHang(), false)
  backOff.timedOut(run)
  t.equal(backOff.noticeHang(), true, 'this call has not settled')
  t.end()
})

await t.test('noticeHang() is true again at the next timeout after a run in time', (t) => {
  const { backOff } = setUp()
  backOff.timedOut(run)
  t.equal(backOff.noticeHang(), true)
  backOff.endedLate(true)
  backOff.ended()
  t.equal(backOff.noticeHang(), false)
  backOff.timedOut(run)
  t.equal(backOff.noticeHang(), true)
  t.end()
})

await t.test('noticeHang() stays false after runs in time while one old call never settles', (t) => {
  const { backOff } = setUp()
  backOff.timedOut(run)
  t.equal(backOff.noticeHang(), true)
  for (let count = 0; count < 3; count++) {
    backOff.ended()
    t.equal(backOff.noticeHang(), false)
  }
  t.end()
})
