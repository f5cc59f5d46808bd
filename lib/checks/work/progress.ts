import { systemClock } from '../../base/clock.js'
import type { Clock } from '../../base/clock.js'
import { reasonOf } from '../../base/describe.js'
import { delay, refuse } from '../../base/rules.js'
import type { Rule } from '../../base/rules.js'
import { isFunction } from '../../base/type-guards.js'
import type { CheckFunction } from '../../health/check/check-function.js'
import { readyMadeOptions } from '../kit/ready-made-options.js'
import { readyMade } from '../kit/ready-made.js'
import type { Details } from '../kit/result.js'
import type { TimeLimit } from '../kit/time-limit.js'
import { PendingWork, WrongCount } from './pending-work.js'
import { Silence } from './silence.js'

/**
 * The options of `progress()`.
 *
 * @see `docs/ready-made-checks.md#progress`
 */
export interface ProgressOptions {
  /**
   * The longest time without a completed item while work is pending, in milliseconds, from 1.
   *
   * @example { maxSilence: 30_000, pending: () => queue.size } // DOWN after half a minute without a beat()
   * @see `docs/ready-made-checks.md#progress`
   */
  readonly maxSilence: number
  /**
   * Returns the number of items that wait or are being worked on, or whether there are any; it may return a promise.
   *
   * @example { maxSilence: 30_000, pending: () => queue.size + running.size }
   * @see `docs/ready-made-checks.md#progress`
   */
  readonly pending: () => number | boolean | PromiseLike<number | boolean>
}

/**
 * The check that `progress()` makes.
 *
 * @example worker.on('completed', consumer.beat)
 * @see `docs/ready-made-checks.md#progress`
 */
export type ProgressCheck = CheckFunction & {
  /** Reports that an item of work was completed. It never throws, and needs no `this`. */
  readonly beat: () => void
}

const pending: Rule<ProgressOptions['pending']> = (value, path) => {
  return isFunction(value) ? value : refuse(value, path, 'a function that returns the number of pending items')
}

const readOptions = readyMadeOptions<ProgressOptions>('', { maxSilence: delay, pending })

/**
 * Makes a check of a worker or a consumer: it is `DOWN` if work is pending and none was completed for `maxSilence`.
 *
 * @throws FST_MANAGEMENT_OPTION_INVALID
 * @example
 * const consumer = progress({ maxSilence: 30_000, pending: () => queue.size })
 * fastify.management.addCheck('liveness', 'consumer', consumer)
 * consumer.beat() // after each message
 * @see `docs/ready-made-checks.md#progress`
 */
export function progress (options: ProgressOptions): ProgressCheck {
  return progressWith(systemClock, options)
}

/** Makes the check with another clock, for tests. */
export function progressWith (clock: Pick<Clock, 'inBackground' | 'now'>, options: ProgressOptions): ProgressCheck {
  const { maxSilence, pending } = readOptions(options, 'progress')
  const work = new PendingWork(pending, clock)
  const silence = new Silence(work, maxSilence / 4, clock)
  const check = readyMade(async ({ limit, details, life }) => {
    if (life !== undefined) silence.watchDuring(life)
    const problem = await problemOf(work, limit, details)
    const silentMs = Math.round(silence.ms)
    Object.assign(details, { silentMs, maxSilenceMs: maxSilence })
    if (silentMs <= maxSilence) return
    throw new Error(`none of the pending work was completed for ${maxSilence} ms${problem}`)
  })
  return Object.assign(check, { beat: () => silence.restart() })
}

/**
 * Asks for the pending work. If the app cannot answer, work counts as pending, so that one failure does not end a
 * worker that makes progress. Returns the reason of such a failure, as the end of a sentence.
 */
async function problemOf (work: PendingWork, limit: TimeLimit, details: Details): Promise<string> {
  try {
    details['pending'] = await limit.wait(work.count(), () => `pending() gave no answer within ${limit.ms} ms`)
    return ''
  } catch (error) {
    if (error instanceof WrongCount) throw error
    details['pendingError'] = reasonOf(error)
    return `: ${reasonOf(error)}`
  }
}
