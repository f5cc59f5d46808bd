import { CHECK_OPTION_NAMES, CHECK_OPTIONS } from '../health/check/options.js'
import type { CheckOptions } from '../health/check/options.js'
import type { Kinds } from '../health/kind.js'
import { rejectUnknown } from '../base/option-table.js'
import { keysOf, readOption, recordOf, refuse } from '../base/rules.js'
import type { Rule } from '../base/rules.js'
import { isKeyed, isRecord } from '../base/type-guards.js'
import type { CheckFunction } from './fastify-types.js'

/**
 * A check in the option `checks`: its function, or its function with options.
 *
 * @example { check: async () => { await pool.query('SELECT 1') }, timeout: 300 }
 * @see `docs/options.md#checks`
 */
export type CheckOption = CheckFunction | (CheckOptions & {
  /**
   * The function of the check.
   *
   * @example { check: checkDatabase, timeout: 300 }
   * @see `docs/checks.md#results`
   */
  readonly check: CheckFunction
})

/** One entry of the option `checks`. Its name and function are validated later, when the check is added. */
export interface CheckSettings {
  readonly kind: string
  readonly name: string
  readonly check: unknown
  readonly options: CheckOptions
}

/**
 * Validates the options of one check. Options that are missing or `undefined` stay out of the result, so that
 * `checkDefaults` applies to them later.
 *
 * @param others names of options that the object may have too, and that the caller reads
 */
export function readCheckOptions (options: unknown, path: string, others: readonly string[] = []): CheckOptions {
  if (options === undefined) return {}
  if (!isKeyed(options)) return refuse(options, path, 'an object')
  rejectUnknown(options, `${path}.`, [...others, ...CHECK_OPTION_NAMES])
  const given = CHECK_OPTION_NAMES.map((name) => [name, readOption(options, name, `${path}.`)] as const)
  return Object.fromEntries(given.filter(([, value]) => value !== undefined).map(([name, value]) =>
    [name, CHECK_OPTIONS[name].rule(value, `${path}.${name}`)]))
}

/** The rule of `checks`: lists the entries of all kinds. Throws if a kind does not exist, even if it has no checks. */
export function checks (kinds: Kinds): Rule<readonly CheckSettings[]> {
  return (value, path) => {
    if (isRecord(value)) keysOf(value, path).forEach((kind) => kinds.assertKnown([kind]))
    return checksByKind(value, path).flatMap(([kind, checks]) =>
      checks.map(([name, entry]) => ({ kind, name, ...entry })))
  }
}

const checkEntry: Rule<Pick<CheckSettings, 'check' | 'options'>> = (value, path) => {
  if (!isRecord(value)) return { check: value, options: {} }
  return { check: readOption(value, 'check', `${path}.`), options: readCheckOptions(value, path, ['check']) }
}

const checksByKind = recordOf(recordOf(checkEntry))
