import type { Status } from '../../lib/index.js'
import { CATALOGUE, LIFECYCLE } from './catalogue.js'

interface Since {
  readonly at: number
  readonly statuses: readonly Status[]
}

/** No probe is under way for so long that it began before the earliest of these. */
const MOST_KEPT = 16

/** What each check may say, and since when: a switch narrows it to the one right answer once it has been turned. */
export class KnownStates {
  readonly #history = new Map<string, Since[]>()

  constructor () {
    for (const { name, statuses, isSwitch } of CATALOGUE) this.allow(name, isSwitch ? ['UP'] : statuses)
    this.allow(LIFECYCLE, ['UP'])
  }

  /** From now on it may say these. */
  allow (name: string, statuses: readonly Status[]): void {
    const history = this.#history.get(name) ?? []
    this.#history.set(name, [...history.slice(1 - MOST_KEPT), { at: performance.now(), statuses }])
  }

  /** From now on it passes for ever. */
  pass (name: string): void {
    if (!this.passes(name)) this.allow(name, ['UP'])
  }

  /** Whether it may say nothing else than that it passes. */
  passes (name: string): boolean {
    return this.#history.get(name)?.at(-1)?.statuses.join() === 'UP'
  }

  /** What a probe may have been told that was sent at one time and answered at another. */
  during (name: string, from: number, to: number): readonly Status[] {
    const history = this.#history.get(name) ?? []
    const inForce = history.findLastIndex(({ at }) => at <= from)
    const statuses = history.slice(Math.max(inForce, 0)).filter(({ at }) => at <= to).map(({ statuses }) => statuses)
    return statuses.length === 1 ? statuses[0] ?? [] : [...new Set(statuses.flat())]
  }
}
