import type { Status } from '../../lib/index.js'
import { CATALOGUE, LIFECYCLE } from './catalogue.js'

interface Since {
  readonly at: number
  readonly statuses: readonly Status[]
}

/** The number of entries per check. Every probe under way began after the earliest entry. */
const MOST_KEPT = 16

/** Records the possible statuses of each check over time. A turned switch has exactly one right status. */
export class KnownStates {
  readonly #history = new Map<string, Since[]>()

  constructor () {
    for (const { name, statuses, isSwitch } of CATALOGUE) this.allow(name, isSwitch ? ['UP'] : statuses)
    this.allow(LIFECYCLE, ['UP'])
  }

  /** Sets the possible statuses from now on. */
  allow (name: string, statuses: readonly Status[]): void {
    const history = this.#history.get(name) ?? []
    this.#history.set(name, [...history.slice(1 - MOST_KEPT), { at: performance.now(), statuses }])
  }

  /** Allows only `UP` from now on. */
  pass (name: string): void {
    if (!this.passes(name)) this.allow(name, ['UP'])
  }

  /** Whether only `UP` is possible now. */
  passes (name: string): boolean {
    return this.#history.get(name)?.at(-1)?.statuses.join() === 'UP'
  }

  /** Returns the possible statuses in the answer of a probe that was sent at `from` and answered at `to`. */
  during (name: string, from: number, to: number): readonly Status[] {
    const history = this.#history.get(name) ?? []
    const inForce = history.findLastIndex(({ at }) => at <= from)
    const statuses = history.slice(Math.max(inForce, 0)).filter(({ at }) => at <= to).map(({ statuses }) => statuses)
    return statuses.length === 1 ? statuses[0] ?? [] : [...new Set(statuses.flat())]
  }
}
