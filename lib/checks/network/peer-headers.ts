import type { IncomingHttpHeaders } from 'node:http'

/**
 * Marks a request as part of a report. A service that receives it does not request its own service dependencies, so
 * requests never go in circles.
 */
export const HOP_HEADER = 'management-hop'

/** The time that the caller waits for the answer, in whole milliseconds. The peer answers slightly earlier. */
export const TIMEOUT_HEADER = 'management-timeout'

/** The shortest time limit of a peer, in milliseconds. A shorter limit would leave no time for a check. */
const SHORTEST_LIMIT_MS = 50

/** The longest text of a time limit. All longer numbers exceed the longest timeout of a check. */
const LONGEST_TEXT = 10

/** The share of the caller's time limit that is left for the network, and the least such time in milliseconds. */
const NETWORK_SHARE = 0.1
const NETWORK_MS = 20

/** Returns the headers of a request for the health of a peer, for a caller that waits `limitMs` more milliseconds. */
export function peerHeaders (limitMs: number): Readonly<Record<string, string>> {
  return { [HOP_HEADER]: '1', [TIMEOUT_HEADER]: String(Math.max(SHORTEST_LIMIT_MS, Math.floor(limitMs))) }
}

/**
 * Returns how long the report for a peer may take, in milliseconds: the caller's time limit, less some time for the
 * network. Returns `undefined` without a limit, and for any value but whole milliseconds from 50.
 */
export function reportTimeMs (headers: IncomingHttpHeaders): number | undefined {
  const text = headers[TIMEOUT_HEADER]
  if (typeof text !== 'string' || text.length > LONGEST_TEXT || !/^[1-9]\d*$/.test(text)) return undefined
  const limitMs = Number(text)
  if (limitMs < SHORTEST_LIMIT_MS) return undefined
  return Math.floor(limitMs - Math.max(NETWORK_MS, limitMs * NETWORK_SHARE))
}
