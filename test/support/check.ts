import { systemClock } from '../../lib/base/clock.js'
import type { Clock } from '../../lib/base/clock.js'
import { chain } from '../../lib/base/maybe-promise.js'
import type { CheckFunction } from '../../lib/health/check/check-function.js'
import type { MaybeResult, RunResult } from '../../lib/health/check/result.js'
import { Check } from '../../lib/health/check/check.js'
import type { CheckObserver, StatusChange } from '../../lib/health/check/check-observer.js'
import { policyOf } from '../../lib/health/check/options.js'
import type { CheckOptions } from '../../lib/health/check/options.js'
import { ManualClock } from './clock.js'
import { RecordingLog } from './log.js'

/** A check outside any engine, with a record of the events that it has reported. */
export interface StandaloneCheck<C extends Clock = ManualClock> {
  readonly check: Check
  readonly clock: C
  readonly changes: readonly StatusChange[]
  /** The number of abandoned calls at each report that the check hangs. */
  readonly hangs: readonly number[]
  /** Probes the check: returns the known result, or a promise of the result of a run. */
  readonly probe: () => MaybeResult
  /** Probes the check and waits for the result. Throws if the check has been removed. */
  readonly run: () => Promise<RunResult>
}

export function standaloneCheck (checkFunction: CheckFunction, options?: CheckOptions): StandaloneCheck
export function standaloneCheck<C extends Clock> (
  checkFunction: CheckFunction,
  options: CheckOptions,
  clock: C
): StandaloneCheck<C>
export function standaloneCheck (
  checkFunction: CheckFunction,
  options: CheckOptions = {},
  clock: Clock = new ManualClock()
): StandaloneCheck<Clock> {
  const changes: StatusChange[] = []
  const hangs: number[] = []
  const observer: CheckObserver = {
    isTracing: false,
    trace: (_start, run) => { void run() },
    ran: () => undefined,
    changed: (change) => changes.push(change),
    hangs: (_check, abandoned) => hangs.push(abandoned),
    listenerFailed: () => undefined
  }
  const runningKinds = (): string[] => ['readiness']
  const check = new Check('db', checkFunction, policyOf(options), {
    clock, log: new RecordingLog(), observer, runningKinds
  })
  const probe = (): MaybeResult => chain(check.result(clock.now()), (result) => {
    return result && check.severity.apply(result, 'readiness')
  })
  return { check, clock, changes, hangs, probe, run: async () => await runOf(probe()) }
}

/** A pending call of a manual check's function. */
export interface ManualCall {
  readonly signal: AbortSignal
  readonly resolve: (value?: boolean) => void
  readonly reject: (reason: Error) => void
}

/** Creates a check whose calls stay pending until the test settles them through `calls`. */
export function manualCheck (options?: CheckOptions): StandaloneCheck & { readonly calls: readonly ManualCall[] } {
  const calls: ManualCall[] = []
  const standalone = standaloneCheck(({ signal }) => new Promise((resolve, reject) => {
    calls.push({ signal, resolve, reject })
  }), options)
  return { ...standalone, calls }
}

/** The function of a check that hangs. */
export async function hang (): Promise<void> {
  await new Promise(() => undefined)
}

/** A clock whose timers never fire. */
const CLOCK_WITHOUT_TIMERS: Clock = { ...systemClock, after: () => () => undefined }

/**
 * Runs a check as the engine does, but never times it out. The check receives `timeout` and must keep it by itself.
 * Otherwise, on a busy machine, the result would depend on which of the two timers fires first.
 */
export async function run (check: CheckFunction, timeout = 5_000): Promise<RunResult> {
  return await standaloneCheck(check, { timeout }, CLOCK_WITHOUT_TIMERS).run()
}

async function runOf (maybeResult: MaybeResult): Promise<RunResult> {
  const run = await maybeResult
  if (run === undefined) throw new Error('the check has been removed')
  return run
}
