import { flag, withDefault } from '../../../base/rules.js'
import { readyMadeOptions } from '../../kit/ready-made-options.js'
import { failureStatus } from '../../kit/rules.js'
import { exhaustedForRule } from '../exhaustion.js'
import type { ExhaustionOptions, ExhaustionSettings } from '../exhaustion.js'
import { renewAfterRule } from '../renewal.js'
import type { RenewalOptions } from '../renewal.js'

/**
 * The options of `postgres()` and `mysql()`.
 *
 * @see `docs/ready-made-checks.md#postgres`
 */
export interface SqlOptions extends ExhaustionOptions, RenewalOptions {
  /**
   * Whether a read-only server, for example a standby, is `DOWN`.
   *
   * @default false
   * @example { writable: true }
   * @see `docs/ready-made-checks.md#postgres`
   */
  readonly writable?: boolean | undefined
}

/** The options with their defaults. */
export interface SqlSettings extends ExhaustionSettings {
  readonly writable: boolean
  readonly renewAfter: number
}

export const readSqlOptions = readyMadeOptions<SqlSettings>('client', {
  writable: withDefault(flag, false),
  whenExhausted: failureStatus('OUT_OF_SERVICE'),
  exhaustedFor: exhaustedForRule,
  renewAfter: renewAfterRule
})
