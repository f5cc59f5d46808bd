import { delay, delayOrNone, integer } from '../../base/rules.js'
import type { Rule } from '../../base/rules.js'
import { failureStatus, formatFailureStatus } from './failure-status.js'
import type { FailureStatus, FailureStatusByKind } from './failure-status.js'

export type { FailureStatus, FailureStatusByKind } from './failure-status.js'

/**
 * The options of a check: when it runs, and how its results are reported.
 *
 * @example { interval: 10_000, failureThreshold: 3 }
 * @see `docs/options.md#checkdefaults`
 */
export interface CheckOptions {
  /**
   * The longest time that a run may take, in milliseconds, from 1.
   *
   * @default 800
   * @example { timeout: 300 } // the run fails after 0.3 s
   * @see `docs/checks.md#timeouts`
   */
  readonly timeout?: number | undefined
  /**
   * How long a result is reused, in milliseconds, from 0; ignored with an `interval`.
   *
   * @default 0 (1_000 for a service dependency)
   * @example { ttl: 5_000 } // runs at most once in 5 s
   * @see `docs/checks.md#results-that-are-reused`
   */
  readonly ttl?: number | undefined
  /**
   * The pause between runs in the background, in milliseconds, from 0; with 0 a probe runs the check.
   *
   * @default 0
   * @example { interval: 10_000 } // runs every 10 s
   * @see `docs/checks.md#results-that-are-reused`
   */
  readonly interval?: number | undefined
  /**
   * The number of failed runs in a row until a passing check is reported as failing, from 1.
   *
   * @default 1
   * @example { interval: 5_000, failureThreshold: 3 } // fails about 10 s after the first failed run
   * @see `docs/checks.md#thresholds`
   */
  readonly failureThreshold?: number | undefined
  /**
   * The number of passing runs in a row until a failing check is reported as passing, from 1.
   *
   * @default 1
   * @example { interval: 5_000, successThreshold: 2 }
   * @see `docs/checks.md#thresholds`
   */
  readonly successThreshold?: number | undefined
  /**
   * The status of every failure, or a status per kind; do not use `DEGRADED`, which answers 200, for liveness and
   * startup.
   *
   * @default the status that the check returns, otherwise `DOWN`
   * @example { failureStatus: 'DEGRADED' } // a failure is visible, but the app stays in service
   * @example { failureStatus: { readiness: 'DEGRADED' } } // with startup: closed until the first pass, open afterwards
   * @see `docs/checks.md#failurestatus`
   */
  readonly failureStatus?: FailureStatus | FailureStatusByKind | undefined
  /**
   * The longest pause after a timeout before the check runs again, in milliseconds, from 1.
   *
   * @default about 9_500, or 60_000 while a run that timed out has not ended
   * @example { maxBackoff: 2_000 }
   * @see `docs/checks.md#back-off`
   */
  readonly maxBackoff?: number | undefined
}

/** The options of one check, each with its value or its default. */
export interface CheckPolicy extends Readonly<
  Record<Exclude<keyof CheckOptions, 'failureStatus' | 'maxBackoff'>, number>
> {
  /** `undefined` keeps the status that the check returns. */
  readonly failureStatus: FailureStatus | FailureStatusByKind | undefined
  /** `undefined` depends on whether a timed-out call is still running. */
  readonly maxBackoff: number | undefined
}

/** The row of one option in the table. */
interface CheckOptionRow<Name extends keyof CheckOptions> {
  /** The unit that messages write after a value. */
  readonly unit: 'ms' | undefined
  readonly default: CheckPolicy[Name]
  /** The default for a service dependency, if it differs. */
  readonly remoteDefault?: CheckPolicy[Name]
  readonly rule: Rule<NonNullable<CheckOptions[Name]>>
}

/** One row for each option of a check. An option without a row does not compile. */
export type CheckOptionTable = { readonly [Name in keyof CheckOptions]-?: CheckOptionRow<Name> }

const count = integer(1, Number.MAX_SAFE_INTEGER)

/** All options of a check. Validation, defaults and messages read this table. */
export const CHECK_OPTIONS: CheckOptionTable = {
  // Leaves time to answer before the kubelet's own default timeout of 1 s (`timeoutSeconds: 1`).
  timeout: { unit: 'ms', default: 800, rule: delay },
  // One client must not drive other services: each report would send a request to each of them.
  ttl: { unit: 'ms', default: 0, remoteDefault: 1_000, rule: delayOrNone },
  interval: { unit: 'ms', default: 0, rule: delayOrNone },
  failureThreshold: { unit: undefined, default: 1, rule: count },
  successThreshold: { unit: undefined, default: 1, rule: count },
  failureStatus: { unit: undefined, default: undefined, rule: failureStatus },
  maxBackoff: { unit: 'ms', default: undefined, rule: delay }
}

/** The names of all options of a check. */
export const CHECK_OPTION_NAMES = Object.keys(CHECK_OPTIONS) as readonly (keyof CheckOptions)[]

export const DEFAULT_POLICY = Object.fromEntries(
  CHECK_OPTION_NAMES.map((name) => [name, CHECK_OPTIONS[name].default])
) as unknown as CheckPolicy

/** The defaults of a service dependency. */
export const REMOTE_POLICY = Object.fromEntries(
  CHECK_OPTION_NAMES.map((name) => [name, CHECK_OPTIONS[name].remoteDefault ?? CHECK_OPTIONS[name].default])
) as unknown as CheckPolicy

/** Merges options over defaults. An option that is `undefined` keeps its default. */
export function policyOf (options: CheckOptions, defaults: CheckPolicy = DEFAULT_POLICY): CheckPolicy {
  const given = Object.entries(options).filter(([, value]) => value !== undefined)
  if (given.length === 0) return defaults
  return { ...defaults, ...Object.fromEntries(given) }
}

/** Formats the value of an option with its unit for a message: `800 ms`, `3` or `none`. Equal values look the same. */
export function formatOption (name: keyof CheckOptions, policy: CheckPolicy): string {
  const value = policy[name]
  if (value === undefined) return 'none'
  if (typeof value !== 'number') return formatFailureStatus(value)
  const { unit } = CHECK_OPTIONS[name]
  return unit === undefined ? String(value) : `${value} ${unit}`
}
