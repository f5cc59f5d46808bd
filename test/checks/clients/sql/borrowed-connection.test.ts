import t from 'tap'
import { Slot } from '../../../../lib/checks/clients/sql/borrowed-connection.js'
import type { Acquisition, Pool, PoolUsage } from '../../../../lib/checks/clients/sql/borrowed-connection.js'
import { TimeLimit } from '../../../../lib/checks/kit/time-limit.js'
import type { FailureStatus } from '../../../../lib/health/check/policy.js'
import { ManualClock } from '../../../support/clock.js'

interface Connection {
  readonly number: number
}

interface Asked {
  readonly give: (connection: Connection) => void
  readonly refuse: (error: Error) => void
}

/** A pool whose connections the test gives, and what was given back to it. */
class HandPool implements Pool<Connection> {
  readonly client = {}
  readonly asked: Asked[] = []
  readonly released: { readonly number: number, readonly isBroken: boolean }[] = []
  givenUp = 0
  open = 1
  opening = 0
  idle = 0
  most = 2
  /** Whether a new connection is opened for who asks. */
  opens = true

  acquire (): Acquisition<Connection> {
    const connection = new Promise<Connection>((resolve, reject) => this.asked.push({ give: resolve, refuse: reject }))
    return { connection, giveUp: this.opens ? () => { this.givenUp += 1 } : undefined }
  }

  release ({ number }: Connection, isBroken: boolean): void {
    this.released.push({ number, isBroken })
  }

  usage (): PoolUsage {
    const { open, opening, idle, most } = this
    return { open, opening, idle, waiting: 0, most }
  }

  isRefusal (error: unknown): boolean {
    return String(error).includes('queue is full')
  }
}

/** One all of whose connections are in use. */
function fullPool (): HandPool {
  return Object.assign(new HandPool(), { opens: false, open: 2 })
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

await t.test('one that is being opened is given up when the time is over, and the next run asks for another once it has left the pool', async (t) => {
  const pool = new HandPool()
  const slot = slotOf()
  const first = new Run()
  const lost = first.borrow(slot, pool, async () => await never)
  t.equal(pool.givenUp, 0)
  first.end()
  await t.rejects(lost, { message: 'no answer to a new connection within 900000 ms' })
  t.equal(pool.givenUp, 1)
  const lent = new Run().borrow(slot, pool, async ({ number }) => await Promise.resolve(number))
  t.equal(pool.asked.length, 1)
  pool.asked[0]?.refuse(new Error('given up'))
  await settled()
  pool.asked[1]?.give({ number: 2 })
  t.equal(await lent, 2)
})

await t.test('the reason is there in the turn in which the time is over: a loop that was blocked has no time for another', async (t) => {
  const run = new Run()
  const reason = run.borrow(slotOf(), new HandPool(), async () => await never).catch((error: unknown) => error)
  run.end()
  t.match(await Promise.race([reason, settled().then(() => 'a turn later')]), { message: 'no answer to a new connection within 900000 ms' })
})

await t.test('where two are given up the next run waits until both have left the pool, and the one after it not at all', async (t) => {
  const pool = new HandPool()
  const slot = slotOf()
  const runs = Array.from({ length: 4 }, () => new Run())
  const ended = async (run: Run | undefined): Promise<unknown> => await run?.borrow(slot, pool, async () => await never).catch((error: unknown) => error)
  const [first, second, third, fourth] = runs
  const lost = [ended(first), ended(second)]
  // The second is given up while the first one leaves.
  setImmediate(() => second?.end())
  first?.end()
  await settled()
  lost.push(ended(third))
  t.equal(pool.asked.length, 2)
  await settled()
  t.equal(pool.asked.length, 3)
  lost.push(ended(fourth))
  t.equal(pool.asked.length, 4)
  for (const run of runs) run.end()
  for (const error of await Promise.all(lost)) t.match(error, { message: 'no answer to a new connection within 900000 ms' })
})

await t.test('a place in line is kept: no second one is taken, and the next run has it', async (t) => {
  const clock = new ManualClock()
  const pool = fullPool()
  const slot = slotOf('DOWN', clock)
  for (let count = 0; count < 3; count++) {
    const run = new Run()
    const lost = run.borrow(slot, pool, async () => await never)
    run.end()
    await t.rejects(lost)
    await clock.pass(100_000)
  }
  const lent = new Run().borrow(slot, pool, async ({ number }) => await Promise.resolve(number))
  t.equal(pool.asked.length, 1)
  pool.asked[0]?.give({ number: 1 })
  t.equal(await lent, 1)
  t.same(pool.released, [{ number: 1, isBroken: false }])
})

await t.test('a place in the line of a pool that has ended is worth nothing', async (t) => {
  const pool = fullPool()
  const slot = slotOf()
  const run = new Run()
  const lost = run.borrow(slot, pool, async () => await never)
  run.end()
  await t.rejects(lost)
  pool.open = 0
  const asked = new Run().borrow(slot, pool, async () => await never)
  pool.asked[1]?.refuse(new Error('Cannot use a pool after calling end on the pool'))
  await t.rejects(asked, { message: 'Cannot use a pool after calling end on the pool' })
})

await t.test('two runs at the same time have a connection each', async (t) => {
  const pool = new HandPool()
  const slot = slotOf()
  const runs = [1, 2].map(async () => await new Run().borrow(slot, pool, async ({ number }) => await Promise.resolve(number)))
  t.equal(pool.asked.length, 2)
  pool.asked[0]?.give({ number: 1 })
  pool.asked[1]?.give({ number: 2 })
  t.same(await Promise.all(runs), [1, 2])
})

await t.test('where a pool does not show how it is used, a connection is lost after a minute; should it come, it goes back', async (t) => {
  const clock = new ManualClock()
  const pool = Object.assign(new HandPool(), { opens: false, open: 0, most: 0 })
  const slot = slotOf('DOWN', clock)
  for (const [asked, passes] of [[1, 60_000], [1, 1], [2, 0]] as const) {
    const run = new Run()
    const lost = run.borrow(slot, pool, async () => await never)
    run.end()
    await t.rejects(lost, { message: 'no answer to a new connection within 900000 ms' })
    t.equal(pool.asked.length, asked)
    await clock.pass(passes)
  }
  pool.asked[0]?.give({ number: 1 })
  await settled()
  t.same(pool.released, [{ number: 1, isBroken: false }])
})

await t.test('another pool is asked for itself', async (t) => {
  const [old, pool] = [fullPool(), fullPool()]
  const slot = slotOf()
  for (let count = 0; count < 4; count++) {
    const run = new Run()
    const lost = run.borrow(slot, count % 2 === 0 ? old : pool, async () => await never)
    run.end()
    await t.rejects(lost)
  }
  t.same([old.asked.length, pool.asked.length], [1, 1])
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

await t.test('nor does one that comes then and cannot be given back', async (t) => {
  const pool = new HandPool()
  const run = new Run()
  const lent = run.borrow(slotOf(), pool, async () => await never)
  run.end()
  await t.rejects(lent)
  pool.release = () => { throw new Error('Release called on client which has already been released to the pool.') }
  pool.asked[0]?.give({ number: 1 })
  await settled()
})

await t.test('a pool all of whose connections stay in use is exhausted, whatever ends the wait', async (t) => {
  const pool = fullPool()
  const reason = { status: 'OUT_OF_SERVICE', message: 'the pool is exhausted: none of its 2 connections became free in time' }
  const run = new Run()
  const waiting = run.borrow(slotOf(), pool, async () => await never)
  run.end()
  await t.rejects(waiting, reason)
  const refused = new Run().borrow(slotOf(), pool, async () => await never)
  pool.asked[1]?.refuse(new Error('timeout exceeded when trying to connect'))
  await t.rejects(refused, reason)
})

await t.test('it is the end of the wait that counts: a line may have begun, or ended, meanwhile', async (t) => {
  const pool = fullPool()
  pool.opening = 2
  const slot = slotOf()
  const filling = new Run()
  const first = filling.borrow(slot, pool, async () => await never)
  pool.opening = 0
  filling.end()
  await t.rejects(first, { message: /exhausted/ })
  const emptied = new Run()
  const second = emptied.borrow(slot, pool, async () => await never)
  Object.assign(pool, { open: 1, opening: 1 })
  emptied.end()
  await t.rejects(second, { message: 'no answer to a new connection within 900000 ms' })
})

await t.test('a refusal that says so is exhaustion too, shown as it was asked for', async (t) => {
  const pool = new HandPool()
  const lent = new Run().borrow(slotOf('DEGRADED'), pool, async () => await never)
  pool.asked[0]?.refuse(new Error('the queue is full'))
  await t.rejects(lent, { status: 'DEGRADED', message: /exhausted/ })
})

await t.test('one whose connections are all just being opened has no server, whoever has them opened', async (t) => {
  const pool = fullPool()
  pool.opening = 2
  const run = new Run()
  const waiting = run.borrow(slotOf(), pool, async () => await never)
  run.end()
  await t.rejects(waiting, { message: 'no answer to a new connection within 900000 ms' })
  const refused = new Run().borrow(slotOf(), pool, async () => await never)
  pool.asked[1]?.refuse(new Error('the queue is full'))
  await t.rejects(refused, { message: 'the queue is full' })
})
