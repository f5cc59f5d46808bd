import type { Check } from './check/check.js'
import type { Outcome, RunResult } from './check/result.js'
import type { Component } from './component.js'
import { ALL_CHECKS } from './kind.js'
import type { Kind } from './kind.js'
import type { Entry } from './registry.js'

/** One entry in a report. A part that does not count is only information: it does not change the report's status. */
export type Part = CountingPart | { readonly entry: Entry, readonly component: Component, readonly counts: false }

export interface CountingPart {
  readonly entry: Entry
  /** The result as the check returned it. */
  readonly result: Outcome
  /** The result with the severity of the report's kind. */
  readonly component: Outcome
  readonly counts: true
}

export function countingPart (entry: Entry, check: Check, kind: Kind, result: RunResult): CountingPart {
  return { entry, result, component: check.severity.apply(result, kind), counts: true }
}

/** Returns true if a report on this kind runs the startup check of this entry. */
export function isStartupRun (entry: Entry, kind: Kind): boolean {
  const isIncluded = kind === ALL_CHECKS || entry.kinds.has(kind)
  return isIncluded && entry.kinds.has('startup') && entry.checkFor(kind) === entry.checkFor('startup')
}

/** Returns the last result of a service dependency without its parts, which would grow with each turn of a circle. */
export function informationOf (check: Check, kind: Kind): Component {
  if (check.reported === undefined) return { status: 'UNKNOWN' }
  const { components, ...known } = check.severity.apply(check.reported, kind)
  return known
}
