import t from 'tap'
import { Background } from '../../../lib/health/check/background.js'
import { ManualClock } from '../../support/clock.js'

/** Makes the background of a check without an interval that is on and has just been probed. */
function startBackground (): { background: Background, clock: ManualClock, runs: number[] } {
  const clock = new ManualClock()
  const runs: number[] = []
  const run = async (now: number): Promise<void> => await Promise.resolve().then(() => { runs.push(now) })
  const background = new Background(0, run, clock)
  background.turnOn()
  background.probed(clock.now())
  return { background, clock, runs }
}

await t.test('retryAt() runs the check once, at the latest given time', async (t) => {
  const { background, clock, runs } = startBackground()
  background.retryAt(1_000)
  background.retryAt(2_000)
  await clock.pass(10_000)
  t.same(runs, [2_000])
})

await t.test('retryAt() delays a retry that is due already by a random share of 500 ms', async (t) => {
  const { background, clock, runs } = startBackground()
  await clock.pass(1_000)
  background.retryAt(1_000)
  await clock.pass(249)
  t.same(runs, [])
  await clock.pass(1)
  t.same(runs, [1_250])
})

await t.test('retryAt() does nothing after turnOff()', async (t) => {
  const { background, clock, runs } = startBackground()
  background.turnOff()
  background.retryAt(1_000)
  await clock.pass(10_000)
  t.same(runs, [])
})
