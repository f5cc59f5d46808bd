import type { ComponentStatus } from '../../health/status.js'

/** The words that the page shows for each status. */
export const WORDS: Readonly<Record<ComponentStatus, string>> = {
  UP: 'Up', DEGRADED: 'Degraded', DOWN: 'Down', OUT_OF_SERVICE: 'Out of service', UNKNOWN: 'Unknown'
}

const MOST_FACTS = 200
const SECOND_MS = 1_000
const UNITS = [['d', 86_400_000], ['h', 3_600_000], ['min', 60_000]] as const

/** Turns any JSON-safe value into text that is safe in HTML and in attributes. */
export function escape (value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
}

/** Formats a time for people. The attribute has the exact time. */
export function timeTag (time: number): string {
  const iso = new Date(time).toISOString()
  const shown = `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`
  return `<time datetime="${iso}">${shown}</time>`
}

/** Formats a duration with its two largest units, for example `2 h 5 min`. */
export function forHow (ms: number): string {
  const at = UNITS.findIndex(([, size]) => ms >= size)
  if (at === -1) return `${Math.max(0, Math.floor(ms / SECOND_MS))} s`
  let left = ms
  return UNITS.slice(at, at + 2).map(([unit, size]) => {
    const count = Math.floor(left / size)
    left -= count * size
    return `${count} ${unit}`
  }).join(' ')
}

/** Lists the values in an object with their paths. */
export function factsOf (value: unknown, path = ''): (readonly [string, unknown])[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [[path, value]]
  const start = path === '' ? '' : `${path} › `
  return Object.entries(value).flatMap(([key, entry]) => factsOf(entry, start + key)).slice(0, MOST_FACTS)
}
