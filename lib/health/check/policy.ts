import type { Status } from '../status.js'

/** What a failure can be shown as: anything but healthy. */
export type FailureStatus = Exclude<Status, 'UP'>

/** How a check is run, and how its results are shown. Times are in milliseconds. */
export interface CheckOptions {
  /** How long a run may take; then its signal is aborted and it has failed. At least 1. Default 800. */
  readonly timeout?: number | undefined
  /** How long a result, pass or fail, is used again before the check is run anew. Default 0. Idle where there is an `interval`. */
  readonly ttl?: number | undefined
  /**
   * Runs the check in the background, first when the app is ready and then each time after so long (up to a tenth longer, so
   * that replicas do not beat in step); a probe reads the last result. One older than two intervals and the timeout is
   * stale: a probe that finds it waits for a fresh run, and a stale pass counts for nothing, whatever `failureThreshold` says.
   * Default 0: the check runs when it is asked.
   */
  readonly interval?: number | undefined
  /**
   * How many runs in a row must fail before a check that passes is shown as failing, as Kubernetes' `failureThreshold`. While a
   * check that hung is left alone, each timeout that goes by with a probe counts as one. Default 1.
   */
  readonly failureThreshold?: number | undefined
  /** How many runs in a row must pass before a check that fails is shown as passing, as Kubernetes' `successThreshold`. Default 1. */
  readonly successThreshold?: number | undefined
  /**
   * What any failure is shown as, timeouts too, as ASP.NET's `failureStatus`: `DEGRADED` for a check that must not take the
   * app out of service. Not for liveness and startup: `DEGRADED` is a 200, so that the kubelet takes the probe for passed, though
   * here a startup check that fails does not end startup. Default: what the check says, else `DOWN`.
   */
  readonly failureStatus?: FailureStatus | undefined
  /** The longest that a check which timed out is left alone before its next run. At least 1. Default 60,000. */
  readonly maxBackoff?: number | undefined
}

/** The options of one check with the defaults in place. */
export interface CheckPolicy extends Readonly<Record<Exclude<keyof CheckOptions, 'failureStatus'>, number>> {
  readonly failureStatus: FailureStatus | undefined
}

export const DEFAULT_POLICY: CheckPolicy = {
  // So that the answer is out before the kubelet's own default of 1 s (`timeoutSeconds: 1`) is over.
  timeout: 800,
  ttl: 0,
  interval: 0,
  failureThreshold: 1,
  successThreshold: 1,
  failureStatus: undefined,
  maxBackoff: 60_000
}

/** Puts options over defaults; one that is `undefined` is left out. */
export function policyOf (options: CheckOptions, defaults: CheckPolicy = DEFAULT_POLICY): CheckPolicy {
  const given = Object.entries(options).filter(([, value]) => value !== undefined)
  return { ...defaults, ...Object.fromEntries(given) }
}
