import { getEventListeners } from 'node:events'
import t from 'tap'
import { TimeLimit } from '../../../lib/checks/kit/time-limit.js'
import { systemClock } from '../../../lib/base/clock.js'
import type { CheckContext } from '../../../lib/health/check/check-function.js'
import { block } from '../../support/clock.js'

const never = new Promise<never>(() => undefined)

function run (timeout: number, controller = new AbortController()): Pick<CheckContext, 'signal' | 'timeout'> {
  return { signal: controller.signal, timeout }
}

await t.test('TimeLimit.of() settles as the work does', async (t) => {
  t.equal(await TimeLimit.of(run(100), async () => await Promise.resolve(7)), 7)
  await t.rejects(TimeLimit.of(run(100), async () => await Promise.reject(new Error('no'))), { message: 'no' })
})

await t.test('the limit is 90 % of the timeout, and at least 1 ms', async (t) => {
  t.equal(await TimeLimit.of(run(800), async ({ ms }) => await Promise.resolve(ms)), 720)
  t.equal(await TimeLimit.of(run(1), async ({ ms }) => await Promise.resolve(ms)), 1)
})

await t.test('the limit ends before the timeout, even if a blocked event loop makes both late', async (t) => {
  const order: string[] = []
  const waiting = TimeLimit.of(run(200), async (limit) => await limit.wait(never))
  const limited = waiting.catch(() => order.push('limit'))
  const timedOut = new Promise<void>((resolve) => {
    systemClock.after(200, () => {
      order.push('timeout')
      resolve()
    })
  })
  block(300)
  await Promise.all([limited, timedOut])
  t.same(order, ['limit', 'timeout'])
})

await t.test('wait() rejects with the timeout message when the time is over', async (t) => {
  const byDefault = TimeLimit.of(run(10), async (limit) => await limit.wait(never))
  await t.rejects(byDefault, { message: 'no answer within 9 ms' })
  const custom = TimeLimit.of(run(10), async (limit) => await limit.wait(never, () => `silent for ${limit.ms} ms`))
  await t.rejects(custom, { message: 'silent for 9 ms' })
})

await t.test('the signal is aborted when the time is over', async (t) => {
  const signal = await TimeLimit.of(run(10), async ({ signal }) => {
    await new Promise((resolve) => signal.addEventListener('abort', resolve))
    return signal
  })
  t.equal(signal.aborted, true)
  t.match(signal.reason, { message: 'not done within 9 ms' })
})

await t.test('the limit ends when the run ends', async (t) => {
  const controller = new AbortController()
  const waiting = TimeLimit.of(run(60_000, controller), async (limit) => await limit.wait(never, () => 'given up'))
  controller.abort()
  await t.rejects(waiting, { message: 'given up' })
})

await t.test('the limit is over at once in a run that has ended', async (t) => {
  const controller = new AbortController()
  controller.abort()
  const waiting = TimeLimit.of(run(60_000, controller), async (limit) => await limit.wait(never, () => 'too late'))
  await t.rejects(waiting, { message: 'too late' })
})

await t.test('wait() rejects at once when the time is already over', async (t) => {
  const controller = new AbortController()
  const late = TimeLimit.of(run(60_000, controller), async (limit) => {
    controller.abort()
    return await limit.wait(never, () => 'too late')
  })
  await t.rejects(late, { message: 'too late' })
})

await t.test('work that fails after the time is over does not end the process', async (t) => {
  const controller = new AbortController()
  let fail = (_error: Error): void => undefined
  const work = new Promise<never>((_resolve, reject) => { fail = reject })
  const waiting = TimeLimit.of(run(60_000, controller), async (limit) => await limit.wait(work, () => 'given up'))
  controller.abort()
  await t.rejects(waiting, { message: 'given up' })
  fail(new Error('too late'))
  await new Promise((resolve) => setImmediate(resolve))
})

await t.test('the limit removes its listeners', async (t) => {
  const controller = new AbortController()
  let inner: AbortSignal | undefined
  await TimeLimit.of(run(100, controller), async (limit) => {
    inner = limit.signal
    await limit.wait(Promise.resolve(), () => '')
  })
  t.same(getEventListeners(controller.signal, 'abort'), [])
  t.same(inner && getEventListeners(inner, 'abort'), [])
})
