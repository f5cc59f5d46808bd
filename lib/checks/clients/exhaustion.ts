import { systemClock } from '../../base/clock.js'
import type { Clock } from '../../base/clock.js'
import { delayOrNone, withDefault } from '../../base/rules.js'
import type { FailureStatus } from '../../health/check/options.js'
import { CheckFailure } from '../kit/result.js'

/** The options of every check of a pool that can be exhausted. */
export interface ExhaustionOptions {
  /**
   * The status while all connections of the pool stay in use.
   *
   * @default 'OUT_OF_SERVICE'
   * @example { whenExhausted: 'DOWN' }
   * @see `docs/ready-made-checks.md#clients`
   */
  readonly whenExhausted?: FailureStatus | undefined
  /**
   * The time in milliseconds for which a pool must be exhausted until `whenExhausted` applies; before it the check is
   * `DEGRADED`, which passes.
   *
   * @default 5_000
   * @example { exhaustedFor: 0 } // whenExhausted applies at once
   * @see `docs/ready-made-checks.md#clients`
   */
  readonly exhaustedFor?: number | undefined
}

/** The options with their defaults. */
export interface ExhaustionSettings {
  readonly whenExhausted: FailureStatus
  /** In milliseconds. */
  readonly exhaustedFor: number
}

/** The rule of the option `exhaustedFor`. */
export const exhaustedForRule = withDefault(delayOrNone, 5_000)

/** A pool that had no free connection for a check. */
export interface ExhaustedPool {
  readonly max: number
  /** The number of the app's callers that wait for a connection. */
  readonly waiting: number
  /** The time of the clock since which no connection became free. */
  readonly since: number
}

/**
 * Makes the failure of a run that found no free connection. A pool that was exhausted for a moment is busy, not stuck.
 */
export function exhaustedFailure (
  { whenExhausted, exhaustedFor }: ExhaustionSettings,
  { max, waiting, since }: ExhaustedPool,
  clock: Pick<Clock, 'now'> = systemClock
): CheckFailure {
  const exhaustedMs = Math.round(clock.now() - since)
  const message = `the pool is exhausted: none of its ${max} connections became free in time`
  return new CheckFailure(exhaustedMs < exhaustedFor ? 'DEGRADED' : whenExhausted, message, { exhaustedMs, waiting })
}

/** Remembers since when each pool was exhausted, until a connection becomes free. */
export class Exhaustion {
  readonly #settings: ExhaustionSettings
  readonly #clock: Pick<Clock, 'now'>
  readonly #since = new WeakMap<object, number>()

  constructor (settings: ExhaustionSettings, clock: Pick<Clock, 'now'> = systemClock) {
    this.#settings = settings
    this.#clock = clock
  }

  /** Makes the failure of a run that found no free connection. */
  failure (pool: object, { max, waiting, since }: ExhaustedPool): CheckFailure {
    const first = this.#since.get(pool) ?? since
    this.#since.set(pool, first)
    return exhaustedFailure(this.#settings, { max, waiting, since: first }, this.#clock)
  }

  /** Call it when a connection of the pool became free, or when the pool is not exhausted. */
  ended (pool: object): void {
    this.#since.delete(pool)
  }
}
