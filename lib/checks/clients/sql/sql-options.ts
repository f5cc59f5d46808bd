import type { FailureStatus } from '../../../health/check/options.js'
import { flag, withDefault } from '../../../base/rules.js'
import { readyMadeOptions } from '../../kit/ready-made-options.js'
import { failureStatus } from '../../kit/rules.js'
import { renewAfterRule } from '../renewal.js'
import type { RenewalOptions } from '../renewal.js'

/**
 * The options of `postgres()` and `mysql()`.
 *
 * @see `docs/ready-made-checks.md#postgres`
 */
export interface SqlOptions extends RenewalOptions {
  /**
   * Whether a read-only server, for example a standby, is `DOWN`.
   *
   * @default false
   * @example { writable: true }
   * @see `docs/ready-made-checks.md#postgres`
   */
  readonly writable?: boolean | undefined
  /**
   * The status while all connections of the pool stay in use.
   *
   * @default 'OUT_OF_SERVICE'
   * @example { whenExhausted: 'DEGRADED' }
   * @see `docs/ready-made-checks.md#clients`
   */
  readonly whenExhausted?: FailureStatus | undefined
}

/** The options with their defaults. */
export interface SqlSettings {
  readonly writable: boolean
  readonly whenExhausted: FailureStatus
  readonly renewAfter: number
}

export const readSqlOptions = readyMadeOptions<SqlSettings>('client', {
  writable: withDefault(flag, false),
  whenExhausted: failureStatus('OUT_OF_SERVICE'),
  renewAfter: renewAfterRule
})
