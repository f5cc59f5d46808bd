import t from 'tap'
import type { CheckContext, CheckFunction } from '../../../lib/health/check/check-function.js'
import { hang, manualCheck, standaloneCheck } from '../../support/check.js'
import type { ManualCall, StandaloneCheck } from '../../support/check.js'

/** Returns the distinct statuses of several runs in a row. */
async function statusesOf (run: StandaloneCheck['run'], times: number): Promise<readonly string[]> {
  const statuses = new Set<string>()
  for (let nth = 0; nth < times; nth++) statuses.add((await run()).status)
  return [...statuses]
}

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

await t.test('a probe that joins a hanging run waits only until the timeout of that run', async (t) => {
  const { run, calls, clock } = manualCheck()
  const first = run()
  await clock.pass(799)
  const second = run()
  await clock.pass(1)
  t.match([await first, await second], [{ durationMs: 800 }, { durationMs: 800 }])
  t.equal(calls.length, 1)
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

await t.test('a timeout is reported with failureStatus and counts as a failure for the threshold', async (t) => {
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

await t.test('a call that passes after its timeout ends the back-off, but only the next run is reported', async (t) => {
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
  const fail = (call?: ManualCall): void => call?.resolve(false)
  const reject = (call?: ManualCall): void => call?.reject(new Error('late'))
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
