import { firstKeys } from '../../base/first-keys.js'
import { JsonSafeCopy } from '../../base/json-safe.js'

/**
 * Fewer than a result may have, so that a service with many or long details cannot displace the reason of the check,
 * its URL and its status code.
 */
const MOST_DETAILS = 90
const LIMITS = { values: 500, characters: 32 * 1024 }

/**
 * Adds the details of a service to the facts that the check itself has found. A fact wins over a detail of the same
 * name.
 */
export function withRemoteDetails (
  facts: Readonly<Record<string, unknown>>, details: Readonly<Record<string, unknown>>
): Record<string, unknown> {
  const { keys, total } = firstKeys(details, MOST_DETAILS)
  const shown = keys.filter((name) => !Object.hasOwn(facts, name)).map((name) => [name, details[name]])
  if (total > MOST_DETAILS) shown.push(['…', `${total - MOST_DETAILS} more`])
  return { ...facts, ...new JsonSafeCopy(LIMITS).ofObject(Object.fromEntries(shown)) }
}
