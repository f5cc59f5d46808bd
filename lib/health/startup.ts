import type { Clock } from '../base/clock.js'
import type { Check } from './check/check.js'
import type { Component } from './component.js'
import type { Kind } from './kind.js'
import type { Entry, Registry } from './registry.js'
import type { Outcome } from './check/result.js'
import { isPassing } from './status.js'

const NO_ENTRIES: readonly Entry[] = []

/** The longest list of pending checks in details. The reason contains their number. */
const MAX_PENDING_NAMES = 20

/**
 * Records the startup checks that have passed, until startup has completed: at least one startup check exists, and all
 * have passed. From then on the startup probe stays `UP`, and its checks stop. The kubelet does the same: it stops a
 * startup probe after its first success.
 *
 * Startup gates readiness: while startup checks are pending, readiness is `OUT_OF_SERVICE`.
 */
export class Startup {
  readonly #registry: Registry
  readonly #clock: Clock
  /** The last result of each startup check that has passed in a report of the app's own. */
  readonly #passes = new WeakMap<Entry, Outcome>()
  #completed: ReadonlyMap<Entry, Outcome | undefined> | undefined
  /** When the oldest pending check was added. */
  #pendingSince = ''

  constructor (registry: Registry, clock: Clock) {
    this.#registry = registry
    this.#clock = clock
  }

  get completed (): boolean {
    return this.#completed !== undefined
  }

  /** Returns true while startup checks exist and startup has not completed. */
  get isUnderWay (): boolean {
    return this.#completed === undefined && this.#registry.startupEntries.length > 0
  }

  /** The startup checks that have not passed yet. Readiness is out of service while there are any. */
  get pending (): readonly Entry[] {
    return this.isUnderWay ? this.#registry.startupEntries.filter((entry) => !this.#passes.has(entry)) : NO_ENTRIES
  }

  /** Returns true if pending startup checks keep a kind out of service. */
  gates (kind: Kind): boolean {
    return kind === 'readiness' && this.pending.length > 0
  }

  /** Call this before a check with these kinds is added. */
  beforeAdd (kinds: Iterable<Kind>): void {
    if ([...kinds].includes('startup') && this.pending.length === 0) {
      this.#pendingSince = this.#clock.date().toISOString()
    }
  }

  /** Records the result of a startup check, before `failureStatus` changes it. */
  record (entry: Entry, result: Outcome): void {
    if (isPassing(result.status)) this.#passes.set(entry, result)
    else this.#passes.delete(entry)
  }

  /** Completes startup if no check is pending. */
  completeIfPassed (): void {
    if (!this.isUnderWay || this.pending.length > 0) return
    const passed = this.#registry.startupEntries.map((entry) => [entry, this.#passes.get(entry)] as const)
    this.#completed = new Map(passed)
    for (const [entry] of passed) {
      for (const check of entry.checks) {
        if (this.isOver(entry, check)) check.pause()
        else check.kindsChanged()
      }
    }
  }

  /** Returns true if a check ran for startup only, and startup has completed. */
  isOver (entry: Entry, check: Check): boolean {
    if (this.#completed?.has(entry) !== true || entry.checkFor('startup') !== check) return false
    return [...entry.kinds].every((kind) => kind === 'startup' || entry.checkFor(kind) !== check)
  }

  /** Returns the kinds for which a check with these kinds still runs. */
  runningKinds (kinds: Iterable<Kind>): Iterable<Kind> {
    return this.completed ? [...kinds].filter((kind) => kind !== 'startup') : kinds
  }

  /**
   * Returns the result that replaces a run after startup has completed: in reports on startup, and for checks of the
   * kind `startup` alone. Otherwise returns `undefined`.
   */
  settled (entry: Entry, kind: Kind): Outcome | undefined {
    if (this.#completed === undefined) return undefined
    return kind === 'startup' || isForStartupOnly(entry) ? this.#completed.get(entry) : undefined
  }

  /** Adds the names of the pending checks to the component `lifecycle`. Without pending checks returns it unchanged. */
  withPending (lifecycle: Component | undefined): Component | undefined {
    const { pending } = this
    if (pending.length === 0) return lifecycle
    const names = pending.slice(0, MAX_PENDING_NAMES).map(({ name }) => name)
    const checks = pending.length === 1 ? '1 startup check has' : `${pending.length} startup checks have`
    const time = this.#pendingSince
    const { details, ...others } = lifecycle ?? {
      status: 'OUT_OF_SERVICE' as const, details: { reason: `${checks} not passed yet` }, time, since: time
    }
    return { ...others, details: { ...details, pending: names } }
  }
}

function isForStartupOnly ({ kinds }: Entry): boolean {
  return kinds.size === 1 && kinds.has('startup')
}
