import type { Kind } from './kind.js'
import type { Entry } from './registry.js'

/**
 * Startup, once over, is over: when there is at least one startup check and all have passed, the startup probe stays
 * `UP` and its checks run no more, as the kubelet runs a startup probe no more once it has succeeded.
 */
export class Startup {
  #completed = false

  get completed (): boolean {
    return this.#completed
  }

  /** Whether an entry has nothing left to run for: startup is over, and it is asked for startup or answers for nothing else. */
  settles (entry: Entry, kind: Kind): boolean {
    return this.#completed && (kind === 'startup' || (entry.kinds.size === 1 && entry.kinds.has('startup')))
  }

  complete (): void {
    this.#completed = true
  }
}
