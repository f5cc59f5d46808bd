import { systemClock } from '../../../base/clock.js'
import type { Clock } from '../../../base/clock.js'
import type { CheckFailure } from '../../kit/result.js'
import type { TimeLimit } from '../../kit/time-limit.js'
import { Deferred } from '../../../base/deferred.js'
import type { Exhaustion } from '../exhaustion.js'
import { nextTurn } from '../../../base/timers.js'

/** After this time in milliseconds a requested connection counts as lost: not every driver limits the wait itself. */
const LOST_AFTER_MS = 60_000

/** The parts of a driver's pool that a check uses. */
export interface Pool<C> {
  /** The app's own pool object. */
  readonly client: object
  readonly acquire: () => Acquisition<C>
  /** Returns a connection to the pool. The pool closes it if it is broken. */
  readonly release: (connection: C, isBroken: boolean) => void
  readonly usage: () => PoolUsage
  /** Whether an error of the driver means that all connections are in use. */
  readonly isExhaustedError?: (error: unknown) => boolean
  /** Whether the pool itself settles each request in time, so that no request is lost. */
  readonly settlesRequests?: boolean
  /** Whether the pool has all the connections it may have. Needed if requests hide whether they are queued. */
  readonly isFull?: () => boolean
  /** Whether the pool is testing an idle connection for the caller. */
  readonly isValidating?: () => boolean
  /** Why the pool could not open its latest connection, if the pool does not reject with it. */
  readonly problem?: () => string | undefined
}

/** A connection that was requested from a pool. */
export interface Acquisition<C> {
  readonly connection: Promise<C>
  /**
   * Stops opening a new connection, which would otherwise stay in the pool until the server answers. Undefined if the
   * request waits for a connection that is in use.
   */
  readonly cancelOpening?: (() => void) | undefined
}

/** How many connections of a pool are in which state. */
export interface PoolUsage {
  /** All connections, including those being opened. */
  readonly open: number
  readonly opening: number
  readonly idle: number
  /** The number of callers that wait for a connection. */
  readonly waiting: number
  /** The pool's limit, or 0 if it is unknown. */
  readonly max: number
}

/** A request for a connection, which outlives the run that made it if all connections are in use. */
interface PoolRequest<C> {
  readonly requestedAt: number
  /** Set if a new connection is being opened for this request. */
  readonly cancelOpening: (() => void) | undefined
  /** The run that waits for the connection, if there is one. */
  waiter: Deferred<C> | undefined
}

/**
 * Borrows a connection of the app's pool for each run of a check. When the run's time is over:
 * - a borrowed connection is closed, because it still owes an answer
 * - a connection that is being opened is cancelled
 * - if all connections are in use, the request stays in the pool's queue for the next run. A connection that arrives
 *   before the next run goes back at once.
 */
export class ConnectionBorrower<C> {
  readonly #exhaustion: Exhaustion
  readonly #clock: Pick<Clock, 'now'>
  /** The latest request of each pool. */
  readonly #requests = new WeakMap<object, PoolRequest<C>>()
  /** For each pool, resolves when the cancelled connection has left it. Before that there is no room for another. */
  readonly #cancelled = new WeakMap<object, Promise<void>>()

  constructor (exhaustion: Exhaustion, clock: Pick<Clock, 'now'> = systemClock) {
    this.#exhaustion = exhaustion
    this.#clock = clock
  }

  /** Borrows a connection while the work runs. `isNew` is true if the pool has opened the connection for this run. */
  async borrow<T> (
    pool: Pool<C>,
    limit: TimeLimit,
    work: (connection: C, isNew: boolean) => Promise<T>
  ): Promise<T> {
    const { connection, isNew } = await this.#acquire(pool, limit)
    let isBroken = true
    try {
      const result = await limit.wait(work(connection, isNew), () => `connected, but no answer within ${limit.ms} ms`)
      isBroken = false
      return result
    } finally {
      pool.release(connection, isBroken)
    }
  }

  async #acquire (pool: Pool<C>, limit: TimeLimit): Promise<{ readonly connection: C, readonly isNew: boolean }> {
    const cancelled = this.#cancelled.get(pool.client)
    if (cancelled !== undefined) await cancelled
    const request = this.#requestFor(pool)
    const waiter = request.waiter = new Deferred<C>()
    let isOver = false
    // Covers a connection that arrives at the moment in which the run ends.
    waiter.promise.then((connection) => { if (isOver) returnUnused(pool, connection) }, () => undefined)
    try {
      const connection = await limit.wait(waiter.promise, () => {
        isOver = true
        this.#giveUp(pool, request)
        const problem = pool.problem?.()
        return `could not open a connection within ${limit.ms} ms${problem === undefined ? '' : `: ${problem}`}`
      })
      return { connection, isNew: request.cancelOpening !== undefined }
    } catch (error) {
      const isTested = limit.signal.aborted && pool.isValidating?.() === true
      if (!isTested && isExhausted(pool, request, error)) throw this.#exhausted(pool, request)
      this.#exhaustion.ended(pool.client)
      throw error
    }
  }

  #giveUp (pool: Pool<C>, request: PoolRequest<C>): void {
    request.waiter = undefined
    if (request.cancelOpening === undefined) return
    this.#forget(pool, request)
    request.cancelOpening()
    // The run does not wait for this: after a blocked event loop there may be no time left to report the reason.
    const cancelled = nextTurn().then(() => {
      if (this.#cancelled.get(pool.client) === cancelled) this.#cancelled.delete(pool.client)
    })
    this.#cancelled.set(pool.client, cancelled)
  }

  #forget (pool: Pool<C>, request: PoolRequest<C>): void {
    if (this.#requests.get(pool.client) === request) this.#requests.delete(pool.client)
  }

  /** Takes over the request that an earlier run left, or makes a new one: two concurrent runs have one request each. */
  #requestFor (pool: Pool<C>): PoolRequest<C> {
    const last = this.#requests.get(pool.client)
    const isUsable = last !== undefined && last.waiter === undefined && this.#isExpected(last, pool)
    return isUsable ? last : this.#makeRequest(pool)
  }

  /** A queued request stays useful until its pool ends. If the pool does not show its usage, a time limit decides. */
  #isExpected ({ requestedAt }: PoolRequest<C>, pool: Pool<C>): boolean {
    if (pool.settlesRequests === true) return true
    const { open, max } = pool.usage()
    return max > 0 ? open > 0 : this.#clock.now() - requestedAt <= LOST_AFTER_MS
  }

  #makeRequest (pool: Pool<C>): PoolRequest<C> {
    const { connection, cancelOpening } = pool.acquire()
    const request: PoolRequest<C> = { requestedAt: this.#clock.now(), cancelOpening, waiter: undefined }
    connection.then(
      (connection) => {
        this.#forget(pool, request)
        this.#exhaustion.ended(pool.client)
        if (request.waiter === undefined) returnUnused(pool, connection)
        else request.waiter.resolve(connection)
      },
      (error: unknown) => {
        this.#forget(pool, request)
        request.waiter?.reject(error)
      }
    )
    this.#requests.set(pool.client, request)
    return request
  }

  /** The request may still be in the queue of the pool. It is not one of the app's callers. */
  #exhausted (pool: Pool<C>, request: PoolRequest<C>): CheckFailure {
    const { max, waiting } = pool.usage()
    const own = this.#requests.get(pool.client) === request ? 1 : 0
    const exhausted = { max, waiting: Math.max(0, waiting - own), since: request.requestedAt }
    return this.#exhaustion.failure(pool.client, exhausted)
  }
}

/** Returns a connection that no run waits for. Ignores an error of a pool that has ended. */
function returnUnused<C> (pool: Pool<C>, connection: C): void {
  try {
    pool.release(connection, false)
  } catch {}
}

/** Whether a request failed because all connections are in use. */
function isExhausted<C> (pool: Pool<C>, { cancelOpening }: PoolRequest<C>, error: unknown): boolean {
  const usage = pool.usage()
  if (pool.isExhaustedError?.(error) === true) return !areAllOpening(usage)
  return cancelOpening === undefined && areAllInUse(usage) && pool.isFull?.() !== false
}

function areAllInUse ({ open, opening, idle }: PoolUsage): boolean {
  return open > opening && idle === 0
}

/** If all connections are still being opened, the server does not answer: the pool is not exhausted. */
function areAllOpening ({ open, opening }: PoolUsage): boolean {
  return open > 0 && open === opening
}
