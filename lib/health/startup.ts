import type { Check } from './check/check.js'
import type { Kind } from './kind.js'
import type { Entry } from './registry.js'
import type { Outcome } from './check/result.js'

/**
 * Remembers that startup has completed: at least one startup check exists, and all have passed. From then on the
 * startup probe stays `UP`, and its checks stop. The kubelet does the same: it stops a startup probe after its first
 * success.
 */
export class Startup {
  #passed: ReadonlyMap<Entry, Outcome> | undefined

  get completed (): boolean {
    return this.#passed !== undefined
  }

  /** Completes startup with the passed result of each startup check. */
  complete (passed: ReadonlyMap<Entry, Outcome>): void {
    this.#passed = passed
    for (const entry of passed.keys()) {
      for (const check of entry.checks) if (this.isOver(entry, check)) check.pause()
    }
  }

  /** Returns true if a check ran for startup only, and startup has completed. */
  isOver (entry: Entry, check: Check): boolean {
    if (this.#passed?.has(entry) !== true || entry.checkFor('startup') !== check) return false
    return [...entry.kinds].every((kind) => kind === 'startup' || entry.checkFor(kind) !== check)
  }

  /**
   * Returns the result that replaces a run after startup has completed: in reports on startup, and for checks of the
   * kind `startup` alone. Otherwise returns `undefined`.
   */
  settled (entry: Entry, kind: Kind): Outcome | undefined {
    if (this.#passed === undefined) return undefined
    return kind === 'startup' || isForStartupOnly(entry) ? this.#passed.get(entry) : undefined
  }
}

function isForStartupOnly ({ kinds }: Entry): boolean {
  return kinds.size === 1 && kinds.has('startup')
}
