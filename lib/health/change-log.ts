import type { Clock } from '../base/clock.js'
import { copyOf } from '../base/json-safe.js'
import type { Logger } from '../base/logger.js'
import { RepeatedLines } from '../base/repeated-lines.js'
import type { OpenSummaries, Summary } from '../base/repeated-lines.js'
import { logSafely } from '../base/safe-log.js'
import { truncate } from '../base/truncate.js'
import type { StatusChange } from './check/check-observer.js'

/** The longest reason in a log message. The field `error` contains the whole reason. */
const LONGEST_REASON = 200

/** The parts that a log of changes needs. */
export interface ChangeLogDependencies {
  readonly log: Logger
  readonly clock: Clock
  readonly summaries: OpenSummaries
}

/**
 * Logs the status changes of one check. A check whose status changes at each run would write a line per request: after
 * ten changes within a minute, one line per minute summarizes them.
 */
export class ChangeLog {
  readonly #log: Logger
  readonly #lines: RepeatedLines<StatusChange>
  /** The end of a message about the latest failure. A copy: a part of a text keeps the whole text in memory. */
  #lastReason = ''

  constructor ({ log, clock, summaries }: ChangeLogDependencies) {
    this.#log = log
    this.#lines = new RepeatedLines({
      clock,
      summaries,
      write: (change) => logChange(log, change),
      summarize: (summary) => this.#summarize(summary)
    })
  }

  /** Logs a change. Writes the outstanding summary if the check was removed. */
  add (change: StatusChange): void {
    if (change.to === 'UNKNOWN') this.#lines.close()
    if (!isLogged(change)) return
    if (change.to !== 'UP') this.#lastReason = copyOf(reasonIn(change))
    this.#lines.add(change)
  }

  #summarize ({ count, seconds, last }: Summary<StatusChange>): void {
    const { check, to } = last
    const reason = to === 'UP' && this.#lastReason !== '' ? `; last failure${this.#lastReason}` : reasonIn(last)
    logSafely(this.#log, 'warn', { ...last, changes: count, seconds },
      `check "${check}" changed ${times(count)} in ${seconds} s, and is now ${to}${reason}`)
  }
}

/** Logs a change. */
export function logChange (log: Logger, change: StatusChange): void {
  const { check, to } = change
  logSafely(log, to === 'UP' ? 'info' : 'warn', change, `check "${check}" is ${to}${reasonIn(change)}`)
}

/** Formats a number of events for a message: `once`, or `37 times`. */
export function times (count: number): string {
  return count === 1 ? 'once' : `${count} times`
}

function isLogged ({ from, to }: StatusChange): boolean {
  return to !== 'UNKNOWN' && (from !== 'UNKNOWN' || to !== 'UP')
}

/** The reason at the end of a log message, for loggers that show only the message. Reasons have no line breaks. */
function reasonIn ({ to, error }: Pick<StatusChange, 'to' | 'error'>): string {
  if (to === 'UP' || typeof error !== 'string') return ''
  return error.trim() === '' ? '' : `: ${truncate(error, LONGEST_REASON)}`
}
