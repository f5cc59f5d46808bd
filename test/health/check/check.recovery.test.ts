import t from 'tap'
import type { CheckFunction } from '../../../lib/health/check/check-function.js'
import type { CheckOptions } from '../../../lib/health/check/options.js'
import { hang, manualCheck, standaloneCheck } from '../../support/check.js'
import type { StandaloneCheck } from '../../support/check.js'
import { ManualClock } from '../../support/clock.js'

const HOUR_MS = 3_600_000

/** The period of the kubelet's probes. */
const PERIOD_MS = 10_000

/** Random values for the least, the mean and the greatest jitter. */
const CHANCES = [0, 0.5, 0.999_999]

/** A dependency that hangs until a time. Each call waits for the answer until its signal aborts. */
class Dependency {
  readonly #clock: ManualClock
  readonly #hangsUntil: number
  calls = 0
  live = 0
  /** The greatest number of live calls at the same time. */
  most = 0

  constructor (clock: ManualClock, hangsUntil: number) {
    this.#clock = clock
    this.#hangsUntil = hangsUntil
  }

  readonly check: CheckFunction = async ({ signal }) => {
    this.calls += 1
    if (this.#clock.now() >= this.#hangsUntil) return
    this.live += 1
    this.most = Math.max(this.most, this.live)
    await new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => {
        this.live -= 1
        reject(signal.reason as Error)
      })
    })
  }
}

interface Outage extends StandaloneCheck {
  readonly dependency: Dependency
}

/** Starts a check of a dependency that hangs. */
function startOutage (hangsUntil: number, chance: number, options: CheckOptions): Outage {
  const clock = new ManualClock()
  clock.chance = chance
  const dependency = new Dependency(clock, hangsUntil)
  const standalone = standaloneCheck(dependency.check, options, clock)
  standalone.check.start()
  return { ...standalone, dependency }
}

/** Probes like a kubelet until a time, whose last probe may be earlier. */
async function probeUntil ({ clock, probe }: StandaloneCheck, end: number, periodMs = PERIOD_MS): Promise<void> {
  while (clock.now() < end) {
    void probe()
    await clock.pass(Math.min(periodMs, end - clock.now()))
  }
}

/** Returns the ends of an outage of 90 s for which the check is not UP after the time limit. */
async function lateRecoveries (limitMs: number, options: CheckOptions): Promise<readonly unknown[]> {
  const late: unknown[] = []
  for (const chance of CHANCES) {
    for (let end = 90_000; end < 100_000; end += 487) {
      const outage = startOutage(end, chance, options)
      await probeUntil(outage, end)
      await outage.clock.pass(limitMs)
      if (outage.check.reported?.status !== 'UP') late.push({ chance, end })
    }
  }
  return late
}

await t.test('a check of a dependency that hung for 90 s is UP at most 10 s after the recovery', async (t) => {
  for (const timeout of [1, 50, 800, 2_000, 5_000, 9_000]) {
    t.same(await lateRecoveries(10_000, { timeout }), [], `timeout ${timeout} ms`)
  }
})

await t.test('a background check recovers at most 10 s late when its interval is longer or shorter', async (t) => {
  for (const interval of [1_000, 300_000]) t.same(await lateRecoveries(10_000, { interval }), [], `${interval} ms`)
})

await t.test('a check with a longer timeout recovers at most one second later than its timeout', async (t) => {
  for (const timeout of [9_500, 20_000, 60_000]) {
    t.same(await lateRecoveries(timeout + 1_000, { timeout }), [], `timeout ${timeout} ms`)
  }
})

await t.test('a hanging dependency gets at most 450 calls per hour, and one at a time', async (t) => {
  for (const options of [{ timeout: 1 }, { timeout: 800 }, { interval: 1_000 }, { maxBackoff: 1, interval: HOUR_MS }]) {
    for (const chance of CHANCES) {
      const outage = startOutage(Infinity, chance, options)
      await probeUntil(outage, HOUR_MS, options.maxBackoff === undefined ? 1_000 : PERIOD_MS)
      const { calls, most } = outage.dependency
      t.equal(most, 1)
      t.ok(calls > 370 && calls <= 450, `${calls} calls`)
    }
  }
})

await t.test('a function that always passes late gets at most 450 calls per hour', async (t) => {
  let calls = 0
  const standalone: StandaloneCheck = standaloneCheck(async () => {
    calls += 1
    await new Promise<void>((resolve) => { standalone.clock.after(1_000, resolve) })
  })
  standalone.clock.chance = 0.999_999
  standalone.check.start()
  await probeUntil(standalone, HOUR_MS, 1_000)
  t.ok(calls > 370 && calls <= 450, `${calls} calls`)
})

await t.test('a function that ignores its signal gets at most 80 calls per hour', async (t) => {
  for (const chance of CHANCES) {
    let calls = 0
    const standalone = standaloneCheck(() => { calls += 1; return hang() })
    standalone.clock.chance = chance
    standalone.check.start()
    await probeUntil(standalone, HOUR_MS, 1_000)
    t.ok(calls >= 60 && calls <= 80, `${calls} calls`)
    t.equal(standalone.hangs.length, 1)
  }
})

await t.test('a check that timed out runs again at the end of the back-off without a probe', async (t) => {
  const { check, run, calls, clock, changes } = manualCheck()
  check.start()
  const first = run()
  await clock.pass(800)
  await first
  t.equal(clock.keepingAlive, 0)
  await clock.pass(719)
  t.equal(calls.length, 1)
  await clock.pass(1)
  t.equal(calls.length, 2)
  t.equal(clock.keepingAlive, 0)
  calls[1]?.resolve()
  await clock.pass(0)
  t.match(changes, [{ to: 'DOWN' }, { to: 'UP' }])
  t.equal(clock.waiting, 0)
})

await t.test('a probe waits for the run in the background that is under way', async (t) => {
  const { check, run, calls, clock } = manualCheck()
  check.start()
  void run()
  await clock.pass(800 + 720 + 100)
  const probe = run()
  calls[1]?.resolve()
  t.match(await probe, { status: 'UP', durationMs: 100 })
  t.equal(calls.length, 2)
})

await t.test('a run in the background counts for the thresholds', async (t) => {
  const { check, run, calls, clock, changes } = manualCheck({ failureThreshold: 2, interval: HOUR_MS })
  check.start()
  await clock.pass(0)
  calls[0]?.resolve()
  await clock.pass(HOUR_MS * 1.05)
  t.match(await run(), { status: 'UP' })
  await clock.pass(800)
  t.match(changes, [{ to: 'UP' }])
  await clock.pass(720 + 800)
  t.equal(calls.length, 3)
  t.match(changes, [{ to: 'UP' }, { to: 'DOWN', error: 'timed out after 800 ms' }])
})

await t.test('a check runs again in the background after its timed-out call has passed late', async (t) => {
  const { check, run, calls, clock, changes } = manualCheck({ ttl: HOUR_MS })
  check.start()
  void run()
  await clock.pass(2_000)
  t.equal(calls.length, 2)
  await clock.pass(2_000)
  calls[0]?.resolve()
  await clock.pass(500)
  t.equal(calls.length, 3, 'the pause was longer')
  calls[2]?.resolve()
  await clock.pass(0)
  t.match(changes, [{ to: 'DOWN' }, { to: 'UP' }])
})

await t.test('a check that was not started does not run in the background', async (t) => {
  const { run, calls, clock } = manualCheck()
  void run()
  await clock.pass(60_000)
  t.equal(calls.length, 1)
  t.equal(clock.waiting, 0)
})

await t.test('a check that timed out before the start runs again in the background after it', async (t) => {
  const { check, run, calls, clock } = manualCheck()
  void run()
  await clock.pass(800)
  check.start()
  await clock.pass(719)
  t.equal(calls.length, 1, 'the first call is still running')
  await clock.pass(1)
  t.equal(calls.length, 2)
})

await t.test('a check runs at once after the start when its timed-out call has ended before', async (t) => {
  const { check, run, calls, clock } = manualCheck()
  void run()
  await clock.pass(800)
  calls[0]?.resolve(false)
  await clock.pass(0)
  check.start()
  t.equal(clock.waiting, 0)
  void run()
  t.equal(calls.length, 2)
})

await t.test('no timer is left when a check that timed out is paused, removed or closed', async (t) => {
  for (const end of ['pause', 'remove', 'close'] as const) {
    const { check, run, calls, clock } = manualCheck()
    check.start()
    void run()
    await clock.pass(800)
    t.equal(clock.waiting, 1)
    check[end]()
    t.equal(clock.waiting, 0)
    calls[0]?.resolve()
    await clock.pass(60_000)
    t.equal(calls.length, 1)
    t.equal(clock.waiting, 0)
  }
})

await t.test('a check without an interval does not run in the background a minute after its last probe', async (t) => {
  const outage = startOutage(Infinity, 0.5, {})
  void outage.probe()
  await outage.clock.pass(HOUR_MS)
  const { calls } = outage.dependency
  t.ok(calls > 6 && calls < 12, `${calls} calls`)
  t.equal(outage.clock.waiting, 0)
  void outage.probe()
  t.equal(outage.dependency.calls, calls + 1, 'the next probe runs it')
})

await t.test('a check with an interval runs in the background without probes', async (t) => {
  const outage = startOutage(Infinity, 0.5, { interval: HOUR_MS })
  await outage.clock.pass(HOUR_MS)
  t.ok(outage.dependency.calls > 370)
})

await t.test('a timer that fires early does not lose the run in the background', async (t) => {
  class EarlyClock extends ManualClock {
    override inBackground (delayMs: number, callback: () => void): () => void {
      return super.inBackground(delayMs - 0.5, callback)
    }
  }
  const clock = new EarlyClock()
  let calls = 0
  const { check, probe } = standaloneCheck(() => { calls += 1; return hang() }, {}, clock)
  check.start()
  void probe()
  await clock.pass(800 + 720)
  t.equal(calls, 2)
})
