import t from 'tap'
import { exhaustedForRule, Exhaustion } from '../../../lib/checks/clients/exhaustion.js'
import { ManualClock } from '../../support/clock.js'

const POOL = { max: 10, waiting: 3 }

await t.test('failure() is DEGRADED before exhaustedFor, and then has the status whenExhausted', async (t) => {
  for (const whenExhausted of ['OUT_OF_SERVICE', 'DOWN', 'DEGRADED'] as const) {
    const clock = new ManualClock()
    const exhaustion = new Exhaustion({ whenExhausted, exhaustedFor: 5_000 }, clock)
    const client = {}
    const failure = (): unknown => exhaustion.failure(client, { ...POOL, since: clock.now() })
    t.match(failure(), {
      status: 'DEGRADED',
      message: 'the pool is exhausted: none of its 10 connections became free in time',
      details: { exhaustedMs: 0, waiting: 3 }
    })
    await clock.pass(5_000)
    t.match(failure(), { status: whenExhausted, details: { exhaustedMs: 5_000, waiting: 3 } })
    exhaustion.ended(client)
    t.match(failure(), { status: 'DEGRADED', details: { exhaustedMs: 0 } }, 'a pool that recovers starts anew')
  }
})

await t.test('failure() counts the wait of a run that is longer than exhaustedFor', async (t) => {
  const clock = new ManualClock()
  const exhaustion = new Exhaustion({ whenExhausted: 'OUT_OF_SERVICE', exhaustedFor: 5_000 }, clock)
  await clock.pass(9_000)
  t.match(exhaustion.failure({}, { ...POOL, since: 0 }), { status: 'OUT_OF_SERVICE', details: { exhaustedMs: 9_000 } })
})

await t.test('failure() measures each pool by itself', async (t) => {
  const clock = new ManualClock()
  const exhaustion = new Exhaustion({ whenExhausted: 'OUT_OF_SERVICE', exhaustedFor: 5_000 }, clock)
  const [first, second] = [{}, {}]
  exhaustion.failure(first, { ...POOL, since: 0 })
  await clock.pass(5_000)
  t.match(exhaustion.failure(second, { ...POOL, since: 5_000 }), { status: 'DEGRADED' })
  t.match(exhaustion.failure(first, { ...POOL, since: 5_000 }), { status: 'OUT_OF_SERVICE' })
})

await t.test('exhaustedFor is 5 s by default, and must be a whole number of milliseconds', (t) => {
  t.equal(exhaustedForRule(undefined, 'postgres.exhaustedFor'), 5_000)
  t.equal(exhaustedForRule(0, 'postgres.exhaustedFor'), 0)
  for (const wrong of [-1, 1.5, '5s', null, Infinity]) {
    t.throws(() => exhaustedForRule(wrong, 'postgres.exhaustedFor'), {
      code: 'FST_MANAGEMENT_OPTION_INVALID',
      message: /^option "postgres.exhaustedFor" must be a whole number of milliseconds from 0/
    })
  }
  t.end()
})
