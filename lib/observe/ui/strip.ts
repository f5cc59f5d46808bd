import type { ComponentStatus } from '../../health/status.js'
import type { HistoryEntry } from '../history/history.js'
import { escape, WORDS } from './html.js'

/** The time that all strips of a page show, so that outages of the same time stand below each other. */
export interface Span {
  /** In milliseconds. */
  readonly length: number
  readonly name: string
}

const MINUTE_MS = 60_000
const DAY = { length: 1_440 * MINUTE_MS, name: 'day' }
const SPANS: readonly Span[] = [
  { length: MINUTE_MS, name: 'minute' },
  { length: 10 * MINUTE_MS, name: '10 minutes' },
  { length: 60 * MINUTE_MS, name: 'hour' },
  { length: 360 * MINUTE_MS, name: '6 hours' }
]

const WIDTH = 1_000
const HEIGHT = 24
/** A short outage stays visible. */
const NARROWEST = 6

/** The heights of the statuses: not every reader sees their colors. */
const HEIGHTS: Readonly<Record<ComponentStatus, number>> = {
  UP: 9, DEGRADED: 15, OUT_OF_SERVICE: 19, DOWN: HEIGHT, UNKNOWN: 2
}

/** Chooses the shortest time that shows all changes of the last day. Without changes it shows the first results. */
export function spanOf (changes: readonly HistoryEntry[], now: number): Span {
  const recent = changes.filter(({ time }) => now - Date.parse(time) <= DAY.length)
  const oldest = recent.findLast(({ from }) => from !== 'UNKNOWN') ?? recent.at(-1)
  const age = oldest === undefined ? Infinity : now - Date.parse(oldest.time)
  return SPANS.find(({ length }) => age <= length) ?? DAY
}

/** The statuses of one check over time. */
export interface Course {
  readonly name: string
  readonly status: ComponentStatus
  /** The time of the last change, in ISO 8601. */
  readonly since: string | undefined
  /** Newest first. */
  readonly changes: readonly HistoryEntry[]
}

/** Draws the statuses of a check over time. Empty if nothing is known about the time before now. */
export function stripOf ({ name, status, since, changes }: Course, span: Span, now: number): string {
  const start = now - span.length
  const known = changes.length > 0 || since === undefined ? changes : [{ time: since, to: status }]
  if (known.length === 0) return ''
  const times = [now, ...known.map(({ time }) => Date.parse(time))]
  const pieces = known.map(({ to }, at) => {
    const [until = now, from = start] = times.slice(at, at + 2)
    return { to, from: Math.max(from, start), until }
  }).filter(({ until }) => until >= start)
  const scale = WIDTH / span.length
  const blocks = pieces.sort((left, right) => HEIGHTS[left.to] - HEIGHTS[right.to]).map(({ to, from, until }) => {
    const width = Math.max(NARROWEST, Math.round((until - from) * scale))
    const x = Math.min(Math.round((from - start) * scale), WIDTH - width)
    return `<rect class="${to}" x="${x}" y="${HEIGHT - HEIGHTS[to]}" width="${width}" height="${HEIGHTS[to]}"/>`
  })
  const seen = changes.filter(({ time }) => Date.parse(time) >= start).length
  const label = `${name}, last ${span.name}: ${countOf(seen)}, now ${WORDS[status]}`
  return `<svg class="strip" role="img" aria-label="${escape(label)}" viewBox="0 0 ${WIDTH} ${HEIGHT}" ` +
    `preserveAspectRatio="none">${blocks.join('')}</svg>`
}

/** A number of changes in words. */
export function countOf (count: number): string {
  return count === 1 ? '1 change' : `${count} changes`
}
