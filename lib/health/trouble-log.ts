import { reasonOf } from '../base/describe.js'
import { RepeatedLines } from '../base/repeated-lines.js'
import { safeError } from '../base/safe-error.js'
import { logSafely } from '../base/safe-log.js'
import { times } from './change-log.js'
import type { ChangeLogDependencies } from './change-log.js'
import type { Kind } from './kind.js'

/** The fields of a log line about a run that hangs. */
interface Hang {
  readonly check: string
  readonly kinds: readonly Kind[]
  readonly abandoned: number
}

interface ListenerError {
  readonly check: string
  readonly err: Error | undefined
  readonly reason: string
}

/** Logs runs of one check that hang, and its abort listeners that fail. Both can happen at each run. */
export class TroubleLog {
  readonly #hangs: RepeatedLines<Hang>
  readonly #listenerErrors: RepeatedLines<ListenerError>

  constructor ({ log, clock, summaries }: ChangeLogDependencies) {
    this.#hangs = new RepeatedLines({
      clock,
      summaries,
      write: (hang) => logSafely(log, 'warn', hang, `check "${hang.check}" hangs: a run that timed out has not ended`),
      summarize: ({ count, seconds, last }) => logSafely(log, 'warn', { ...last, hangs: count, seconds },
        `check "${last.check}" hung ${times(count)} in ${seconds} s: runs that timed out have not ended`)
    })
    this.#listenerErrors = new RepeatedLines({
      clock,
      summaries,
      write: ({ check, err, reason }) => logSafely(log, 'error', { check, err },
        `check "${check}": an abort listener failed: ${reason}`),
      summarize: ({ count, seconds, last: { check, err, reason } }) => logSafely(log, 'error',
        { check, err, failures: count, seconds },
        `check "${check}": abort listeners failed ${times(count)} in ${seconds} s, last: ${reason}`)
    })
  }

  hangs (hang: Hang): void {
    this.#hangs.add(hang)
  }

  listenerFailed (check: string, error: unknown): void {
    this.#listenerErrors.add({ check, err: safeError(error), reason: reasonOf(error) })
  }
}
