import t from 'tap'
import { hang, manualCheck, standaloneCheck } from '../../support/check.js'

await t.test('a background check runs at once and after each interval, and probes read the last result', async (t) => {
  let runs = 0
  const { check, probe, clock } = standaloneCheck(() => { runs += 1 }, { interval: 1_000 })
  clock.chance = 0
  check.start()
  await clock.pass(0)
  t.equal(runs, 1)
  for (let nth = 0; nth < 10; nth++) t.match(probe(), { status: 'UP', time: '1970-01-01T00:00:00.000Z' })
  await clock.pass(999)
  t.equal(runs, 1)
  await clock.pass(1)
  t.equal(runs, 2)
  t.match(probe(), { time: '1970-01-01T00:00:01.000Z' })
  t.equal(clock.keepingAlive, 0)
})

await t.test('a probe before the first background result waits for that result', async (t) => {
  const { check, run, calls, clock } = manualCheck({ interval: 1_000 })
  check.start()
  t.equal(clock.keepingAlive, 0)
  const probe = run()
  await clock.pass(300)
  t.equal(clock.keepingAlive, 1, 'a probe is waiting')
  calls[0]?.resolve()
  t.match(await probe, { status: 'UP', durationMs: 300 })
  t.equal(calls.length, 1)
})

await t.test('a probe before the first background result waits no longer than the timeout', async (t) => {
  const { check, run, clock } = manualCheck({ interval: 1_000 })
  check.start()
  await clock.pass(700)
  const probe = run()
  await clock.pass(100)
  t.match(await probe, { status: 'DOWN', details: { error: 'timed out after 800 ms' } })
})

await t.test('probes read the last result while a background run is under way', async (t) => {
  const { check, probe, calls, clock } = manualCheck({ interval: 1_000 })
  clock.chance = 0
  check.start()
  await clock.pass(0)
  calls[0]?.resolve()
  await clock.pass(1_000)
  t.equal(calls.length, 2)
  t.match(probe(), { status: 'UP' })
})

await t.test('background runs never overlap: each starts one interval after the end of the last', async (t) => {
  const { check, calls, clock } = manualCheck({ interval: 100, timeout: 5_000 })
  clock.chance = 0
  check.start()
  await clock.pass(1_000)
  t.equal(calls.length, 1)
  calls[0]?.resolve()
  await clock.pass(99)
  t.equal(calls.length, 1)
  await clock.pass(1)
  t.equal(calls.length, 2)
})

await t.test('a probe that finds a stale background result waits for a new run', async (t) => {
  const { check, probe, run, calls, clock } = manualCheck({ interval: 1_000, timeout: 800, failureThreshold: 3 })
  const first = run()
  calls[0]?.resolve()
  await first
  check.pause()
  await clock.pass(2_799)
  t.match(probe(), { status: 'UP' })
  t.equal(calls.length, 1)
  await clock.pass(1)
  const fresh = run()
  t.equal(calls.length, 2)
  await clock.pass(800)
  t.match(
    await fresh,
    { status: 'DOWN', details: { error: 'timed out after 800 ms' } },
    'a stale pass does not count for the threshold'
  )
})

await t.test('a stale failure is reported until the success threshold is reached', async (t) => {
  const results = [false]
  const { run, clock } = standaloneCheck(() => results.shift() ?? true, { interval: 1_000, successThreshold: 2 })
  for (const status of ['DOWN', 'DOWN', 'UP']) {
    t.match(await run(), { status })
    await clock.pass(10_000)
  }
})

await t.test('failureStatus replaces a stale result when the new run times out', async (t) => {
  const { run, calls, clock } = manualCheck({ interval: 1_000, failureStatus: 'DEGRADED' })
  const first = run()
  calls[0]?.resolve()
  await first
  await clock.pass(10_000)
  const fresh = run()
  await clock.pass(800)
  t.match(await fresh, { status: 'DEGRADED', details: { error: 'timed out after 800 ms' } })
})

await t.test('a background check that hangs backs off, and probes get its last result', async (t) => {
  let calls = 0
  const { check, probe, clock } = standaloneCheck(() => {
    calls += 1
    return hang()
  }, { interval: 1_000, maxBackoff: 20_000 })
  check.start()
  await clock.pass(120_000)
  t.ok(calls > 6 && calls < 13, `${calls} calls`)
  t.match(probe(), { status: 'DOWN' })
})

await t.test('a failure before the first start does not count after it', async (t) => {
  let isConnected = false
  const options = { ttl: 60_000, successThreshold: 3 }
  const { check, run } = standaloneCheck(() => isConnected, options)
  t.match(await run(), { status: 'DOWN' })
  isConnected = true
  check.start()
  t.match(await run(), { status: 'UP' })
})

await t.test('a pass before the first start still counts after it', async (t) => {
  const results = [true]
  const { check, run, clock } = standaloneCheck(() => results.shift() ?? false, { ttl: 1_000, failureThreshold: 2 })
  t.match(await run(), { status: 'UP' })
  check.start()
  t.match(await run(), { status: 'UP', time: '1970-01-01T00:00:00.000Z' })
  await clock.pass(1_000)
  for (const status of ['UP', 'DOWN']) {
    t.match(await run(), { status })
    await clock.pass(1_000)
  }
})

await t.test('a background check runs again at once when its first run began before the start', async (t) => {
  const { check, run, probe, calls, clock } = manualCheck({ interval: 60_000 })
  const early = run()
  check.start()
  await clock.pass(0)
  t.equal(calls.length, 1, 'runs do not overlap')
  calls[0]?.resolve(false)
  t.match(await early, { status: 'DOWN' })
  await clock.pass(0)
  calls[1]?.resolve()
  await clock.pass(0)
  t.match(probe(), { status: 'UP' })
})

await t.test('a check that is paused or removed before its first run ends does not start', async (t) => {
  for (const end of ['pause', 'remove'] as const) {
    const { check, probe, calls, clock } = manualCheck({ interval: 60_000 })
    void probe()
    check.start()
    check[end]()
    await clock.pass(120_000)
    t.equal(calls.length, 1)
  }
})
