import type { HealthEngine } from '../../health/engine.js'
import { ALL_CHECKS } from '../../health/kind.js'
import type { Kind } from '../../health/kind.js'
import { latestStatus, latestStatusOf } from '../../health/latest.js'
import type { Entry } from '../../health/registry.js'
import type { ComponentStatus } from '../../health/status.js'
import type { LoopBlocks } from '../thread/loop-blocks.js'
import { Tally } from './tally.js'

/** The metrics of one check. */
export interface CheckMetrics {
  readonly check: string
  /** The latest status of each kind of the check. `UNKNOWN` before the first run. */
  readonly statuses: readonly KindStatus[]
  /** The time of the last status change, in seconds since 1970. `undefined` before the first run. */
  readonly changedAt: number | undefined
  /** The number of runs that have timed out and not ended yet. */
  readonly abandoned: number
  readonly tally: Tally
}

export interface KindStatus {
  readonly kind: Kind
  readonly status: ComponentStatus
}

/** Receives the duration of each run, in seconds. */
type DurationListener = (check: string, seconds: number) => void

/** The metrics of one app: counts its runs, and reads its latest results. Reading never runs a check. */
export class HealthMetrics {
  /** The blocks of the event loop, if a thread serves the separate port. */
  readonly eventLoop: LoopBlocks | undefined
  readonly #engine: Pick<HealthEngine, 'kinds' | 'parts'>
  /** The counts of each check live as long as the check. */
  #tallies = new WeakMap<object, Tally>()
  readonly #listeners: DurationListener[] = []

  constructor (engine: Pick<HealthEngine, 'kinds' | 'parts' | 'onRun'>, eventLoop?: LoopBlocks) {
    this.#engine = engine
    this.eventLoop = eventLoop
    engine.onRun((check, result, timedOut) => {
      const seconds = this.#tallyOf(check).add(result, timedOut)
      for (const listener of this.#listeners) listener(check.name, seconds)
    })
  }

  /** Calls back after each run. */
  onDuration (listener: DurationListener): void {
    this.#listeners.push(listener)
  }

  /** The metrics of all checks that the app has now. */
  checks (): readonly CheckMetrics[] {
    return this.#engine.parts.registry.of(ALL_CHECKS).map((entry) => ({
      check: entry.name,
      statuses: [...entry.kinds].map((kind) => ({ kind, status: latestStatusOf(this.#engine.parts, entry, kind) })),
      changedAt: lastChangeOf(entry),
      abandoned: entry.checks.reduce((sum, { abandoned }) => sum + abandoned, 0),
      tally: Tally.sum(entry.checks.map((check) => this.#tallyOf(check)))
    }))
  }

  /** The status that a report on each kind would have if all results were as they are now. */
  kinds (): readonly KindStatus[] {
    return [...this.#engine.kinds].map((kind) => ({ kind, status: latestStatus(this.#engine.parts, kind) }))
  }

  /** Sets all counts to zero. */
  reset (): void {
    this.#tallies = new WeakMap()
    this.eventLoop?.reset()
  }

  #tallyOf (check: object): Tally {
    const known = this.#tallies.get(check)
    if (known !== undefined) return known
    const tally = new Tally()
    this.#tallies.set(check, tally)
    return tally
  }
}

function lastChangeOf ({ checks }: Entry): number | undefined {
  const times = checks.flatMap(({ since }) => since === undefined ? [] : [Date.parse(since) / 1_000])
  return times.length === 0 ? undefined : Math.max(...times)
}
