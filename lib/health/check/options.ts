import { delay, delayOrNone, integer } from '../../base/rules.js'
import type { Rule } from '../../base/rules.js'
import { failureStatus, formatFailureStatus } from './failure-status.js'
import type { FailureStatus, FailureStatusByKind } from './failure-status.js'

export type { FailureStatus, FailureStatusByKind } from './failure-status.js'

/** Options of a check: when it runs, and how its results are reported. All times are in milliseconds. */
export interface CheckOptions {
  /**
   * The longest time that a run may take, in milliseconds, from 1. A longer run fails, and its signal is aborted.
   *
   * @default 800
   * @example
   * { timeout: 300 } // the run fails after 0.3 s
   */
  readonly timeout?: number | undefined
  /**
   * How long a result is reused before the check runs again, in milliseconds, from 0. Passes and failures are both
   * reused. It is ignored when `interval` is set.
   *
   * The default of a service dependency is 1_000, so that no client can make the app send it more than one request per
   * second. `ttl: 0` switches this off.
   *
   * @default 0
   * @example
   * { ttl: 5_000 } // runs at most once in 5 s
   * @example
   * { ttl: 0 } // runs for each request that finds no current run
   */
  readonly ttl?: number | undefined
  /**
   * The pause between two runs in the background, in milliseconds, from 0. With 0 the check runs when a probe needs it.
   * Probes read the last result.
   *
   * The first run starts after the `onReady` hooks of all plugins, whether or not the app listens. A random share of up
   * to 10 % is added to each pause, so that replicas do not run in step.
   *
   * A result older than two intervals plus the timeout is stale. A probe that finds a stale result waits for a new run.
   * If that run fails, the check fails at once: a stale pass does not count for `failureThreshold`.
   *
   * @default 0
   * @example
   * { interval: 10_000 } // runs every 10 s
   */
  readonly interval?: number | undefined
  /**
   * The number of consecutive failed runs before a passing check is reported as failing, from 1. It works like the
   * `failureThreshold` of Kubernetes.
   *
   * After a timeout the check pauses (see `maxBackoff`). During the pause, probes count as one failed run per
   * `timeout`. The run in the background after the pause counts as any run does.
   *
   * @default 1
   * @example
   * { interval: 5_000, failureThreshold: 3 } // reported as failing about 10 s after the first failure
   */
  readonly failureThreshold?: number | undefined
  /**
   * The number of consecutive passing runs before a failing check is reported as passing, from 1. It works like the
   * `successThreshold` of Kubernetes.
   *
   * @default 1
   */
  readonly successThreshold?: number | undefined
  /**
   * The status that every failure is reported with, timeouts included: one status, or a status per kind. It works like
   * the `failureStatus` of ASP.NET. Use `DEGRADED` for a check that must not take the app out of service.
   *
   * With a status per kind, other kinds report the status that the check returns. `/health`, the log and the
   * diagnostics channel use the entry for `health`. Without that entry they use the worst status of the kinds for which
   * the check runs. After startup has completed, `startup` is not one of them.
   *
   * Do not use `DEGRADED` for liveness and startup: it answers 200, so the kubelet takes the probe as passed. Startup
   * itself does not complete until the check passes.
   *
   * @default the status that the check returns, otherwise `DOWN`
   * @throws FST_MANAGEMENT_KIND_UNKNOWN if a kind does not exist
   * @example
   * { failureStatus: 'DEGRADED' } // a failing cache is visible, but the app stays in service
   * @example
   * { failureStatus: { readiness: 'DEGRADED' } } // with startup: closed until the first pass, open afterwards
   */
  readonly failureStatus?: FailureStatus | FailureStatusByKind | undefined
  /**
   * The longest pause before the next run of a check that timed out, in milliseconds, from 1. The first pause is
   * about as long as the timeout, and each further timeout doubles it. Then the check runs again in the background,
   * without waiting for a probe. This run counts for the thresholds like any other.
   *
   * A timed-out call is running until its function ends, so pass the `signal` to your client. Without an `interval`,
   * these runs stop one minute after the last probe. A short `maxBackoff` does not make them more frequent than 450 per
   * hour: it lets a probe or the `interval` run the check earlier.
   *
   * @default 60_000 while a timed-out call is running. Otherwise runs start at most 9.5 s after each other. If the
   * `timeout` is longer than 8.5 s, the pause is at most one second.
   * @see https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
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
