import type { Clock } from '../../base/clock.js'
import type { HealthEngine } from '../../health/engine.js'
import type { Kind } from '../../health/kind.js'
import { latestStatus } from '../../health/latest.js'
import { LIFECYCLE } from '../../health/lifecycle.js'
import type { Entry } from '../../health/registry.js'
import type { SharedState } from './shared-state.js'

/** The parts that the statuses need. */
export interface StatusesDependencies {
  readonly engine: Pick<HealthEngine, 'parts' | 'onRun' | 'onChange'>
  /** The kinds by their position in the shared memory. */
  readonly kinds: readonly Kind[]
  readonly state: SharedState
  readonly clock: Pick<Clock, 'now'>
  /** How long a result counts beyond the check's interval and timeout, in milliseconds. */
  readonly readinessBlocked: number
}

/** Publishes the latest status of each kind to the thread of the port. Never runs a check. */
export class Statuses {
  readonly #dependencies: StatusesDependencies
  readonly #ranAt = new WeakMap<object, number>()
  #isDue = false

  constructor (dependencies: StatusesDependencies) {
    this.#dependencies = dependencies
    const { engine, clock } = dependencies
    engine.onRun((check) => {
      this.#ranAt.set(check, clock.now())
      this.#publishSoon()
    })
    // At once: this turn of the event loop may be the last before a block.
    engine.onChange(({ check }) => { if (check === LIFECYCLE) this.publish() })
    this.publish()
  }

  /** Call this regularly: a check that is added or removed also changes a status. */
  publish (): void {
    const { engine: { parts }, kinds, state } = this.#dependencies
    for (const [position, kind] of kinds.entries()) {
      state.publish(position, { status: latestStatus(parts, kind), freshUntil: this.#freshUntil(kind) })
    }
  }

  /** Publishes once for all results of this turn. */
  #publishSoon (): void {
    if (this.#isDue) return
    this.#isDue = true
    void Promise.resolve().then(() => {
      this.#isDue = false
      this.publish()
    })
  }

  /** The time at which the first result of a kind is too old. */
  #freshUntil (kind: Kind): number {
    const { engine: { parts: { registry, startup } }, readinessBlocked } = this.#dependencies
    const running = registry.of(kind).filter((entry) => startup.settled(entry, kind) === undefined)
    return Math.min(Infinity, ...running.map((entry) => this.#resultEnd(entry, kind))) + readinessBlocked
  }

  #resultEnd (entry: Entry, kind: Kind): number {
    const check = entry.checkFor(kind)
    const { interval, timeout } = check.policy
    return (this.#ranAt.get(check) ?? -Infinity) + interval + timeout
  }
}
