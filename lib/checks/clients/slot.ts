import { systemClock } from '../../clock.js'
import type { Clock } from '../../clock.js'
import type { FailureStatus } from '../../health/policy.js'
import { Finding } from '../finding.js'
import type { TimeLimit } from '../time-limit.js'

/** After so long a connection that was asked for is no longer expected, in milliseconds: not every driver limits that by itself. */
const LOST_AFTER_MS = 60_000

/** What a check needs of a driver's pool. */
export interface Pool<C> {
  /** What the app has. */
  readonly client: object
  /** Asks for a connection. */
  readonly acquire: () => Promise<C>
  /** Gives one back, as it is or to be closed. */
  readonly release: (connection: C, isBroken: boolean) => void
  /** How its connections are used. */
  readonly usage: () => PoolUsage
  /** Whether a refusal of the driver's says that all connections are in use. */
  readonly isRefusal?: (error: unknown) => boolean
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

interface Taker<C> {
  readonly resolve: (connection: C) => void
  readonly reject: (error: unknown) => void
}

/** A place in the line for a connection. */
interface Place<C> {
  readonly client: object
  readonly at: number
  /** Whether all connections were in use when it was taken. */
  readonly isInLine: boolean
  taker: Taker<C> | undefined
}

/**
 * The one connection of a pool that a check borrows at a time. When the time is over, one that is lent is closed, and one that was
 * still awaited goes back the moment it comes: no slot is held longer. Until then no second is asked for.
 */
export class Slot<C> {
  readonly #whenExhausted: FailureStatus
  readonly #clock: Pick<Clock, 'now'>
  #place: Place<C> | undefined

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
    const place = this.#placeIn(pool)
    const connection = new Promise<C>((resolve, reject) => { place.taker = { resolve, reject } })
    let isOver = false
    // For one that comes in the very moment in which the run is ended.
    connection.then((connection) => { if (isOver) pool.release(connection, false) }, () => undefined)
    try {
      return await limit.wait(connection, () => {
        isOver = true
        place.taker = undefined
        return `no answer to a new connection within ${limit.ms} ms`
      })
    } catch (error) {
      throw place.isInLine || (pool.isRefusal?.(error) === true && isInUse(pool.usage())) ? this.#exhausted(pool) : error
    }
  }

  #placeIn (pool: Pool<C>): Place<C> {
    const last = this.#place
    const isExpected = last?.client === pool.client && this.#clock.now() - last.at <= LOST_AFTER_MS
    return isExpected ? last : this.#queue(pool)
  }

  /** Takes a new place in the line. */
  #queue (pool: Pool<C>): Place<C> {
    const { idle, waiting } = pool.usage()
    const connection = pool.acquire()
    const isInLine = idle === 0 && pool.usage().waiting > waiting && isInUse(pool.usage())
    const place: Place<C> = { client: pool.client, at: this.#clock.now(), isInLine, taker: undefined }
    const leave = (): Taker<C> | undefined => {
      if (this.#place === place) this.#place = undefined
      return place.taker
    }
    connection.then(
      (connection) => {
        const taker = leave()
        if (taker === undefined) pool.release(connection, false)
        else taker.resolve(connection)
      },
      (error: unknown) => leave()?.reject(error)
    )
    this.#place = place
    return place
  }

  #exhausted (pool: Pool<C>): Finding {
    return new Finding(this.#whenExhausted, `the pool is exhausted: none of its ${pool.usage().most} connections became free in time`)
  }
}

/** A pool whose connections are all just being opened is not in use: no server answers. */
function isInUse ({ open, opening }: PoolUsage): boolean {
  return open > opening
}
