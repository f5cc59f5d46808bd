import t from 'tap'
import { ConnectionBorrower } from '../../../../lib/checks/clients/sql/connection-borrower.js'
import type { Acquisition, Pool, PoolUsage } from '../../../../lib/checks/clients/sql/connection-borrower.js'
import { Exhaustion } from '../../../../lib/checks/clients/exhaustion.js'
import { TimeLimit } from '../../../../lib/checks/kit/time-limit.js'
import type { FailureStatus } from '../../../../lib/health/check/options.js'
import { ManualClock } from '../../../support/clock.js'

interface Connection {
  readonly number: number
}

interface Request {
  readonly resolve: (connection: Connection) => void
  readonly reject: (error: Error) => void
}

/** A pool whose requests the test settles. It records the connections that it gets back. */
class ManualPool implements Pool<Connection> {
  readonly client = {}
  readonly requests: Request[] = []
  readonly released: { readonly number: number, readonly isBroken: boolean }[] = []
  cancelled = 0
  open = 1
  opening = 0
  idle = 0
  max = 2
  waiting = 0
  /** Whether a request opens a new connection. */
  opensConnections = true

  acquire (): Acquisition<Connection> {
    const connection = new Promise<Connection>((resolve, reject) => this.requests.push({ resolve, reject }))
    return { connection, cancelOpening: this.opensConnections ? () => { this.cancelled += 1 } : undefined }
  }

  release ({ number }: Connection, isBroken: boolean): void {
    this.released.push({ number, isBroken })
  }

  usage (): PoolUsage {
    const { open, opening, idle, waiting, max } = this
    return { open, opening, idle, waiting, max }
  }

  isExhaustedError (error: unknown): boolean {
    return String(error).includes('queue is full')
  }
}

/** A pool that has all its connections in use. */
function fullPool (): ManualPool {
  return Object.assign(new ManualPool(), { opensConnections: false, open: 2 })
}

/** A run that ends when the test says so. */
class Run {
  readonly #controller = new AbortController()

  async borrow<T> (
    borrower: ConnectionBorrower<Connection>,
    pool: Pool<Connection>,
    work: (connection: Connection) => Promise<T>
  ): Promise<T> {
    const context = { signal: this.#controller.signal, timeout: 1_000_000 }
    return await TimeLimit.of(context, async (limit) => await borrower.borrow(pool, limit, work))
  }

  end (): void {
    this.#controller.abort()
  }
}

const never = new Promise<never>(() => undefined)

function makeBorrower (
  whenExhausted: FailureStatus = 'OUT_OF_SERVICE',
  clock = new ManualClock(),
  exhaustedFor = 0
): ConnectionBorrower<Connection> {
  return new ConnectionBorrower(new Exhaustion({ whenExhausted, exhaustedFor }, clock), clock)
}

async function settled (): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
}

await t.test('borrow() returns the connection to the pool when the work ends', async (t) => {
  const pool = new ManualPool()
  const borrowed = new Run().borrow(makeBorrower(), pool, async ({ number }) => await Promise.resolve(number))
  pool.requests[0]?.resolve({ number: 1 })
  t.equal(await borrowed, 1)
  t.same(pool.released, [{ number: 1, isBroken: false }])
})

await t.test('borrow() closes the connection when the work fails', async (t) => {
  const pool = new ManualPool()
  const borrowed = new Run().borrow(makeBorrower(), pool, async () => await Promise.reject(new Error('reset')))
  pool.requests[0]?.resolve({ number: 1 })
  await t.rejects(borrowed, { message: 'reset' })
  t.same(pool.released, [{ number: 1, isBroken: true }])
})

await t.test('borrow() closes the connection when the time is over before the answer', async (t) => {
  const pool = new ManualPool()
  const run = new Run()
  const borrowed = run.borrow(makeBorrower(), pool, async () => await never)
  pool.requests[0]?.resolve({ number: 1 })
  await settled()
  t.same(pool.released, [])
  run.end()
  await t.rejects(borrowed, { message: 'connected, but no answer within 900000 ms' })
  t.same(pool.released, [{ number: 1, isBroken: true }])
})

await t.test('borrow() returns a connection at once when it arrives after the time is over', async (t) => {
  const pool = new ManualPool()
  const run = new Run()
  const borrowed = run.borrow(makeBorrower(), pool, async () => await never)
  run.end()
  await t.rejects(borrowed, { message: 'could not open a connection within 900000 ms' })
  pool.requests[0]?.resolve({ number: 1 })
  await settled()
  t.same(pool.released, [{ number: 1, isBroken: false }])
})

await t.test('borrow() returns a connection that arrives at the moment in which the run ends', async (t) => {
  for (const first of ['end', 'give'] as const) {
    const pool = new ManualPool()
    const run = new Run()
    const borrowed = run.borrow(makeBorrower(), pool, async () => await never)
    if (first === 'end') run.end()
    pool.requests[0]?.resolve({ number: 1 })
    if (first === 'give') queueMicrotask(() => run.end())
    await t.rejects(borrowed)
    await settled()
    t.equal(pool.released.length, 1, first)
  }
})

await t.test('the next run requests a connection after the cancelled connection has left the pool', async (t) => {
  const pool = new ManualPool()
  const borrower = makeBorrower()
  const first = new Run()
  const expired = first.borrow(borrower, pool, async () => await never)
  t.equal(pool.cancelled, 0)
  first.end()
  await t.rejects(expired, { message: 'could not open a connection within 900000 ms' })
  t.equal(pool.cancelled, 1)
  const borrowed = new Run().borrow(borrower, pool, async ({ number }) => await Promise.resolve(number))
  t.equal(pool.requests.length, 1)
  pool.requests[0]?.reject(new Error('given up'))
  await settled()
  pool.requests[1]?.resolve({ number: 2 })
  t.equal(await borrowed, 2)
})

await t.test('borrow() rejects in the same turn of the event loop in which the time is over', async (t) => {
  const run = new Run()
  const reason = run.borrow(makeBorrower(), new ManualPool(), async () => await never).catch((error: unknown) => error)
  run.end()
  const first = await Promise.race([reason, settled().then(() => 'a turn later')])
  t.match(first, { message: 'could not open a connection within 900000 ms' })
})

await t.test('after two cancelled connections only the next run waits until both have left the pool', async (t) => {
  const pool = new ManualPool()
  const borrower = makeBorrower()
  const runs = Array.from({ length: 4 }, () => new Run())
  const ended = async (run: Run | undefined): Promise<unknown> => {
    return await run?.borrow(borrower, pool, async () => await never).catch((error: unknown) => error)
  }
  const [first, second, third, fourth] = runs
  const expired = [ended(first), ended(second)]
  // The second is cancelled while the first leaves the pool.
  setImmediate(() => second?.end())
  first?.end()
  await settled()
  expired.push(ended(third))
  t.equal(pool.requests.length, 2)
  await settled()
  t.equal(pool.requests.length, 3)
  expired.push(ended(fourth))
  t.equal(pool.requests.length, 4)
  for (const run of runs) run.end()
  for (const error of await Promise.all(expired)) {
    t.match(error, { message: 'could not open a connection within 900000 ms' })
  }
})

await t.test('a queued request is kept: the next run takes it over and makes no second request', async (t) => {
  const clock = new ManualClock()
  const pool = fullPool()
  const borrower = makeBorrower('DOWN', clock)
  for (let count = 0; count < 3; count++) {
    const run = new Run()
    const expired = run.borrow(borrower, pool, async () => await never)
    run.end()
    await t.rejects(expired)
    await clock.pass(100_000)
  }
  const borrowed = new Run().borrow(borrower, pool, async ({ number }) => await Promise.resolve(number))
  t.equal(pool.requests.length, 1)
  pool.requests[0]?.resolve({ number: 1 })
  t.equal(await borrowed, 1)
  t.same(pool.released, [{ number: 1, isBroken: false }])
})

await t.test('a queued request is dropped when its pool has ended', async (t) => {
  const pool = fullPool()
  const borrower = makeBorrower()
  const run = new Run()
  const expired = run.borrow(borrower, pool, async () => await never)
  run.end()
  await t.rejects(expired)
  pool.open = 0
  const next = new Run().borrow(borrower, pool, async () => await never)
  pool.requests[1]?.reject(new Error('Cannot use a pool after calling end on the pool'))
  await t.rejects(next, { message: 'Cannot use a pool after calling end on the pool' })
})

await t.test('two concurrent runs borrow one connection each', async (t) => {
  const pool = new ManualPool()
  const borrower = makeBorrower()
  const runs = [1, 2].map(async () => {
    return await new Run().borrow(borrower, pool, async ({ number }) => await Promise.resolve(number))
  })
  t.equal(pool.requests.length, 2)
  pool.requests[0]?.resolve({ number: 1 })
  pool.requests[1]?.resolve({ number: 2 })
  t.same(await Promise.all(runs), [1, 2])
})

await t.test('if a pool hides its usage, a request counts as lost after a minute', async (t) => {
  const clock = new ManualClock()
  const pool = Object.assign(new ManualPool(), { opensConnections: false, open: 0, max: 0 })
  const borrower = makeBorrower('DOWN', clock)
  for (const [requests, passes] of [[1, 60_000], [1, 1], [2, 0]] as const) {
    const run = new Run()
    const expired = run.borrow(borrower, pool, async () => await never)
    run.end()
    await t.rejects(expired, { message: 'could not open a connection within 900000 ms' })
    t.equal(pool.requests.length, requests)
    await clock.pass(passes)
  }
  pool.requests[0]?.resolve({ number: 1 })
  await settled()
  t.same(pool.released, [{ number: 1, isBroken: false }])
})

await t.test('each pool has its own request', async (t) => {
  const [old, pool] = [fullPool(), fullPool()]
  const borrower = makeBorrower()
  for (let count = 0; count < 4; count++) {
    const run = new Run()
    const expired = run.borrow(borrower, count % 2 === 0 ? old : pool, async () => await never)
    run.end()
    await t.rejects(expired)
  }
  t.same([old.requests.length, pool.requests.length], [1, 1])
})

await t.test('borrow() rejects with the driver\'s error when a connection cannot be opened', async (t) => {
  const pool = new ManualPool()
  const borrowed = new Run().borrow(makeBorrower(), pool, async () => await never)
  pool.requests[0]?.reject(new Error('connect ECONNREFUSED'))
  await t.rejects(borrowed, { message: 'connect ECONNREFUSED' })
  t.same(pool.released, [])
})

await t.test('a connection that fails after its run has ended does not end the process', async (t) => {
  const pool = new ManualPool()
  const run = new Run()
  const borrowed = run.borrow(makeBorrower(), pool, async () => await never)
  run.end()
  await t.rejects(borrowed)
  pool.requests[0]?.reject(new Error('connect ETIMEDOUT'))
  await settled()
})

await t.test('a late connection that cannot be returned does not end the process', async (t) => {
  const pool = new ManualPool()
  const run = new Run()
  const borrowed = run.borrow(makeBorrower(), pool, async () => await never)
  run.end()
  await t.rejects(borrowed)
  pool.release = () => { throw new Error('Release called on client which has already been released to the pool.') }
  pool.requests[0]?.resolve({ number: 1 })
  await settled()
})

await t.test('borrow() reports an exhausted pool when all connections stay in use', async (t) => {
  const pool = fullPool()
  const reason = {
    status: 'OUT_OF_SERVICE',
    message: 'the pool is exhausted: none of its 2 connections became free in time'
  }
  const run = new Run()
  const waiting = run.borrow(makeBorrower(), pool, async () => await never)
  run.end()
  await t.rejects(waiting, reason)
  const refused = new Run().borrow(makeBorrower(), pool, async () => await never)
  pool.requests[1]?.reject(new Error('timeout exceeded when trying to connect'))
  await t.rejects(refused, reason)
})

await t.test('borrow() judges the pool\'s usage at the end of the wait, not at its start', async (t) => {
  const pool = fullPool()
  pool.opening = 2
  const borrower = makeBorrower()
  const filling = new Run()
  const first = filling.borrow(borrower, pool, async () => await never)
  pool.opening = 0
  filling.end()
  await t.rejects(first, { message: /exhausted/ })
  const emptied = new Run()
  const second = emptied.borrow(borrower, pool, async () => await never)
  Object.assign(pool, { open: 1, opening: 1 })
  emptied.end()
  await t.rejects(second, { message: 'could not open a connection within 900000 ms' })
})

await t.test('borrow() reports an exhausted pool when the driver\'s error means exhaustion', async (t) => {
  const pool = new ManualPool()
  const borrowed = new Run().borrow(makeBorrower('DEGRADED'), pool, async () => await never)
  pool.requests[0]?.reject(new Error('the queue is full'))
  await t.rejects(borrowed, { status: 'DEGRADED', message: /exhausted/ })
})

await t.test('a pool is not exhausted while all its connections are being opened', async (t) => {
  const pool = fullPool()
  pool.opening = 2
  const run = new Run()
  const waiting = run.borrow(makeBorrower(), pool, async () => await never)
  run.end()
  await t.rejects(waiting, { message: 'could not open a connection within 900000 ms' })
  const refused = new Run().borrow(makeBorrower(), pool, async () => await never)
  pool.requests[1]?.reject(new Error('the queue is full'))
  await t.rejects(refused, { message: 'the queue is full' })
})

/** Runs the check while its pool is full. Returns the failure. */
async function failureOf (borrower: ConnectionBorrower<Connection>, pool: ManualPool): Promise<unknown> {
  const run = new Run()
  const waiting = run.borrow(borrower, pool, async () => await never).catch((error: unknown) => error)
  run.end()
  return await waiting
}

await t.test('borrow() is DEGRADED until a pool was exhausted for exhaustedFor, counted across runs', async (t) => {
  const clock = new ManualClock()
  const pool = Object.assign(fullPool(), { waiting: 4 })
  const borrower = makeBorrower('OUT_OF_SERVICE', clock, 5_000)
  t.match(await failureOf(borrower, pool), { status: 'DEGRADED', details: { exhaustedMs: 0, waiting: 3 } })
  await clock.pass(4_999)
  t.match(await failureOf(borrower, pool), { status: 'DEGRADED', details: { exhaustedMs: 4_999 } })
  await clock.pass(1)
  t.match(await failureOf(borrower, pool), { status: 'OUT_OF_SERVICE', details: { exhaustedMs: 5_000, waiting: 3 } })
})

await t.test('the duration starts anew when a connection became free between two runs', async (t) => {
  const clock = new ManualClock()
  const pool = fullPool()
  const borrower = makeBorrower('OUT_OF_SERVICE', clock, 5_000)
  await failureOf(borrower, pool)
  await clock.pass(4_000)
  pool.requests[0]?.resolve({ number: 1 })
  await clock.pass(4_000)
  t.match(await failureOf(borrower, pool), { status: 'DEGRADED', details: { exhaustedMs: 0 } })
})

await t.test('the duration continues when the driver ends the wait between two runs', async (t) => {
  const clock = new ManualClock()
  const pool = fullPool()
  const borrower = makeBorrower('OUT_OF_SERVICE', clock, 5_000)
  await failureOf(borrower, pool)
  pool.requests[0]?.reject(new Error('timeout exceeded when trying to connect'))
  await clock.pass(6_000)
  t.match(await failureOf(borrower, pool), { status: 'OUT_OF_SERVICE', details: { exhaustedMs: 6_000 } })
})

await t.test('the duration starts anew after a failure of another kind', async (t) => {
  const clock = new ManualClock()
  const pool = fullPool()
  const borrower = makeBorrower('OUT_OF_SERVICE', clock, 5_000)
  await failureOf(borrower, pool)
  await clock.pass(6_000)
  pool.opening = 2
  t.match(await failureOf(borrower, pool), { message: 'could not open a connection within 900000 ms' })
  pool.opening = 0
  pool.requests[0]?.reject(new Error('connect ECONNREFUSED'))
  await settled()
  t.match(await failureOf(borrower, pool), { status: 'DEGRADED', details: { exhaustedMs: 0 } })
})
