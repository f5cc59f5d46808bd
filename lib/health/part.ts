import type { Check } from './check/check.js'
import type { Outcome } from './check/result.js'
import type { Component } from './component.js'
import { withChanges, withoutParts } from './content.js'
import { ALL_CHECKS } from './kind.js'
import type { Kind } from './kind.js'
import type { Entry } from './registry.js'
import { worst } from './status.js'
import type { Status } from './status.js'

/** One entry in a report. A part that does not count is only information: it does not change the report's status. */
export type Part = CountingPart | { readonly entry: Entry, readonly component: Component, readonly counts: false }

export interface CountingPart {
  readonly entry: Entry
  /** The result as the check returned it, until `withSeverity` replaces it. */
  readonly component: Outcome
  readonly counts: true
}

/** Replaces each failure by a failure with the severity of the report's kind. */
export function withSeverity (parts: readonly Part[], kind: Kind): readonly Part[] {
  return parts.map((part) => part.counts ? shown(part, kind) : part)
}

/** Returns the component of a part, with the time of its last status change and its last failed run. */
export function withRecord ({ entry, component }: Part, kind: Kind): Component {
  return withChanges(component, entry.checkFor(kind).record)
}

function shown (part: CountingPart, kind: Kind): CountingPart {
  return { ...part, component: part.entry.checkFor(kind).severity.apply(part.component, kind) }
}

/** Returns true if a report on this kind runs the startup check of this entry. */
export function isStartupRun (entry: Entry, kind: Kind): boolean {
  const isIncluded = kind === ALL_CHECKS || entry.kinds.has(kind)
  return isIncluded && entry.kinds.has('startup') && entry.checkFor(kind) === entry.checkFor('startup')
}

/** Returns the last result of a service dependency without its parts, which would grow with each turn of a circle. */
export function informationOf (check: Check, kind: Kind): Component {
  if (check.reported === undefined) return { status: 'UNKNOWN' }
  return withoutParts(check.severity.apply(check.reported, kind))
}

/** Drops the checks that were removed during their run. Copies the list only if there are any. */
export function withoutRemoved (parts: readonly (Part | undefined)[]): readonly Part[] {
  return parts.every((part) => part !== undefined) ? parts : parts.filter((part) => part !== undefined)
}

export function worstOf (own: Status, parts: readonly Part[]): Status {
  let status = own
  for (const { counts, component } of parts) {
    if (counts && component.status !== 'UP') status = worst([status, component.status])
  }
  return status
}
