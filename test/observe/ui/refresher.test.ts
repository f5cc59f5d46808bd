import t from 'tap'
import { Refresher } from '../../../lib/observe/ui/refresher.js'
import { ManualClock } from '../../support/clock.js'

await t.test('refresh() runs the checks once in 5 s, for any number of viewers', async (t) => {
  const clock = new ManualClock()
  let runs = 0
  const refresher = new Refresher(() => { runs += 1 }, clock)
  t.equal(refresher.time, undefined)
  for (const delayMs of [0, 0, 4_999]) {
    await clock.pass(delayMs)
    t.same(await Promise.all(Array.from({ length: 10 }, async () => await refresher.refresh())), Array(10).fill(true))
  }
  t.equal(runs, 1)
  t.equal(refresher.time, new Date(0).toISOString())
  await clock.pass(1)
  await refresher.refresh()
  t.equal(runs, 2)
  t.equal(refresher.time, new Date(5_000).toISOString())
  t.equal(clock.waiting, 0, 'no timer stays')
})

await t.test('refresh() resolves to false after 2 s if a check hangs, and tries again 3 s later', async (t) => {
  const clock = new ManualClock()
  let runs = 0
  const refresher = new Refresher(async () => {
    runs += 1
    if (runs === 1) await new Promise(() => undefined)
  }, clock)
  for (const delayMs of [2_000, 2_000]) {
    const refreshed = refresher.refresh()
    await clock.pass(delayMs)
    t.equal(await refreshed, false)
  }
  t.equal(runs, 1)
  t.equal(refresher.time, undefined, 'the results have no time yet')
  await clock.pass(1_000)
  t.equal(await refresher.refresh(), true)
  t.equal(runs, 2)
})

await t.test('refresh() rejects if the report fails, and the next viewer tries again', async (t) => {
  const failures = [
    () => { throw new Error('thrown') },
    async () => { await Promise.reject(new Error('rejected')) }
  ]
  const refresher = new Refresher(() => failures.shift()?.(), new ManualClock())
  await t.rejects(refresher.refresh(), { message: 'thrown' })
  await t.rejects(refresher.refresh(), { message: 'rejected' })
  t.equal(await refresher.refresh(), true)
})
