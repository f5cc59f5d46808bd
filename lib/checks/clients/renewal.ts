import { systemClock } from '../../base/clock.js'
import type { Clock } from '../../base/clock.js'
import { Deferred } from '../../base/deferred.js'
import { reasonOf } from '../../base/describe.js'
import { delayOrNone, withDefault } from '../../base/rules.js'
import { CheckFailure } from '../kit/result.js'
import type { TimeLimit } from '../kit/time-limit.js'
import { PerClient } from './per-client.js'

/** The options of every check of a pool. */
export interface RenewalOptions {
  /**
   * The time until the check of a pool opens a new connection and closes it again, in milliseconds; 0 turns this off.
   *
   * @default 30_000
   * @example { renewAfter: 60_000 }
   * @see `docs/ready-made-checks.md#new-connections`
   */
  readonly renewAfter?: number | undefined
}

/** The rule of the option `renewAfter`. */
export const renewAfterRule = withDefault(delayOrNone, 30_000)

/** A random share of `renewAfter` by which a renewal comes earlier or later. */
const JITTER = 0.2

/** How a client opens a connection of its own kind for one run. */
export interface NewConnection {
  /**
   * Opens a new connection, sends one request, and closes the connection. Destroys the connection when `limit.signal`
   * aborts, so that none stays open. The renewal itself then stops to wait.
   */
  readonly open: (limit: TimeLimit) => Promise<unknown>
  /** Whether an error means that the server accepts no further connection, but still serves the open connections. */
  readonly isServerFull: (error: unknown) => boolean
}

/** The renewals of one client. */
interface Schedule {
  dueAt: number
  /** Resolves when the current renewal has ended, also if it has failed. */
  current: Promise<void> | undefined
}

/**
 * Decides when a check of a pool opens a new connection, and what a failure means. Call `alongside()` in each run, or
 * `renew()` after the client has answered over its own connection.
 *
 * A failed renewal stays due, so the check fails until a new connection works again.
 */
export class Renewal {
  readonly #renewAfter: number
  readonly #clock: Pick<Clock, 'now' | 'random'>
  readonly #schedules = new PerClient((_client: object): Schedule => ({ dueAt: this.#next(), current: undefined }))

  /** @param renewAfter in milliseconds; 0 disables renewals */
  constructor (renewAfter: number, clock: Pick<Clock, 'now' | 'random'> = systemClock) {
    this.#renewAfter = renewAfter
    this.#clock = clock
  }

  /**
   * Opens a new connection if one is due. Opens one at a time: a caller that comes meanwhile waits for the end, and
   * tries again if the other caller has failed.
   *
   * @param client identifies the app's client
   * @throws a `CheckFailure` with `DEGRADED` if the server is full, otherwise the reason of the failure
   */
  async renew (client: object, limit: TimeLimit, connection: NewConnection): Promise<void> {
    if (this.#renewAfter === 0) return
    const schedule = this.#schedules.of(client)
    while (this.#clock.now() >= schedule.dueAt) {
      if (schedule.current === undefined) {
        await this.#attempt(schedule, limit, connection)
        return
      }
      await limit.wait(schedule.current)
    }
  }

  /**
   * Runs work over the client's own connection, and a renewal at the same time if one is due: one after the other, a
   * slow server could exceed the limit. Waits for both. If both fail, the failure of the work counts.
   */
  async alongside<T> (
    work: () => Promise<T>,
    client: object,
    limit: TimeLimit,
    connection: NewConnection
  ): Promise<T> {
    const [worked, renewed] = await Promise.allSettled([work(), this.renew(client, limit, connection)])
    if (worked.status === 'rejected') throw worked.reason
    if (renewed.status === 'rejected') throw renewed.reason
    return worked.value
  }

  /** Starts the schedule of a client. Its first renewal is due `renewAfter` later. */
  start (client: object): void {
    this.#schedules.of(client)
  }

  /** Call this when the client itself has opened a new connection that works. */
  renewed (client: object): void {
    this.#schedules.of(client).dueAt = this.#next()
  }

  async #attempt (schedule: Schedule, limit: TimeLimit, { open, isServerFull }: NewConnection): Promise<void> {
    const end = new Deferred<void>()
    schedule.current = end.promise
    try {
      await limit.wait(open(limit))
      schedule.dueAt = this.#next()
    } catch (error) {
      const reason = `a new connection fails: ${reasonOf(error)}`
      throw isServerFull(error) ? new CheckFailure('DEGRADED', reason) : new Error(reason)
    } finally {
      schedule.current = undefined
      end.resolve()
    }
  }

  #next (): number {
    const deviation = JITTER * (2 * this.#clock.random() - 1)
    return this.#clock.now() + Math.round(this.#renewAfter * (1 + deviation))
  }
}
