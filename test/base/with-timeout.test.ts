import t from 'tap'
import { TIMED_OUT, withTimeout } from '../../lib/base/with-timeout.js'
import { ManualClock } from '../support/clock.js'

await t.test('withTimeout() returns the result of work that ends in time, and clears the timer', async (t) => {
  const clock = new ManualClock()
  t.equal(await withTimeout(100, Promise.resolve('done'), clock), 'done')
  t.equal(clock.waiting, 0)
})

await t.test('withTimeout() rejects if the work rejects in time, and clears the timer', async (t) => {
  const clock = new ManualClock()
  await t.rejects(withTimeout(100, Promise.reject(new Error('broken')), clock), { message: 'broken' })
  t.equal(clock.waiting, 0)
})

await t.test('withTimeout() returns TIMED_OUT exactly after the delay', async (t) => {
  const clock = new ManualClock()
  let ended: unknown = 'not yet'
  const waiting = withTimeout(100, new Promise(() => undefined), clock).then((result) => { ended = result })
  await clock.pass(99)
  t.equal(ended, 'not yet')
  await clock.pass(1)
  await waiting
  t.equal(ended, TIMED_OUT)
})
