import t from 'tap'
import { Slot } from '../../../lib/checks/clients/slot.js'
import type { Pool } from '../../../lib/checks/clients/slot.js'
import { TimeLimit } from '../../../lib/checks/time-limit.js'
import type { FailureStatus } from '../../../lib/health/policy.js'
import { ManualClock } from '../../support/clock.js'

interface Connection {
  readonly number: number
}

/** A pool whose connections the test gives, and what was given back to it. */
class HandPool implements Pool<Connection> {
  readonly client = {}
  readonly asked: { readonly give: (connection: Connection) => void, readonly refuse: (error: Error) => void }[] = []
  readonly released: { readonly number: number, readonly isBroken: boolean }[] = []
  opening = 0
  idle = 0
  waiting = 0
  isFull = false

  async acquire (): Promise<Connection> {
    if (this.isFull) this.waiting += 1
    return await new Promise((resolve, reject) => this.asked.push({ give: resolve, refuse: reject }))
  }

  release ({ number }: Connection, isBroken: boolean): void {
    this.released.push({ number, isBroken })
  }

  usage (): ReturnType<Pool<Connection>['usage']> {
    return { open: 2, opening: this.opening, idle: this.idle, waiting: this.waiting, most: 2 }
  }

  isRefusal (error: unknown): boolean {
    return String(error).includes('queue is full')
  }
}

/** A run that the test ends. */
class Run {
  readonly #controller = new AbortController()

  async borrow<T> (slot: Slot<Connection>, pool: Pool<Connection>, work: (connection: Connection) => Promise<T>): Promise<T> {
    return await TimeLimit.of({ signal: this.#controller.signal, timeout: 1_000_000 }, async (limit) => await slot.lend(pool, limit, work))
  }

  end (): void {
    this.#controller.abort()
  }
}

const never = new Promise<never>(() => undefined)

function slotOf (whenExhausted: FailureStatus = 'OUT_OF_SERVICE', clock = new ManualClock()): Slot<Connection> {
  return new Slot(whenExhausted, clock)
}

async function settled (): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
}

await t.test('a connection is lent, and goes back as it is', async (t) => {
  const pool = new HandPool()
  const lent = new Run().borrow(slotOf(), pool, async ({ number }) => await Promise.resolve(number))
  pool.asked[0]?.give({ number: 1 })
  t.equal(await lent, 1)
  t.same(pool.released, [{ number: 1, isBroken: false }])
})

await t.test('one on which the work failed is closed', async (t) => {
  const pool = new HandPool()
  const lent = new Run().borrow(slotOf(), pool, async () => await Promise.reject(new Error('reset')))
  pool.asked[0]?.give({ number: 1 })
  await t.rejects(lent, { message: 'reset' })
  t.same(pool.released, [{ number: 1, isBroken: true }])
})

await t.test('one that owes an answer when the time is over is closed', async (t) => {
  const pool = new HandPool()
  const run = new Run()
  const lent = run.borrow(slotOf(), pool, async () => await never)
  pool.asked[0]?.give({ number: 1 })
  await settled()
  t.same(pool.released, [])
  run.end()
  await t.rejects(lent, { message: 'connected, but no answer within 900000 ms' })
  t.same(pool.released, [{ number: 1, isBroken: true }])
})

await t.test('one that comes after the time goes back at once', async (t) => {
  const pool = new HandPool()
  const run = new Run()
  const lent = run.borrow(slotOf(), pool, async () => await never)
  run.end()
  await t.rejects(lent, { message: 'no answer to a new connection within 900000 ms' })
  pool.asked[0]?.give({ number: 1 })
  await settled()
  t.same(pool.released, [{ number: 1, isBroken: false }])
})

await t.test('one that comes in the moment in which the run ends is not lost', async (t) => {
  for (const first of ['end', 'give'] as const) {
    const pool = new HandPool()
    const run = new Run()
    const lent = run.borrow(slotOf(), pool, async () => await never)
    if (first === 'end') run.end()
    pool.asked[0]?.give({ number: 1 })
    if (first === 'give') queueMicrotask(() => run.end())
    await t.rejects(lent)
    await settled()
    t.equal(pool.released.length, 1, first)
  }
})

await t.test('no second one is asked for while the first has not come; the next run takes it', async (t) => {
  const pool = new HandPool()
  const slot = slotOf()
  const first = new Run()
  const lost = first.borrow(slot, pool, async () => await never)
  first.end()
  await t.rejects(lost)
  const lent = new Run().borrow(slot, pool, async ({ number }) => await Promise.resolve(number))
  t.equal(pool.asked.length, 1)
  pool.asked[0]?.give({ number: 1 })
  t.equal(await lent, 1)
  t.same(pool.released, [{ number: 1, isBroken: false }])
})

await t.test('a connection that does not come for a minute is lost, and another asked for; should it come, it goes back', async (t) => {
  const clock = new ManualClock()
  const pool = new HandPool()
  const slot = slotOf('DOWN', clock)
  const first = new Run()
  const lost = first.borrow(slot, pool, async () => await never)
  first.end()
  await t.rejects(lost)
  await clock.pass(60_001)
  const lent = new Run().borrow(slot, pool, async ({ number }) => await Promise.resolve(number))
  t.equal(pool.asked.length, 2)
  pool.asked[0]?.give({ number: 1 })
  await settled()
  t.same(pool.released, [{ number: 1, isBroken: false }])
  pool.asked[1]?.give({ number: 2 })
  t.equal(await lent, 2)
})

await t.test('another pool is asked for itself', async (t) => {
  const [old, pool] = [new HandPool(), new HandPool()]
  const slot = slotOf()
  const first = new Run()
  const lost = first.borrow(slot, old, async () => await never)
  first.end()
  await t.rejects(lost)
  const lent = new Run().borrow(slot, pool, async ({ number }) => await Promise.resolve(number))
  pool.asked[0]?.give({ number: 2 })
  t.equal(await lent, 2)
})

await t.test('what the driver says of a connection that it cannot make is the reason', async (t) => {
  const pool = new HandPool()
  const lent = new Run().borrow(slotOf(), pool, async () => await never)
  pool.asked[0]?.refuse(new Error('connect ECONNREFUSED'))
  await t.rejects(lent, { message: 'connect ECONNREFUSED' })
  t.same(pool.released, [])
})

await t.test('a connection refused when nobody waits any more does not end the process', async (t) => {
  const pool = new HandPool()
  const run = new Run()
  const lent = run.borrow(slotOf(), pool, async () => await never)
  run.end()
  await t.rejects(lent)
  pool.asked[0]?.refuse(new Error('connect ETIMEDOUT'))
  await settled()
})

await t.test('a pool all of whose connections stay in use is exhausted, whatever ends the wait', async (t) => {
  const pool = new HandPool()
  pool.isFull = true
  const reason = { status: 'OUT_OF_SERVICE', message: 'the pool is exhausted: none of its 2 connections became free in time' }
  const run = new Run()
  const waiting = run.borrow(slotOf(), pool, async () => await never)
  run.end()
  await t.rejects(waiting, reason)
  const refused = new Run().borrow(slotOf(), pool, async () => await never)
  pool.asked[1]?.refuse(new Error('timeout exceeded when trying to connect'))
  await t.rejects(refused, reason)
})

await t.test('a refusal that says so is exhaustion too, shown as it was asked for', async (t) => {
  const pool = new HandPool()
  const lent = new Run().borrow(slotOf('DEGRADED'), pool, async () => await never)
  pool.asked[0]?.refuse(new Error('the queue is full'))
  await t.rejects(lent, { status: 'DEGRADED', message: /exhausted/ })
})

await t.test('one that waits for an idle connection is not in line for others\'', async (t) => {
  const pool = new HandPool()
  pool.isFull = true
  pool.idle = 1
  const run = new Run()
  const waiting = run.borrow(slotOf(), pool, async () => await never)
  run.end()
  await t.rejects(waiting, { message: 'no answer to a new connection within 900000 ms' })
})

await t.test('one whose connections are all just being opened has no server, whoever has them opened', async (t) => {
  const pool = new HandPool()
  pool.isFull = true
  pool.opening = 2
  const run = new Run()
  const waiting = run.borrow(slotOf(), pool, async () => await never)
  run.end()
  await t.rejects(waiting, { message: 'no answer to a new connection within 900000 ms' })
  const refused = new Run().borrow(slotOf(), pool, async () => await never)
  pool.asked[1]?.refuse(new Error('the queue is full'))
  await t.rejects(refused, { message: 'the queue is full' })
})
