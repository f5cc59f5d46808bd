import { escape, foreign } from './html.js'

const MOST_FACTS = 200

/** Lists the values in an object with their paths. */
export function factsOf (value: unknown, path = ''): (readonly [string, unknown])[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [[path, value]]
  const start = path === '' ? '' : `${path} › `
  return Object.entries(value).flatMap(([key, entry]) => factsOf(entry, start + key)).slice(0, MOST_FACTS)
}

/** Writes the values in an object as a list. Returns an empty text for an empty object. */
export function factList (value: unknown): string {
  const rows = factsOf(value).map(([name, fact]) => `<dt>${escape(name)}</dt><dd>${foreign(fact)}</dd>`)
  return rows.length === 0 ? '' : `<dl>${rows.join('')}</dl>`
}
