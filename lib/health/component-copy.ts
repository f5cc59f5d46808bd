import { attemptOr } from '../base/attempt-or.js'
import { redactAndTruncate } from '../base/truncate.js'
import { firstKeys } from '../base/first-keys.js'
import { JsonSafeCopy } from '../base/json-safe.js'
import type { CopyLimits } from '../base/json-safe.js'
import { isPolluting } from '../base/prototype-keys.js'
import type { Component } from './component.js'
import { withContent } from './content.js'
import { isStatus } from './status.js'
import { isRecord } from '../base/type-guards.js'

const DEEPEST = 6
const MOST_COMPONENTS = 1_000
const LONGEST_NAME = 100
/** The most characters that are read of one name. */
const MOST_READ_OF_NAME = 1_000

/** For the details of all components together: enough for ten values in each of 1,000 components. */
const DETAILS_LIMITS: CopyLimits = { values: 10 * MOST_COMPONENTS, characters: 512 * 1024 }

const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/

/**
 * Copies components from outside: from a check's result, or from the answer of another service. Replaces an unknown
 * status by `UNKNOWN`. Drops components that are nested too deep or exceed the limit. Copies the details of a part when
 * they are first read. Never throws.
 */
export function toComponents (value: unknown): Record<string, Component> {
  return new ComponentCopy().ofAll(value, 0)
}

class ComponentCopy {
  readonly #details = new JsonSafeCopy(DETAILS_LIMITS)
  /** The number of names that have been read. */
  #count = 0

  ofAll (parts: unknown, depth: number): Record<string, Component> {
    const most = MOST_COMPONENTS - this.#count
    if (!isRecord(parts) || depth >= DEEPEST || most <= 0) return {}
    const { keys, total } = attemptOr(() => firstKeys(parts, most), { keys: [], total: 0 })
    this.#count += total
    const entries = keys.map((name) => [shownName(name), this.#of(parts, name, depth)] as const)
    return Object.fromEntries(entries.filter(([name, part]) => !isPolluting(name, part)))
  }

  #of (parts: Record<string, unknown>, name: string, depth: number): Component {
    return attemptOr((): Component => this.#copyOf(parts[name], depth), { status: 'UNKNOWN' })
  }

  #copyOf (part: unknown, depth: number): Component {
    if (!isRecord(part)) return { status: 'UNKNOWN' }
    const { status, details, components, time, durationMs } = part
    const copy = { status: isStatus(status) ? status : 'UNKNOWN' } as const
    const content = isRecord(details) && { details: () => this.#details.ofObject(details) }
    return Object.assign(content ? withContent(copy, content) : copy, {
      ...(isRecord(components) && { components: this.ofAll(components, depth + 1) }),
      ...(isTime(time) && { time }),
      ...(typeof durationMs === 'number' && Number.isFinite(durationMs) && durationMs >= 0 && { durationMs })
    })
  }
}

function shownName (name: string): string {
  return redactAndTruncate(name, LONGEST_NAME, MOST_READ_OF_NAME)
}

function isTime (value: unknown): value is string {
  return typeof value === 'string' && ISO_TIME.test(value)
}
