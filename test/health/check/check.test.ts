import t from 'tap'
import type { CheckContext, CheckFunction } from '../../../lib/health/check/attempt.js'
import { loneCheck } from '../../support/check.js'
import type { LoneCheck } from '../../support/check.js'

const hang = (): Promise<void> => new Promise(() => undefined)

/** A check whose function is held until a test says what each call comes to. */
function heldCheck (options: Parameters<typeof loneCheck>[1] = {}): LoneCheck & { readonly calls: readonly Call[] } {
  const calls: Call[] = []
  return { ...loneCheck(({ signal }) => new Promise((resolve, reject) => { calls.push({ signal, resolve, reject }) }), options), calls }
}

/** The different statuses of runs that follow each other. */
async function statusesOf (run: LoneCheck['run'], times: number): Promise<readonly string[]> {
  const statuses = new Set<string>()
  for (let nth = 0; nth < times; nth++) statuses.add((await run()).status)
  return [...statuses]
}

interface Call {
  readonly signal: AbortSignal
  readonly resolve: (value?: boolean) => void
  readonly reject: (reason: Error) => void
}

await t.test('a check that throws at once or rejects is DOWN with its message', async (t) => {
  t.match(await loneCheck(() => { throw new Error('no pool') }).run(), { status: 'DOWN', details: { error: 'no pool' } })
  t.match(await loneCheck(async () => { await Promise.reject(new Error('refused')) }).run(), { status: 'DOWN', details: { error: 'refused' } })
})

await t.test('a promise that lies is not believed', async (t) => {
  const lying = Object.assign(Promise.resolve(false), { then: () => ({ status: 'UP' }) })
  t.match(await loneCheck(() => lying).run(), { status: 'DOWN', details: { error: 'the check returned false' } })
  const resisting = Object.defineProperty(Promise.resolve(true), 'constructor', { get () { throw new Error('no') } })
  t.match(await loneCheck(() => resisting).run(), { status: 'DOWN', details: { error: 'no' } })
})

await t.test('a check that hangs is DOWN when its timeout is over, and its signal is aborted', async (t) => {
  let signal: AbortSignal | undefined
  const { run, clock } = loneCheck((context) => {
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

await t.test('a signal that is looked at only after the timeout is aborted already', async (t) => {
  let context: CheckContext | undefined
  const { run, clock } = loneCheck((given) => { context = given; return hang() })
  const running = run()
  await clock.pass(800)
  await running
  t.match(context?.signal, { aborted: true, reason: { name: 'TimeoutError' } })
})

await t.test('a context can be spread, and its signal is the same each time', async (t) => {
  let contexts: CheckContext[] = []
  await loneCheck((context) => { contexts = [{ ...context }, context] }).run()
  t.ok(contexts[0]?.signal instanceof AbortSignal)
  t.equal(contexts[0]?.signal, contexts[1]?.signal)
  t.equal(contexts[0]?.log, contexts[1]?.log)
})

await t.test('a check that fails after its timeout changes nothing, and no rejection is left unhandled', async (t) => {
  const { run, check, calls, clock, changes } = heldCheck()
  const running = run()
  await clock.pass(800)
  await running
  calls[0]?.reject(new Error('too late'))
  await clock.pass(0)
  t.match(check.shown, { details: { error: 'timed out after 800 ms' } })
  t.equal(changes.length, 1)
})

await t.test('a result has the time and the duration of its run, and leaves no timer', async (t) => {
  const { run, clock } = loneCheck(() => new Promise((resolve) => { clock.after(40, () => resolve({ status: 'DEGRADED' })) }))
  const running = run()
  await clock.pass(40)
  t.same(await running, { status: 'DEGRADED', time: '1970-01-01T00:00:00.040Z', durationMs: 40 })
  t.equal(clock.waiting, 0)
})

await t.test('a check is handed a signal and a logger', async (t) => {
  await loneCheck(({ signal, log }) => {
    t.ok(signal instanceof AbortSignal)
    t.type(log.info, 'function')
  }).run()
})

await t.test('what a check is shown with is kept', async (t) => {
  const { run, check } = loneCheck(() => true)
  t.equal(check.shown, undefined)
  t.equal(await run(), check.shown)
})

await t.test('a change of status is told once', async (t) => {
  const results = [true, true, false, false, true]
  const { run, changes } = loneCheck(() => results.shift() ?? true)
  for (let runs = 0; runs < 6; runs++) await run()
  t.match(changes, [
    { check: 'db', from: 'UNKNOWN', to: 'UP' },
    { check: 'db', from: 'UP', to: 'DOWN', error: 'the check returned false', durationMs: 0 },
    { check: 'db', from: 'DOWN', to: 'UP', error: undefined }
  ])
  t.equal(changes.length, 3)
})

await t.test('a first result other than UP is a change', async (t) => {
  const { run, changes } = loneCheck(() => ({ status: 'DEGRADED' }))
  await run()
  t.match(changes, [{ from: 'UNKNOWN', to: 'DEGRADED' }])
})

await t.test('what is known at once is answered at once, without a timer', (t) => {
  const { ask, clock } = loneCheck(() => true)
  t.match(ask(), { status: 'UP' })
  t.equal(clock.waiting, 0)
  t.end()
})

await t.test('a promise that is settled already costs no timer', async (t) => {
  const timers: number[] = []
  for (const settled of [() => Promise.resolve(), () => Promise.resolve(true), () => Promise.reject(new Error('no')), () => ({ status: 'UP' as const })]) {
    const { run, clock } = loneCheck(settled)
    const count = (): () => void => { timers.push(1); return () => undefined }
    Object.assign(clock, { after: count, inBackground: count })
    await run()
  }
  t.same(timers, [])
})

await t.test('all who ask while a run is under way get its result, and the next who asks a new run', async (t) => {
  const { run, calls, clock } = heldCheck()
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

await t.test('whoever comes while a run hangs waits no longer than it does, and is not answered by a run of its own', async (t) => {
  const { run, calls, clock } = heldCheck()
  const first = run()
  await clock.pass(799)
  const second = run()
  await clock.pass(1)
  t.match([await first, await second], [{ durationMs: 800 }, { durationMs: 800 }])
  t.equal(calls.length, 1)
})

await t.test('a check that asks for itself gets the run that it is', async (t) => {
  const own: { answer?: unknown } = {}
  const lone: LoneCheck = loneCheck(() => { own.answer = lone.ask() })
  const result = await lone.run()
  t.equal(await own.answer, result)
})

await t.test('a result is used again for the ttl, pass or fail', async (t) => {
  const results = [true, false]
  const { run, clock } = loneCheck(() => results.shift() ?? true, { ttl: 1_000 })
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

await t.test('the ttl counts from the end of the run', async (t) => {
  const { run, calls, clock } = heldCheck({ ttl: 100 })
  const first = run()
  await clock.pass(500)
  calls[0]?.resolve()
  await first
  await clock.pass(99)
  t.equal(await run(), await first)
})

await t.test('with thresholds the shown status changes after so many runs in a row', async (t) => {
  const results = [true, false, false, true, false, false, false, true, false, true, true]
  const shown = ['UP', 'UP', 'UP', 'UP', 'UP', 'UP', 'DOWN', 'DOWN', 'DOWN', 'DOWN', 'UP']
  const { run, changes } = loneCheck(() => results.shift() ?? true, { failureThreshold: 3, successThreshold: 2 })
  for (const status of shown) t.equal((await run()).status, status)
  t.match(changes, [{ from: 'UNKNOWN', to: 'UP' }, { from: 'UP', to: 'DOWN' }, { from: 'DOWN', to: 'UP' }])
  t.equal(changes.length, 3)
})

await t.test('a timeout and the runs that back-off skips count as failed runs, one in each timeout', async (t) => {
  const results: CheckFunction[] = [() => true, hang, hang, hang]
  let calls = 0
  const { run, clock, changes } = loneCheck((context) => { calls += 1; return results.shift()?.(context) }, { failureThreshold: 4 })
  t.match(await run(), { status: 'UP' })
  const first = run()
  await clock.pass(800)
  t.match(await first, { status: 'UP' }, 'the first in a row')
  t.same(await statusesOf(run, 100), ['UP'], 'back-off skips these runs')
  await clock.pass(800)
  const second = run()
  await clock.pass(800)
  t.match(await second, { status: 'UP' }, 'the second')
  await clock.pass(800)
  t.same(await statusesOf(run, 100), ['UP'], 'the third run is skipped')
  t.equal(calls, 3)
  await clock.pass(799)
  const third = run()
  await clock.pass(800)
  t.match(await third, { status: 'DOWN', details: { error: 'timed out after 800 ms' } }, 'the fourth')
  t.match(changes, [{ to: 'UP' }, { to: 'DOWN', error: 'timed out after 800 ms' }])
})

await t.test('failureStatus is what any failure is shown as', async (t) => {
  const failures: CheckFunction[] = [() => false, () => ({ status: 'OUT_OF_SERVICE' }), () => ({ status: 'DOWN', details: { rows: 1 } }), () => { throw new Error('no') }]
  const { run, changes } = loneCheck((context) => failures.shift()?.(context), { failureStatus: 'DEGRADED' })
  t.match(await run(), { status: 'DEGRADED', details: { error: 'the check returned false' } })
  t.match(await run(), { status: 'DEGRADED' })
  t.match(await run(), { status: 'DEGRADED', details: { rows: 1 } })
  t.match(await run(), { status: 'DEGRADED', details: { error: 'no' } })
  t.match(await run(), { status: 'UP' })
  t.match(changes, [{ from: 'UNKNOWN', to: 'DEGRADED', error: 'the check returned false' }, { from: 'DEGRADED', to: 'UP' }])
})

await t.test('a timeout is shown as failureStatus says, and still is a failure for the thresholds', async (t) => {
  const results: CheckFunction[] = [() => ({ status: 'DEGRADED' }), hang, hang]
  const { run, clock } = loneCheck((context) => results.shift()?.(context), { failureStatus: 'OUT_OF_SERVICE', failureThreshold: 2 })
  t.match(await run(), { status: 'DEGRADED' })
  for (const status of ['DEGRADED', 'OUT_OF_SERVICE']) {
    const hanging = run()
    await clock.pass(800)
    t.match(await hanging, { status })
    await clock.pass(800)
  }
})

await t.test('a check that hung is left alone, and then asked again', async (t) => {
  const { run, calls, clock } = heldCheck()
  clock.chance = 0
  const first = run()
  await clock.pass(800)
  await first
  await clock.pass(759)
  t.match(await run(), { status: 'DOWN', details: { error: 'timed out after 800 ms' }, time: '1970-01-01T00:00:00.800Z' })
  t.equal(calls.length, 1)
  await clock.pass(1)
  const second = run()
  t.equal(calls.length, 2)
  calls[1]?.resolve()
  t.match(await second, { status: 'UP' })
})

await t.test('a late pass ends the back-off and is not shown: the next who asks gets a run', async (t) => {
  const { run, check, calls, clock, changes } = heldCheck({ ttl: 60_000 })
  const first = run()
  await clock.pass(800)
  await first
  calls[0]?.resolve()
  await clock.pass(0)
  t.match(check.shown, { status: 'DOWN' })
  t.equal(changes.length, 1)
  const next = run()
  t.equal(calls.length, 2)
  calls[1]?.resolve()
  t.match(await next, { status: 'UP' })
})

await t.test('a late failure changes nothing', async (t) => {
  for (const end of [(call?: Call) => call?.resolve(false), (call?: Call) => call?.reject(new Error('late'))]) {
    const { run, calls, clock } = heldCheck()
    const first = run()
    await clock.pass(800)
    await first
    end(calls[0])
    await clock.pass(0)
    t.match(await run(), { status: 'DOWN', details: { error: 'timed out after 800 ms' } })
    t.equal(calls.length, 1)
  }
})

await t.test('a call that comes to its end while a later one runs does not end that one', async (t) => {
  const { run, calls, clock } = heldCheck()
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

await t.test('that a check hangs is told once, when it is due again, until a run ends in time', async (t) => {
  const { run, calls, clock, hangs } = heldCheck()
  const timeOut = async (): Promise<void> => {
    const running = run()
    await clock.pass(800)
    await running
  }
  await timeOut()
  t.same(hangs, [], 'it may yet obey its signal')
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

await t.test('a check that ends when its signal is aborted is not said to hang', async (t) => {
  const { run, clock, hangs } = loneCheck(({ signal }) => new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error))
  }))
  const first = run()
  await clock.pass(800)
  await first
  t.match(await run(), { status: 'DOWN' })
  t.same(hangs, [])
})

await t.test('over an hour of probes once a second a check that never settles is called about 60 times, and answered each time', async (t) => {
  for (const chance of [0, 0.5, 0.999]) {
    let calls = 0
    const { run, clock, changes, hangs } = loneCheck(() => { calls += 1; return hang() })
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

await t.test('a check that hung is well again within a minute after what it asks is, whenever that is', async (t) => {
  const late: number[] = []
  for (let recovery = 1_000; recovery < 400_000; recovery += 7_300) {
    const lone: LoneCheck = loneCheck(() => lone.clock.now() < recovery ? hang() : undefined)
    const { run, clock } = lone
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

await t.test('in the background a check runs first at once, then each interval, and probes read what it came to', async (t) => {
  let runs = 0
  const { check, ask, clock } = loneCheck(() => { runs += 1 }, { interval: 1_000 })
  clock.chance = 0
  check.start()
  await clock.pass(0)
  t.equal(runs, 1)
  for (let probe = 0; probe < 10; probe++) t.match(ask(), { status: 'UP', time: '1970-01-01T00:00:00.000Z' })
  await clock.pass(999)
  t.equal(runs, 1)
  await clock.pass(1)
  t.equal(runs, 2)
  t.match(ask(), { time: '1970-01-01T00:00:01.000Z' })
  t.equal(clock.keepingAlive, 0)
})

await t.test('a probe before the first background result waits for it', async (t) => {
  const { check, run, calls, clock } = heldCheck({ interval: 1_000 })
  check.start()
  t.equal(clock.keepingAlive, 0)
  const probe = run()
  await clock.pass(300)
  t.equal(clock.keepingAlive, 1, 'somebody waits')
  calls[0]?.resolve()
  t.match(await probe, { status: 'UP', durationMs: 300 })
  t.equal(calls.length, 1)
})

await t.test('a probe before the first background result waits no longer than the timeout', async (t) => {
  const { check, run, clock } = heldCheck({ interval: 1_000 })
  check.start()
  await clock.pass(700)
  const probe = run()
  await clock.pass(100)
  t.match(await probe, { status: 'DOWN', details: { error: 'timed out after 800 ms' } })
})

await t.test('while a background run is under way probes read the last result', async (t) => {
  const { check, ask, calls, clock } = heldCheck({ interval: 1_000 })
  clock.chance = 0
  check.start()
  await clock.pass(0)
  calls[0]?.resolve()
  await clock.pass(1_000)
  t.equal(calls.length, 2)
  t.match(ask(), { status: 'UP' })
})

await t.test('background runs never overlap, and the next comes an interval after the end of the last', async (t) => {
  const { check, calls, clock } = heldCheck({ interval: 100, timeout: 5_000 })
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

await t.test('a background result that is stale makes a probe wait for a fresh run', async (t) => {
  const { check, ask, run, calls, clock } = heldCheck({ interval: 1_000, timeout: 800, failureThreshold: 3 })
  const first = run()
  calls[0]?.resolve()
  await first
  check.pause()
  await clock.pass(2_799)
  t.match(ask(), { status: 'UP' })
  t.equal(calls.length, 1)
  await clock.pass(1)
  const fresh = run()
  t.equal(calls.length, 2)
  await clock.pass(800)
  t.match(await fresh, { status: 'DOWN', details: { error: 'timed out after 800 ms' } }, 'what is stale counts for nothing, whatever the threshold')
})

await t.test('a failure that is stale stands until as many runs as it takes have passed', async (t) => {
  const results = [false]
  const { run, clock } = loneCheck(() => results.shift() ?? true, { interval: 1_000, successThreshold: 2 })
  for (const status of ['DOWN', 'DOWN', 'UP']) {
    t.match(await run(), { status })
    await clock.pass(10_000)
  }
})

await t.test('a stale result is replaced by failureStatus when no fresh one comes', async (t) => {
  const { run, calls, clock } = heldCheck({ interval: 1_000, failureStatus: 'DEGRADED' })
  const first = run()
  calls[0]?.resolve()
  await first
  await clock.pass(10_000)
  const fresh = run()
  await clock.pass(800)
  t.match(await fresh, { status: 'DEGRADED', details: { error: 'timed out after 800 ms' } })
})

await t.test('in the background too a check that hangs is left alone, and what it is shown with stays fresh', async (t) => {
  let calls = 0
  const { check, ask, clock } = loneCheck(() => { calls += 1; return hang() }, { interval: 1_000, maxBackoff: 20_000 })
  check.start()
  await clock.pass(120_000)
  t.ok(calls > 6 && calls < 13, `${calls} calls`)
  t.match(ask(), { status: 'DOWN' })
})

await t.test('removed during a run: who waits is answered with nothing, the signal is aborted, the timer gone and the result dropped', async (t) => {
  const { check, ask, calls, clock, changes } = heldCheck({ interval: 1_000 })
  check.start()
  const waiting = ask()
  await clock.pass(100)
  check.remove()
  t.equal(await waiting, undefined)
  t.match(calls[0]?.signal, { aborted: true, reason: { name: 'AbortError' } })
  t.equal(clock.waiting, 0)
  calls[0]?.resolve(false)
  await clock.pass(10_000)
  t.equal(check.shown, undefined)
  t.same(changes, [])
  t.equal(ask(), undefined)
  check.start()
  t.equal(calls.length, 1)
})

await t.test('closed during a run: who waits is answered at once with what is known, silently', async (t) => {
  const { check, run, ask, calls, clock, changes } = heldCheck({ interval: 1_000 })
  const first = run()
  calls[0]?.resolve()
  const known = await first
  await clock.pass(5_000)
  check.start()
  await clock.pass(0)
  const waiting = ask()
  await clock.pass(100)
  check.close()
  t.equal(await waiting, known)
  t.match(calls[1]?.signal, { aborted: true, reason: { name: 'AbortError', message: 'the app is closing' } })
  t.equal(clock.waiting, 0)
  calls[1]?.reject(new Error('the pool is closed'))
  await clock.pass(10_000)
  t.match(changes, [{ from: 'UNKNOWN', to: 'UP' }])
  t.equal(changes.length, 1)
  t.equal(ask(), known)
  check.remove()
  t.equal(ask(), known, 'what has ended has ended')
})

await t.test('closed before its first result nothing is known of a check, which is no failure', async (t) => {
  const { check, ask, changes } = heldCheck()
  const waiting = ask()
  check.close()
  t.equal(await waiting, undefined)
  t.equal(ask(), undefined)
  t.same(changes, [])
})

await t.test('a run that has ended is not cancelled by a close', async (t) => {
  let signal: AbortSignal | undefined
  const { check, run } = loneCheck((context) => { signal = context.signal })
  await run()
  check.close()
  t.equal(signal?.aborted, false)
})
