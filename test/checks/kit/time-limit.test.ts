import { getEventListeners } from 'node:events'
import t from 'tap'
import { TimeLimit } from '../../../lib/checks/kit/time-limit.js'
import { systemClock } from '../../../lib/base/clock.js'
import { block } from '../../support/clock.js'

const never = new Promise<never>(() => undefined)

function run (timeout: number, controller = new AbortController()): { readonly signal: AbortSignal, readonly timeout: number } {
  return { signal: controller.signal, timeout }
}

await t.test('gives what the work comes to', async (t) => {
  t.equal(await TimeLimit.of(run(100), async () => await Promise.resolve(7)), 7)
  await t.rejects(TimeLimit.of(run(100), async () => await Promise.reject(new Error('no'))), { message: 'no' })
})

await t.test('is nine tenths of the timeout, and at least a millisecond', async (t) => {
  t.equal(await TimeLimit.of(run(800), async ({ ms }) => await Promise.resolve(ms)), 720)
  t.equal(await TimeLimit.of(run(1), async ({ ms }) => await Promise.resolve(ms)), 1)
})

await t.test('is over before the timeout, also where an event loop that was blocked is late for both', async (t) => {
  const order: string[] = []
  const limited = TimeLimit.of(run(200), async (limit) => await limit.wait(never, () => 'over')).catch(() => order.push('limit'))
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

await t.test('what is not done in time is said by who waits for it', async (t) => {
  await t.rejects(TimeLimit.of(run(10), async (limit) => await limit.wait(never, () => `no answer within ${limit.ms} ms`)), { message: 'no answer within 9 ms' })
})

await t.test('the signal tells what can be cancelled', async (t) => {
  const signal = await TimeLimit.of(run(10), async ({ signal }) => {
    await new Promise((resolve) => signal.addEventListener('abort', resolve))
    return signal
  })
  t.equal(signal.aborted, true)
  t.match(signal.reason, { message: 'not done within 9 ms' })
})

await t.test('is over when the run is', async (t) => {
  const controller = new AbortController()
  const waiting = TimeLimit.of(run(60_000, controller), async (limit) => await limit.wait(never, () => 'given up'))
  controller.abort()
  await t.rejects(waiting, { message: 'given up' })
})

await t.test('is over at once in a run that has ended', async (t) => {
  const controller = new AbortController()
  controller.abort()
  await t.rejects(TimeLimit.of(run(60_000, controller), async (limit) => await limit.wait(never, () => 'too late')), { message: 'too late' })
})

await t.test('what is waited for after it is over is given up at once', async (t) => {
  const controller = new AbortController()
  const late = TimeLimit.of(run(60_000, controller), async (limit) => {
    controller.abort()
    return await limit.wait(never, () => 'too late')
  })
  await t.rejects(late, { message: 'too late' })
})

await t.test('work that fails after it was given up does not end the process', async (t) => {
  const controller = new AbortController()
  let fail = (_error: Error): void => undefined
  const work = new Promise<never>((_resolve, reject) => { fail = reject })
  const waiting = TimeLimit.of(run(60_000, controller), async (limit) => await limit.wait(work, () => 'given up'))
  controller.abort()
  await t.rejects(waiting, { message: 'given up' })
  fail(new Error('nobody asks any more'))
  await new Promise((resolve) => setImmediate(resolve))
})

await t.test('leaves no listener behind', async (t) => {
  const controller = new AbortController()
  let inner: AbortSignal | undefined
  await TimeLimit.of(run(100, controller), async (limit) => {
    inner = limit.signal
    await limit.wait(Promise.resolve(), () => '')
  })
  t.same(getEventListeners(controller.signal, 'abort'), [])
  t.same(inner && getEventListeners(inner, 'abort'), [])
})
