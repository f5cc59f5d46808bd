import { systemClock } from '../../../base/clock.js'
import type { Clock } from '../../../base/clock.js'
import type { FailureStatus } from '../../../health/check/policy.js'
import { CheckFailure } from '../../kit/result.js'
import type { TimeLimit } from '../../kit/time-limit.js'
import { Deferred } from '../../../base/deferred.js'

/** After so long a connection that was asked for is no longer expected, in milliseconds: not every driver limits that by itself. */
const LOST_AFTER_MS = 60_000

/** What a check needs of a driver's pool. */
export interface Pool<C> {
  /** What the app has. */
  readonly client: object
  /** Asks for a connection. */
  readonly acquire: () => Acquisition<C>
  /** Gives one back, as it is or to be closed. */
  readonly release: (connection: C, isBroken: boolean) => void
  /** How its connections are used. */
  readonly usage: () => PoolUsage
  /** Whether a refusal of the driver's says that all connections are in use. */
  readonly isRefusal?: (error: unknown) => boolean
}

/** A connection that was asked for. */
export interface Acquisition<C> {
  readonly connection: Promise<C>
  /** Where a new one is being opened for it: ends that, as it would stay in the pool as long as the server does not answer. */
  readonly giveUp?: (() => void) | undefined
}

/** How the connections of a pool are used. */
export interface PoolUsage {
  /** How many there are. */
  readonly open: number
  /** How many of these are only being opened. */
  readonly opening: number
  readonly idle: number
  /** How many wait for one. */
  readonly waiting: number
  /** How many there may be. */
  readonly most: number
}

/** A place in the line for a connection. */
interface Place<C> {
  readonly at: number
  /** What ends the opening of a connection, where one is opened for it: else it stands in line. */
  readonly giveUp: (() => void) | undefined
  taker: Deferred<C> | undefined
}

/**
 * The connection of a pool that a run of a check borrows. When the time is over, one that is lent is closed, one that is being opened
 * is given up, and where all are in use the place in line stays for the next run: what comes until then goes back at once. No slot
 * is held longer.
 */
export class Slot<C> {
  readonly #whenExhausted: FailureStatus
  readonly #clock: Pick<Clock, 'now'>
  /** By pool the place that was taken last. */
  readonly #places = new WeakMap<object, Place<C>>()
  /** By pool, when what was given up last has left it: before, there is no room for the next. */
  readonly #leaving = new WeakMap<object, Promise<void>>()

  constructor (whenExhausted: FailureStatus, clock: Pick<Clock, 'now'> = systemClock) {
    this.#whenExhausted = whenExhausted
    this.#clock = clock
  }

  /** Borrows a connection for some work. */
  async lend<T> (pool: Pool<C>, limit: TimeLimit, work: (connection: C) => Promise<T>): Promise<T> {
    const connection = await this.#take(pool, limit)
    let isBroken = true
    try {
      const result = await limit.wait(work(connection), () => `connected, but no answer within ${limit.ms} ms`)
      isBroken = false
      return result
    } finally {
      pool.release(connection, isBroken)
    }
  }

  async #take (pool: Pool<C>, limit: TimeLimit): Promise<C> {
    const leaving = this.#leaving.get(pool.client)
    if (leaving !== undefined) await leaving
    const place = this.#placeIn(pool)
    const taker = place.taker = new Deferred<C>()
    let isOver = false
    // For one that comes in the very moment in which the run is ended.
    taker.promise.then((connection) => { if (isOver) giveBack(pool, connection) }, () => undefined)
    try {
      return await limit.wait(taker.promise, () => {
        isOver = true
        this.#giveUp(pool, place)
        return `no answer to a new connection within ${limit.ms} ms`
      })
    } catch (error) {
      const isExhausted = pool.isRefusal?.(error) === true ? !isBeingOpened(pool.usage()) : place.giveUp === undefined && isInUse(pool.usage())
      throw isExhausted ? this.#exhausted(pool) : error
    }
  }

  #giveUp (pool: Pool<C>, place: Place<C>): void {
    place.taker = undefined
    if (place.giveUp === undefined) return
    this.#leave(pool, place)
    place.giveUp()
    // The run itself does not wait for it: where the event loop was blocked, its time would be up before it has said why.
    const left = nextTurn().then(() => { if (this.#leaving.get(pool.client) === left) this.#leaving.delete(pool.client) })
    this.#leaving.set(pool.client, left)
  }

  #leave (pool: Pool<C>, place: Place<C>): void {
    if (this.#places.get(pool.client) === place) this.#places.delete(pool.client)
  }

  /** The place that the run before has left, or a new one: two runs at the same time have one each. */
  #placeIn (pool: Pool<C>): Place<C> {
    const last = this.#places.get(pool.client)
    return last !== undefined && last.taker === undefined && this.#isExpected(last, pool) ? last : this.#queue(pool)
  }

  /** A line moves on, unless it is that of a pool which has ended. Of one that does not show how it is used, that is not known. */
  #isExpected ({ at }: Place<C>, pool: Pool<C>): boolean {
    const { open, most } = pool.usage()
    return most > 0 ? open > 0 : this.#clock.now() - at <= LOST_AFTER_MS
  }

  /** Takes a new place in the line. */
  #queue (pool: Pool<C>): Place<C> {
    const { connection, giveUp } = pool.acquire()
    const place: Place<C> = { at: this.#clock.now(), giveUp, taker: undefined }
    connection.then(
      (connection) => {
        this.#leave(pool, place)
        if (place.taker === undefined) giveBack(pool, connection)
        else place.taker.resolve(connection)
      },
      (error: unknown) => {
        this.#leave(pool, place)
        place.taker?.reject(error)
      }
    )
    this.#places.set(pool.client, place)
    return place
  }

  #exhausted (pool: Pool<C>): CheckFailure {
    return new CheckFailure(this.#whenExhausted, `the pool is exhausted: none of its ${pool.usage().most} connections became free in time`)
  }
}

async function nextTurn (): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
}

/** One that nobody waits for any more. That it cannot be given back, as it is the pool that has ended, is nobody's news. */
function giveBack<C> (pool: Pool<C>, connection: C): void {
  try {
    pool.release(connection, false)
  } catch {}
}

/** Whether connections are in use, and none is left. */
function isInUse ({ open, opening, idle }: PoolUsage): boolean {
  return open > opening && idle === 0
}

/** Whether all that there are are just being opened: it is the server that does not answer. */
function isBeingOpened ({ open, opening }: PoolUsage): boolean {
  return open > 0 && open === opening
}
