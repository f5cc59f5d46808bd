import { runInNewContext } from 'node:vm'
import t from 'tap'
import type { CheckContext, CheckFunction } from '../../../lib/health/check/check-function.js'
import { manualCheck, standaloneCheck } from '../../support/check.js'
import type { StandaloneCheck } from '../../support/check.js'

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

/** A check function that returns a thenable which calls back as given. */
function thenable (
  then: (resolve: (value: unknown) => void, reject: (reason: unknown) => void) => void
): CheckFunction {
  return () => ({ then }) as Promise<void>
}

await t.test('a check may return a thenable of any library', async (t) => {
  t.match(await standaloneCheck(thenable((resolve) => resolve(true))).run(), { status: 'UP' })
  t.match(await standaloneCheck(thenable((resolve) => resolve(false))).run(), { status: 'DOWN' })
  const then = (resolve: (value: unknown) => void): void => resolve({ status: 'DEGRADED' })
  const callable = Object.assign(() => 1, { then }) as unknown as Promise<void>
  t.match(await standaloneCheck(() => callable).run(), { status: 'DEGRADED' })
  t.match(await standaloneCheck(runInNewContext('async () => false') as CheckFunction).run(), { status: 'DOWN' })
})

await t.test('a check whose thenable throws, rejects or cannot be read is DOWN with the reason', async (t) => {
  const functions: CheckFunction[] = [
    thenable((_resolve, reject) => reject(new Error('no pool'))),
    thenable(() => { throw new Error('no pool') }),
    () => ({ get then (): never { throw new Error('no pool') } })
  ]
  for (const checkFunction of functions) {
    t.match(await standaloneCheck(checkFunction).run(), { status: 'DOWN', details: { error: 'no pool' } })
  }
})

await t.test('only the first call of a check\'s thenable counts', async (t) => {
  const { run, changes } = standaloneCheck(thenable((resolve, reject) => {
    resolve(true)
    resolve(false)
    reject(new Error('late'))
  }))
  t.match(await run(), { status: 'UP' })
  t.equal(changes.length, 1)
})

await t.test('a check whose thenable never calls back, or resolves with itself, is DOWN', async (t) => {
  const { run, clock } = standaloneCheck(thenable(() => undefined))
  const result = run()
  await clock.pass(800)
  t.match(await result, { status: 'DOWN', details: { error: 'timed out after 800 ms' } })
  const self: { then: (resolve: (value: unknown) => void) => void } = { then: (resolve) => resolve(self) }
  t.match(await standaloneCheck(() => self as Promise<void>).run(), { status: 'DOWN' })
})

await t.test('an object that a check returns needs no promise', (t) => {
  t.match(standaloneCheck(() => ({ status: 'UP' })).probe(), { status: 'UP' })
  t.end()
})

await t.test('a spread copy of the context has the same signal and logger', async (t) => {
  let contexts: CheckContext[] = []
  await standaloneCheck((context) => { contexts = [{ ...context }, context] }).run()
  t.ok(contexts[0]?.signal instanceof AbortSignal)
  t.equal(contexts[0]?.signal, contexts[1]?.signal)
  t.equal(contexts[0]?.log, contexts[1]?.log)
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

await t.test('reported is undefined before the first run, and then the last result', async (t) => {
  const { run, check } = standaloneCheck(() => true)
  t.equal(check.reported, undefined)
  t.equal(await run(), check.reported)
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

await t.test('close() does not abort the signal of a run that has ended', async (t) => {
  let signal: AbortSignal | undefined
  const { check, run } = standaloneCheck((context) => { signal = context.signal })
  await run()
  check.close()
  t.equal(signal?.aborted, false)
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

await t.test('the reported status changes when a threshold of runs in a row is reached', async (t) => {
  const results = [true, false, false, true, false, false, false, true, false, true, true]
  const reported = ['UP', 'UP', 'UP', 'UP', 'UP', 'UP', 'DOWN', 'DOWN', 'DOWN', 'DOWN', 'UP']
  const { run, changes } = standaloneCheck(() => results.shift() ?? true, { failureThreshold: 3, successThreshold: 2 })
  for (const status of reported) t.equal((await run()).status, status)
  t.match(changes, [{ from: 'UNKNOWN', to: 'UP' }, { from: 'UP', to: 'DOWN' }, { from: 'DOWN', to: 'UP' }])
  t.equal(changes.length, 3)
})
