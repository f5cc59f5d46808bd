import { isPolluting } from '../base/prototype-keys.js'

/** OpenTelemetry resource attributes by name. */
export type Attributes = Readonly<Record<string, string | number>>

/** Removes attributes without a value. OpenTelemetry's merge ignores them too. Removes keys that change prototypes. */
export function present (attributes: Readonly<Record<string, string | number | undefined>>): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(isPresent))
}

function isPresent (entry: [string, string | number | undefined]): entry is [string, string | number] {
  const [name, value] = entry
  if (isPolluting(name, value)) return false
  return typeof value === 'string' ? value.trim() !== '' : value !== undefined
}
