import type { Check } from './check/check.js'
import type { Kind } from './kind.js'
import type { Entry } from './registry.js'
import type { Outcome } from './check/result.js'

/**
 * Startup, once over, is over: when there is at least one startup check and all have passed, the startup probe stays
 * `UP` and its checks run no more, as the kubelet runs a startup probe no more once it has succeeded.
 */
export class Startup {
  #passed: ReadonlyMap<Entry, Outcome> | undefined

  get completed (): boolean {
    return this.#passed !== undefined
  }

  /** Ends startup, with the runs in which its checks have passed. */
  complete (passed: ReadonlyMap<Entry, Outcome>): void {
    this.#passed = passed
    for (const entry of passed.keys()) {
      for (const check of entry.checks) if (this.isOver(entry, check)) check.pause()
    }
  }

  /** Whether a check has nothing left to run for. */
  isOver (entry: Entry, check: Check): boolean {
    if (this.#passed?.has(entry) !== true || entry.checkFor('startup') !== check) return false
    return [...entry.kinds].every((kind) => kind === 'startup' || entry.checkFor(kind) !== check)
  }

  /** What stands for an entry that has nothing left to run for: it is asked for startup, or answers for nothing else. */
  settled (entry: Entry, kind: Kind): Outcome | undefined {
    if (this.#passed === undefined) return undefined
    return kind === 'startup' || isForStartupOnly(entry) ? this.#passed.get(entry) : undefined
  }
}

function isForStartupOnly ({ kinds }: Entry): boolean {
  return kinds.size === 1 && kinds.has('startup')
}
