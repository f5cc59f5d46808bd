import t from 'tap'
import type { CheckContext, CheckFunction } from '../../../lib/health/check/check-function.js'
import { standaloneCheck } from '../../support/check.js'
import type { StandaloneCheck } from '../../support/check.js'

const hang = (): Promise<void> => new Promise(() => undefined)

/** Creates a check whose calls stay pending until the test settles them through `calls`. */
function manualCheck (
  options: Parameters<typeof standaloneCheck>[1] = {}
): StandaloneCheck & { readonly calls: readonly Call[] } {
  const calls: Call[] = []
  const standalone = standaloneCheck(({ signal }) => new Promise((resolve, reject) => {
    calls.push({ signal, resolve, reject })
  }), options)
  return { ...standalone, calls }
}

/** Returns the distinct statuses of several runs in a row. */
async function statusesOf (run: StandaloneCheck['run'], times: number): Promise<readonly string[]> {
  const statuses = new Set<string>()
  for (let nth = 0; nth < times; nth++) statuses.add((await run()).status)
  return [...statuses]
}

interface Call {
  readonly signal: AbortSignal
  readonly resolve: (value?: boolean) => void
  readonly reject: (reason: Error) => void
}

await t.test('a check that throws or rejects is DOWN with the error message', async (t) => {
  const throwing = standaloneCheck(() => { throw new Error('no pool') })
  t.match(await throwing.run(), { status: 'DOWN', details: { error: 'no pool' } })
  const rejecting = standaloneCheck(async () => { await Promise.reject(new Error('refused')) })
  t.match(await rejecting.run(), { status: 'DOWN', details: { error: 'refused' } })
})

await t.test('a promise with a forged then() or constructor cannot fake a pass', async (t) => {
  const lying = Object.assign(Promise.resolve(false), { then: () => ({ status: 'UP' }) })
  t.match(await standaloneCheck(() => lying).run(), { status: 'DOWN', details: { error: 'the check returned false' } })
  const resisting = Object.defineProperty(Promise.resolve(true), 'constructor', { get () { throw new Error('no') } })
  t.match(await standaloneCheck(() => resisting).run(), { status: 'DOWN', details: { error: 'no' } })
})

await t.test('a check that hangs is DOWN after its timeout, and its signal is aborted', async (t) => {
  let signal: AbortSignal | undefined
  const { run, clock } = standaloneCheck((context) => {
    signal = context.signal
    return hang()
  }, { timeout: 250 })
  const running = run()
  await clock.pass(249)
  t.equal(signal?.aborted, false)
  await clock.pass(1)
  t.match(await running, { status: 'DOWN', details: { error: 'timed out after 250 ms' }, durationMs: 250 })
  t.equal(signal?.aborted, true)
  t.match(signal?.reason, { name: 'TimeoutError', message: 'timed out after 250 ms' })
})

await t.test('the signal is aborted when the check first reads it after the timeout', async (t) => {
  let context: CheckContext | undefined
  const { run, clock } = standaloneCheck((given) => { context = given; return hang() })
  const running = run()
  await clock.pass(800)
  await running
  t.match(context?.signal, { aborted: true, reason: { name: 'TimeoutError' } })
})

await t.test('a spread copy of the context has the same signal and logger', async (t) => {
  let contexts: CheckContext[] = []
  await standaloneCheck((context) => { contexts = [{ ...context }, context] }).run()
  t.ok(contexts[0]?.signal instanceof AbortSignal)
  t.equal(contexts[0]?.signal, contexts[1]?.signal)
  t.equal(contexts[0]?.log, contexts[1]?.log)
})

await t.test('a rejection after the timeout is handled and changes nothing', async (t) => {
  const { run, check, calls, clock, changes } = manualCheck()
  const running = run()
  await clock.pass(800)
  await running
  calls[0]?.reject(new Error('too late'))
  await clock.pass(0)
  t.match(check.reported, { details: { error: 'timed out after 800 ms' } })
  t.equal(changes.length, 1)
})

await t.test('a result contains the time and the duration of its run, and no timer remains', async (t) => {
  const { run, clock } = standaloneCheck(() => new Promise((resolve) => {
    clock.after(40, () => resolve({ status: 'DEGRADED' }))
  }))
  const running = run()
  await clock.pass(40)
  t.same(await running, { status: 'DEGRADED', time: '1970-01-01T00:00:00.040Z', durationMs: 40 })
  t.equal(clock.waiting, 0)
})

await t.test('a check receives a signal and a logger', async (t) => {
  await standaloneCheck(({ signal, log }) => {
    t.ok(signal instanceof AbortSignal)
    t.type(log.info, 'function')
  }).run()
})

await t.test('shown is undefined before the first run, and then the last run', async (t) => {
  const { run, check } = standaloneCheck(() => true)
  t.equal(check.reported, undefined)
  t.equal(await run(), check.reported)
})

await t.test('a change of status is reported once', async (t) => {
  const results = [true, true, false, false, true]
  const { run, changes } = standaloneCheck(() => results.shift() ?? true)
  for (let runs = 0; runs < 6; runs++) await run()
  t.match(changes, [
    { check: 'db', from: 'UNKNOWN', to: 'UP' },
    { check: 'db', from: 'UP', to: 'DOWN', error: 'the check returned false', durationMs: 0 },
    { check: 'db', from: 'DOWN', to: 'UP', error: undefined }
  ])
  t.equal(changes.length, 3)
})

await t.test('a first result other than UP is a change', async (t) => {
  const { run, changes } = standaloneCheck(() => ({ status: 'DEGRADED' }))
  await run()
  t.match(changes, [{ from: 'UNKNOWN', to: 'DEGRADED' }])
})

await t.test('a synchronous result is returned synchronously, without a timer', (t) => {
  const { probe, clock } = standaloneCheck(() => true)
  t.match(probe(), { status: 'UP' })
  t.equal(clock.waiting, 0)
  t.end()
})

await t.test('a settled promise needs no timer', async (t) => {
  const timers: number[] = []
  const functions: CheckFunction[] = [
    () => Promise.resolve(),
    () => Promise.resolve(true),
    () => Promise.reject(new Error('no')),
    () => ({ status: 'UP' as const })
  ]
  for (const checkFunction of functions) {
    const { run, clock } = standaloneCheck(checkFunction)
    const count = (): () => void => { timers.push(1); return () => undefined }
    Object.assign(clock, { after: count, inBackground: count })
    await run()
  }
  t.same(timers, [])
})

await t.test('all probes during a run share its result, and the next probe starts a new run', async (t) => {
  const { run, calls, clock } = manualCheck()
  const first = Array.from({ length: 100 }, run)
  await clock.pass(300)
  first.push(run())
  calls[0]?.resolve(false)
  const results = await Promise.all(first)
  t.equal(new Set(results).size, 1)
  t.match(results[0], { status: 'DOWN', durationMs: 300 })
  t.equal(calls.length, 1)
  const next = run()
  calls[1]?.resolve()
  t.match(await next, { status: 'UP' })
})

await t.test('a probe that joins a hanging run waits only until the timeout of that run', async (t) => {
  const { run, calls, clock } = manualCheck()
  const first = run()
  await clock.pass(799)
  const second = run()
  await clock.pass(1)
  t.match([await first, await second], [{ durationMs: 800 }, { durationMs: 800 }])
  t.equal(calls.length, 1)
})

await t.test('a check that probes itself gets its own run', async (t) => {
  const inner: { run?: unknown } = {}
  const standalone: StandaloneCheck = standaloneCheck(() => { inner.run = standalone.probe() })
  const result = await standalone.run()
  t.equal(await inner.run, result)
})

await t.test('a result, pass or fail, is reused during the ttl', async (t) => {
  const results = [true, false]
  const { run, clock } = standaloneCheck(() => results.shift() ?? true, { ttl: 1_000 })
  const passed = await run()
  await clock.pass(999)
  t.equal(await run(), passed)
  await clock.pass(1)
  const failed = await run()
  t.match(failed, { status: 'DOWN' })
  await clock.pass(999)
  t.equal(await run(), failed)
  await clock.pass(1)
  t.match(await run(), { status: 'UP' })
})

await t.test('the ttl begins at the end of the run', async (t) => {
  const { run, calls, clock } = manualCheck({ ttl: 100 })
  const first = run()
  await clock.pass(500)
  calls[0]?.resolve()
  await first
  await clock.pass(99)
  t.equal(await run(), await first)
})

await t.test('the shown status changes when a threshold of runs in a row is reached', async (t) => {
  const results = [true, false, false, true, false, false, false, true, false, true, true]
  const shown = ['UP', 'UP', 'UP', 'UP', 'UP', 'UP', 'DOWN', 'DOWN', 'DOWN', 'DOWN', 'UP']
  const { run, changes } = standaloneCheck(() => results.shift() ?? true, { failureThreshold: 3, successThreshold: 2 })
  for (const status of shown) t.equal((await run()).status, status)
  t.match(changes, [{ from: 'UNKNOWN', to: 'UP' }, { from: 'UP', to: 'DOWN' }, { from: 'DOWN', to: 'UP' }])
  t.equal(changes.length, 3)
})

await t.test('a timeout counts as a failed run, and so does each timeout that passes in the back-off', async (t) => {
  const results: CheckFunction[] = [() => true, hang, hang, hang]
  let calls = 0
  const { run, clock, changes } = standaloneCheck((context) => {
    calls += 1
    return results.shift()?.(context)
  }, { failureThreshold: 4 })
  t.match(await run(), { status: 'UP' })
  const first = run()
  await clock.pass(800)
  t.match(await first, { status: 'UP' }, 'first failure in a row')
  t.same(await statusesOf(run, 100), ['UP'], 'the back-off skips these runs')
  await clock.pass(800)
  const second = run()
  await clock.pass(800)
  t.match(await second, { status: 'UP' }, 'second failure')
  await clock.pass(800)
  t.same(await statusesOf(run, 100), ['UP'], 'third failure: a skipped run')
  t.equal(calls, 3)
  await clock.pass(799)
  const third = run()
  await clock.pass(800)
  t.match(await third, { status: 'DOWN', details: { error: 'timed out after 800 ms' } }, 'fourth failure')
  t.match(changes, [{ to: 'UP' }, { to: 'DOWN', error: 'timed out after 800 ms' }])
})

await t.test('failureStatus replaces the status of any failure', async (t) => {
  const failures: CheckFunction[] = [
    () => false,
    () => ({ status: 'OUT_OF_SERVICE' }),
    () => ({ status: 'DOWN', details: { rows: 1 } }),
    () => { throw new Error('no') }
  ]
  const { run, changes } = standaloneCheck((context) => failures.shift()?.(context), { failureStatus: 'DEGRADED' })
  t.match(await run(), { status: 'DEGRADED', details: { error: 'the check returned false' } })
  t.match(await run(), { status: 'DEGRADED' })
  t.match(await run(), { status: 'DEGRADED', details: { rows: 1 } })
  t.match(await run(), { status: 'DEGRADED', details: { error: 'no' } })
  t.match(await run(), { status: 'UP' })
  t.match(changes, [
    { from: 'UNKNOWN', to: 'DEGRADED', error: 'the check returned false' },
    { from: 'DEGRADED', to: 'UP' }
  ])
})

await t.test('a timeout is shown with failureStatus and counts as a failure for the threshold', async (t) => {
  const results: CheckFunction[] = [() => ({ status: 'DEGRADED' }), hang, hang]
  const options = { failureStatus: 'OUT_OF_SERVICE', failureThreshold: 2 } as const
  const { run, clock } = standaloneCheck((context) => results.shift()?.(context), options)
  t.match(await run(), { status: 'DEGRADED' })
  for (const status of ['DEGRADED', 'OUT_OF_SERVICE']) {
    const hanging = run()
    await clock.pass(800)
    t.match(await hanging, { status })
    await clock.pass(800)
  }
})

await t.test('a check that timed out is not called during the back-off, and is called again after it', async (t) => {
  const { run, calls, clock } = manualCheck()
  clock.chance = 0
  const first = run()
  await clock.pass(800)
  await first
  await clock.pass(759)
  t.match(await run(), {
    status: 'DOWN',
    details: { error: 'timed out after 800 ms' },
    time: '1970-01-01T00:00:00.800Z'
  })
  t.equal(calls.length, 1)
  await clock.pass(1)
  const second = run()
  t.equal(calls.length, 2)
  calls[1]?.resolve()
  t.match(await second, { status: 'UP' })
})

await t.test('a call that passes after its timeout ends the back-off, but only the next run is shown', async (t) => {
  const { run, check, calls, clock, changes } = manualCheck({ ttl: 60_000 })
  const first = run()
  await clock.pass(800)
  await first
  calls[0]?.resolve()
  await clock.pass(0)
  t.match(check.reported, { status: 'DOWN' })
  t.equal(changes.length, 1)
  const next = run()
  t.equal(calls.length, 2)
  calls[1]?.resolve()
  t.match(await next, { status: 'UP' })
})

await t.test('a call that fails after its timeout changes nothing', async (t) => {
  const fail = (call?: Call): void => call?.resolve(false)
  const reject = (call?: Call): void => call?.reject(new Error('late'))
  for (const end of [fail, reject]) {
    const { run, calls, clock } = manualCheck()
    const first = run()
    await clock.pass(800)
    await first
    end(calls[0])
    await clock.pass(0)
    t.match(await run(), { status: 'DOWN', details: { error: 'timed out after 800 ms' } })
    t.equal(calls.length, 1)
  }
})

await t.test('an abandoned call that settles during a later run does not end that run', async (t) => {
  const { run, calls, clock } = manualCheck()
  const first = run()
  await clock.pass(800)
  await first
  await clock.pass(800)
  const second = run()
  calls[0]?.resolve()
  await clock.pass(100)
  calls[1]?.resolve(false)
  t.match(await second, { status: 'DOWN', details: { error: 'the check returned false' }, durationMs: 100 })
})

await t.test('a hanging check is reported once, when its next run is due, until a run ends in time', async (t) => {
  const { run, calls, clock, hangs } = manualCheck()
  const timeOut = async (): Promise<void> => {
    const running = run()
    await clock.pass(800)
    await running
  }
  await timeOut()
  t.same(hangs, [], 'the call may still obey its signal')
  await run()
  await clock.pass(800)
  await timeOut()
  await run()
  t.same(hangs, [1])
  await clock.pass(1_600)
  const inTime = run()
  calls[2]?.resolve()
  await inTime
  await timeOut()
  await run()
  t.same(hangs, [1, 3])
})

await t.test('a check that ends when its signal is aborted is not reported as hanging', async (t) => {
  const { run, clock, hangs } = standaloneCheck(({ signal }) => new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error))
  }))
  const first = run()
  await clock.pass(800)
  await first
  t.match(await run(), { status: 'DOWN' })
  t.same(hangs, [])
})

await t.test('a check that never settles is called 60 to 80 times per hour, and each probe is answered', async (t) => {
  for (const chance of [0, 0.5, 0.999]) {
    let calls = 0
    const { run, clock, changes, hangs } = standaloneCheck(() => { calls += 1; return hang() })
    clock.chance = chance
    const statuses = new Set<string>()
    for (let second = 0; second < 3_600; second++) {
      const probe = run()
      await clock.pass(1_000)
      statuses.add((await probe).status)
    }
    t.same([...statuses], ['DOWN'])
    t.ok(calls >= 60 && calls <= 80, `${calls} calls`)
    t.equal(changes.length, 1)
    t.equal(hangs.length, 1)
    t.equal(clock.waiting, 0)
  }
})

await t.test('a check that hung is UP within a minute after its dependency recovers', async (t) => {
  const late: number[] = []
  for (let recovery = 1_000; recovery < 400_000; recovery += 7_300) {
    const standalone: StandaloneCheck = standaloneCheck(() => {
      return standalone.clock.now() < recovery ? hang() : undefined
    })
    const { run, clock } = standalone
    clock.chance = 0
    for (let status = 'DOWN'; clock.now() < recovery || status === 'DOWN';) {
      const probe = run()
      await clock.pass(1_000)
      status = (await probe).status
      if (status === 'DOWN' && clock.now() > recovery + 60_000) {
        late.push(recovery)
        break
      }
    }
  }
  t.same(late, [])
})

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

await t.test('a stale failure is shown until the success threshold is reached', async (t) => {
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

await t.test('remove() during a run answers waiting probes with undefined and cancels the run', async (t) => {
  const { check, probe, calls, clock, changes } = manualCheck({ interval: 1_000 })
  check.start()
  const waiting = probe()
  await clock.pass(100)
  check.remove()
  t.equal(await waiting, undefined)
  t.match(calls[0]?.signal, { aborted: true, reason: { name: 'AbortError' } })
  t.equal(clock.waiting, 0)
  calls[0]?.resolve(false)
  await clock.pass(10_000)
  t.equal(check.reported, undefined)
  t.same(changes, [])
  t.equal(probe(), undefined)
  check.start()
  t.equal(calls.length, 1)
})

await t.test('close() during a run answers waiting probes at once with the last result, silently', async (t) => {
  const { check, run, probe, calls, clock, changes } = manualCheck({ interval: 1_000 })
  const first = run()
  calls[0]?.resolve()
  const known = await first
  await clock.pass(5_000)
  check.start()
  await clock.pass(0)
  const waiting = probe()
  await clock.pass(100)
  check.close()
  t.equal(await waiting, known)
  t.match(calls[1]?.signal, { aborted: true, reason: { name: 'AbortError', message: 'the app is closing' } })
  t.equal(clock.waiting, 0)
  calls[1]?.reject(new Error('the pool is closed'))
  await clock.pass(10_000)
  t.match(changes, [{ from: 'UNKNOWN', to: 'UP' }])
  t.equal(changes.length, 1)
  t.equal(probe(), known)
  check.remove()
  t.equal(probe(), known, 'remove() after close() has no effect')
})

await t.test('close() before the first result answers probes with undefined instead of a failure', async (t) => {
  const { check, probe, changes } = manualCheck()
  const waiting = probe()
  check.close()
  t.equal(await waiting, undefined)
  t.equal(probe(), undefined)
  t.same(changes, [])
})

await t.test('remove() around the end of a run either drops the result or reports it first', async (t) => {
  const ends = new Set<string>()
  for (let ticks = 0; ticks < 8; ticks++) {
    const { check, probe, calls, changes } = manualCheck()
    const waiting = probe()
    calls[0]?.resolve(false)
    for (let tick = 0; tick < ticks; tick++) await Promise.resolve()
    check.remove()
    const result = await waiting
    t.equal(probe(), undefined)
    ends.add([result?.status, ...changes.map(({ to }) => to)].join())
  }
  t.same([...ends], ['', 'DOWN,DOWN,UNKNOWN'])
})

await t.test('a check that removes itself before it hangs is not reported, and leaves no timer', async (t) => {
  const standalone: StandaloneCheck = standaloneCheck(() => {
    standalone.check.remove()
    return hang()
  })
  t.equal(await standalone.probe(), undefined)
  await standalone.clock.pass(0)
  t.equal(standalone.clock.waiting, 0)
  t.same(standalone.changes, [])
})

await t.test('close() does not abort the signal of a run that has ended', async (t) => {
  let signal: AbortSignal | undefined
  const { check, run } = standaloneCheck((context) => { signal = context.signal })
  await run()
  check.close()
  t.equal(signal?.aborted, false)
})
