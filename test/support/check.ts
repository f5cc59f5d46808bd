import { systemClock } from '../../lib/base/clock.js'
import type { Clock } from '../../lib/base/clock.js'
import type { CheckFunction, Run } from '../../lib/health/check/attempt.js'
import { Check } from '../../lib/health/check/check.js'
import type { MaybeRun, CheckObserver, StatusChange } from '../../lib/health/check/check.js'
import { policyOf } from '../../lib/health/check/policy.js'
import type { CheckOptions } from '../../lib/health/check/policy.js'
import { ManualClock } from './clock.js'
import { KeepingLog } from './log.js'

/** A check with nothing around it, and what it told of itself. */
export interface LoneCheck<C extends Clock = ManualClock> {
  readonly check: Check
  readonly clock: C
  readonly changes: readonly StatusChange[]
  /** How many calls had been abandoned each time it was said that they hang. */
  readonly hangs: readonly number[]
  /** Asks now. */
  readonly ask: () => MaybeRun
  /** Asks now and gives the run; throws where there is none. */
  readonly run: () => Promise<Run>
}

export function loneCheck (checkFunction: CheckFunction, options?: CheckOptions): LoneCheck
export function loneCheck<C extends Clock> (checkFunction: CheckFunction, options: CheckOptions, clock: C): LoneCheck<C>
export function loneCheck (checkFunction: CheckFunction, options: CheckOptions = {}, clock: Clock = new ManualClock()): LoneCheck<Clock> {
  const changes: StatusChange[] = []
  const hangs: number[] = []
  const observer: CheckObserver = {
    isTracing: false,
    trace: (_start, begin) => begin(() => undefined),
    changed: (change) => changes.push(change),
    hangs: (_check, abandoned) => hangs.push(abandoned)
  }
  const check = new Check('db', checkFunction, policyOf(options), { clock, log: new KeepingLog(), observer })
  const ask = (): MaybeRun => check.ask(clock.now())
  return { check, clock, changes, hangs, ask, run: async () => await runOf(ask()) }
}

/** In which no time is ever up. */
const PATIENT_CLOCK: Clock = { ...systemClock, after: () => () => undefined }

/**
 * Runs a check as the engine does, but for the timeout, which the check is told and has to keep by itself: what it says then is not
 * to depend on which of two timers is the first on a busy machine.
 */
export async function run (check: CheckFunction, timeout = 5_000): Promise<Run> {
  return await loneCheck(check, { timeout }, PATIENT_CLOCK).run()
}

async function runOf (answer: MaybeRun): Promise<Run> {
  const run = await answer
  if (run === undefined) throw new Error('the check has been removed')
  return run
}
