import type { FailureStatus } from '../../../health/check/options.js'
import { flag, withDefault } from '../../../base/rules.js'
import { readyMadeOptions } from '../../kit/ready-made-options.js'
import { failureStatus } from '../../kit/rules.js'
import { renewAfterRule } from '../renewal.js'
import type { RenewalOptions } from '../renewal.js'

/** The options of `postgres` and `mysql`. */
export interface SqlOptions extends RenewalOptions {
  /** Whether a read-only server, for example a standby, is `DOWN`. Default `false`. */
  readonly writable?: boolean | undefined
  /** The status while all connections of the pool stay in use. Default `OUT_OF_SERVICE`. */
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
