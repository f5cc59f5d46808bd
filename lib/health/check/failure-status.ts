import { oneOf, recordOf, refuse, withDefault } from '../../base/rules.js'
import type { Rule } from '../../base/rules.js'
import { isKeyed } from '../../base/type-guards.js'
import { withChanges } from '../content.js'
import { ALL_CHECKS } from '../kind.js'
import type { Kind } from '../kind.js'
import { isPassing, STATUSES, worst } from '../status.js'
import type { Status } from '../status.js'
import type { Outcome } from './result.js'

/**
 * A status that a failed run can be reported as: every status except `UP`.
 *
 * @see `docs/checks.md#failurestatus`
 */
export type FailureStatus = Exclude<Status, 'UP'>

/**
 * A failure status for each kind; a kind without an entry shows the status that the check returns.
 *
 * @example { readiness: 'DEGRADED' }
 * @see `docs/checks.md#failurestatus`
 */
export type FailureStatusByKind = Readonly<Partial<Record<Kind, FailureStatus | undefined>>>

const FAILURE_STATUSES = STATUSES.filter((status) => status !== 'UP')
const EXPECTED = `one of ${FAILURE_STATUSES.join(', ')}, or an object with one of them for at least one kind`

const single = oneOf<FailureStatus>(FAILURE_STATUSES)
const byKind = recordOf(withDefault(single, undefined))

/**
 * The rule of `failureStatus`: one status, or an object with a status per kind. Copies the object. The caller validates
 * its kinds, because only the caller knows the custom kinds.
 */
export const failureStatus: Rule<FailureStatus | FailureStatusByKind> = (value, path) => {
  if (!isKeyed(value)) return FAILURE_STATUSES.find((known) => known === value) ?? refuse(value, path, EXPECTED)
  const given = byKind(value, path).filter(([kind, status]) => status !== undefined && Object.hasOwn(value, kind))
  return given.length === 0 ? refuse(value, path, EXPECTED) : Object.fromEntries(given)
}

/** Lists the kinds of an object, or no kinds for a single status. */
export function kindsOf (option: FailureStatus | FailureStatusByKind | undefined): readonly string[] {
  return typeof option === 'object' ? Object.keys(option) : []
}

/** Keeps only the entry of one kind, if there is one. */
export function onlyFor (kind: Kind, option: FailureStatusByKind): FailureStatusByKind {
  return Object.fromEntries(entriesOf(option).filter(([known]) => known === kind))
}

/** Formats the option for a message: `DEGRADED`, or `readiness: DEGRADED, startup: DOWN`. Equal options look alike. */
export function formatFailureStatus (option: FailureStatus | FailureStatusByKind): string {
  if (typeof option === 'string') return option
  return entriesOf(option).map(([kind, status]) => `${kind}: ${status}`).sort().join(', ')
}

/**
 * Decides the status with which a failure is reported. It is applied when a report is made, so that one run serves
 * several kinds.
 */
export class Severity {
  readonly #single: FailureStatus | undefined
  readonly #byKind: ReadonlyMap<string, FailureStatus> | undefined
  readonly #runningKinds: () => Iterable<Kind>

  /** `runningKinds` returns the kinds for which the check still runs. */
  constructor (option: FailureStatus | FailureStatusByKind | undefined, runningKinds: () => Iterable<Kind>) {
    this.#single = typeof option === 'string' ? option : undefined
    this.#byKind = typeof option === 'object' ? new Map(entriesOf(option)) : undefined
    this.#runningKinds = runningKinds
  }

  /** Returns a result as a report on a kind shows it. A passing result stays unchanged. */
  apply<R extends Outcome> (result: R, kind: Kind): R {
    if (isPassing(result.status) || (this.#single === undefined && this.#byKind === undefined)) return result
    const status = kind === ALL_CHECKS ? this.#overall(result.status) : this.of(kind, result.status)
    return status === result.status ? result : withChanges(result, { status })
  }

  /** Returns the status of a failure in a report on one kind. `status` is the status that the check returned. */
  of (kind: Kind, status: Status = 'DOWN'): Status {
    return this.#single ?? this.#byKind?.get(kind) ?? status
  }

  /** For `/health`, the log and the channel: the entry for `health`, or else the worst status of the running kinds. */
  #overall (status: Status): Status {
    const own = this.#single ?? this.#byKind?.get(ALL_CHECKS)
    if (own !== undefined) return own
    const statuses = [...this.#runningKinds()].map((kind) => this.of(kind, status))
    return statuses.length === 0 ? status : worst(statuses)
  }
}

function entriesOf (option: FailureStatusByKind): (readonly [string, FailureStatus])[] {
  return Object.entries(option).flatMap(([kind, status]) => status === undefined ? [] : [[kind, status] as const])
}
