import { attemptOr } from '../../base/attempt-or.js'
import { isRecord } from '../../base/type-guards.js'
import type { ProbeResult } from '../http-probe.js'
import { oneLine } from '../one-line.js'

/** An app or a component, as its last answer describes it. All texts are safe to print. */
export interface Item {
  readonly status: string
  /** The time of the last change of the status, in milliseconds since 1970. */
  readonly since?: number
  readonly durationMs?: number
  readonly reason?: string
}

/** The content of one answer. */
export interface Sight {
  readonly app: Item
  readonly code: number | undefined
  /** The components by name, or `undefined` if the answer shows none. */
  readonly components: ReadonlyMap<string, Item> | undefined
}

/** The most components of an app that are read. */
const MOST_COMPONENTS = 1_000
const DEEPEST = 6
const LONGEST_NAME = 100
const LONGEST_STATUS = 20
const LONGEST_REASON = 500

/** Reads the answer to a probe. An answer that is no health report passes or fails by its status code. */
export function sightOf (result: ProbeResult, durationMs: number): Sight {
  const { passed, statusCode: code, body } = result
  const report = attemptOr((): unknown => JSON.parse(body), undefined)
  const { status, components } = isRecord(report) ? report : {}
  if (typeof status === 'string') {
    const app = { status: shown(status, LONGEST_STATUS), durationMs }
    return { app, code, components: isRecord(components) ? componentsOf(components) : undefined }
  }
  const reason = [passed ? '' : result.reason, body].filter((part) => part !== '').join(': ')
  const app = { status: passed ? 'PASS' : 'FAIL', durationMs, ...(reason !== '' && { reason: shown(reason) }) }
  return { app, code, components: undefined }
}

function componentsOf (components: Readonly<Record<string, unknown>>): ReadonlyMap<string, Item> {
  const items = new Map<string, Item>()
  collect(components, '', items, DEEPEST)
  return items
}

/** Adds the components, each followed by its parts. The name of a part is its path. */
function collect (
  components: Readonly<Record<string, unknown>>, path: string, items: Map<string, Item>, levels: number
): void {
  for (const [name, component] of Object.entries(components)) {
    if (items.size >= MOST_COMPONENTS || !isRecord(component)) return
    const shownName = shown(name, LONGEST_NAME)
    const fullName = path + (shownName === '' ? '(no name)' : shownName)
    items.set(fullName, itemOf(component))
    const { components: parts } = component
    if (levels > 1 && isRecord(parts)) collect(parts, `${fullName}/`, items, levels - 1)
  }
}

function itemOf ({ status, since, durationMs, details }: Readonly<Record<string, unknown>>): Item {
  const { error, reason = error } = isRecord(details) ? details : {}
  const time = typeof since === 'string' ? Date.parse(since) : NaN
  return {
    status: typeof status === 'string' ? shown(status, LONGEST_STATUS) : 'UNKNOWN',
    ...(!Number.isNaN(time) && { since: time }),
    ...(typeof durationMs === 'number' && { durationMs }),
    ...(reason !== undefined && status !== 'UP' && { reason: shown(textOf(error ?? reason)) })
  }
}

function textOf (reason: unknown): string {
  return typeof reason === 'string' ? reason : attemptOr(() => JSON.stringify(reason), '')
}

function shown (text: string, longest = LONGEST_REASON): string {
  return oneLine(text, longest)
}
