import { visible } from '../../base/visible.js'
import type { ComponentStatus } from '../../health/status.js'

/** The words that the page shows for each status. */
export const WORDS: Readonly<Record<ComponentStatus, string>> = {
  UP: 'Up', DEGRADED: 'Degraded', DOWN: 'Down', OUT_OF_SERVICE: 'Out of service', UNKNOWN: 'Unknown'
}

const SECOND_MS = 1_000
const UNITS = [['d', 86_400_000], ['h', 3_600_000], ['min', 60_000]] as const

/** Turns any JSON-safe value into text that is safe in HTML and in attributes, without invisible characters. */
export function escape (value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value) as string | undefined ?? ''
  return visible(text).replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
}

/** A text from outside. It keeps its writing direction to itself. */
export function foreign (value: unknown): string {
  return `<bdi>${escape(value)}</bdi>`
}

/** Shows a time, with its date only if it is not the date of `now`. The attribute has the exact time. */
export function timeTag (iso: string, now: number): string {
  const time = Date.parse(iso)
  if (Number.isNaN(time)) return escape(iso)
  const exact = new Date(time).toISOString()
  const [day = '', clock = ''] = exact.split(/[T.]/)
  const isToday = new Date(now).toISOString().startsWith(day)
  return `<time datetime="${exact}">${isToday ? '' : `${day} `}${clock} UTC</time>`
}

/** Shows how much time has passed since a time. The script of the page keeps it right. */
export function agoTag (iso: string, now: number): string {
  const time = Date.parse(iso)
  return Number.isNaN(time) ? escape(iso) : `<span data-ago="${time}">${lengthOf(now - time)}</span>`
}

/** Formats a length of time with its two largest units, for example `2 h 5 min`. */
export function lengthOf (ms: number): string {
  const at = UNITS.findIndex(([, size]) => ms >= size)
  if (at === -1) return `${Math.max(0, Math.floor(ms / SECOND_MS))} s`
  let left = ms
  return UNITS.slice(at, at + 2).map(([unit, size]) => {
    const count = Math.floor(left / size)
    left -= count * size
    return `${count} ${unit}`
  }).join(' ')
}

/** Formats the duration of a run, for example `1.5 ms`, `803 ms` or `2.4 s`. */
export function durationOf (ms: number): string {
  if (ms >= SECOND_MS) return `${Number((ms / SECOND_MS).toFixed(1))} s`
  return `${ms < 10 ? Number(ms.toFixed(1)) : Math.round(ms)} ms`
}

/** The picture of a status. Each has a shape of its own, because not every reader sees its color. */
export function icon (status: ComponentStatus): string {
  return `<svg class="icon" aria-hidden="true"><use href="#i-${status}"/></svg>`
}

const PATHS: Readonly<Record<ComponentStatus, string>> = {
  UP: 'M8 12.5l3 3 5.5-6.5',
  DEGRADED: 'M12 7v6m0 3.5v.5',
  DOWN: 'M8.5 8.5l7 7m0-7l-7 7',
  OUT_OF_SERVICE: 'M9.5 8.5v7m5-7v7',
  UNKNOWN: 'M9.5 9.5a2.5 2.5 0 1 1 3.5 2.3c-.7.4-1 .9-1 1.7m0 3v.5'
}

/** A triangle and a square beside the circles. */
const OUTLINES: Readonly<Record<ComponentStatus, string>> = {
  UP: '<circle cx="12" cy="12" r="11"/>',
  DEGRADED: '<path d="M12 1.5L23.5 22H.5z"/>',
  DOWN: '<path d="M7.4 1h9.2L23 7.4v9.2L16.6 23H7.4L1 16.6V7.4z"/>',
  OUT_OF_SERVICE: '<rect x="1.5" y="1.5" width="21" height="21" rx="5"/>',
  UNKNOWN: '<circle cx="12" cy="12" r="11"/>'
}

/** The pictures of all statuses, once for each page. */
export const ICONS = `<svg class="defs" aria-hidden="true">${(Object.keys(WORDS) as ComponentStatus[]).map((status) =>
  `<symbol id="i-${status}" viewBox="0 0 24 24">${OUTLINES[status]}<path class="sign" d="${PATHS[status]}"/></symbol>`
).join('')}</svg>`

/** The picture of a status for the tab. A data URL needs no request. */
export function favicon (status: ComponentStatus): string {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><g fill="${TAB_COLORS[status]}">` +
    `${OUTLINES[status]}</g><path d="${PATHS[status]}" fill="none" stroke="#fff" stroke-width="2.5"/></svg>`
  return `data:image/svg+xml,${encodeURIComponent(svg)}`
}

const TAB_COLORS: Readonly<Record<ComponentStatus, string>> = {
  UP: '#15803d', DEGRADED: '#c27803', DOWN: '#c81e1e', OUT_OF_SERVICE: '#6d4bd0', UNKNOWN: '#6b7280'
}
