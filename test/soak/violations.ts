import type { Violation } from './protocol.js'

const MOST_KEPT = 20

/** Counts all violations, and keeps the first of each rule. */
export class Violations {
  readonly #counts = new Map<string, number>()
  #kept: Violation[] = []

  get counts (): ReadonlyMap<string, number> {
    return this.#counts
  }

  get kept (): readonly Violation[] {
    return this.#kept
  }

  add (rule: string, text: string): void {
    const count = (this.#counts.get(rule) ?? 0) + 1
    this.#counts.set(rule, count)
    if (count <= MOST_KEPT) this.#kept.push({ rule, text })
  }

  addAll (violations: readonly Violation[]): void {
    for (const { rule, text } of violations) this.add(rule, text)
  }

  /** Returns and removes the kept violations. */
  take (): readonly Violation[] {
    const kept = this.#kept
    this.#kept = []
    return kept
  }
}
