import { isRecord } from '../../../base/type-guards.js'

/**
 * The meaning of an error:
 * - `moved`: the server works, and another server of its cluster has the key
 * - `served`: the server works, but the key moves at the moment or holds a value of another type
 * - `not writable`: the server refuses writes
 * - `not allowed`: the user may not use the command or the key
 * - `unknown`: the server does not know the command
 * - `subscribing`: the connection subscribes, and takes no other commands meanwhile
 * - `failed`: anything else
 */
export type Meaning = 'moved' | 'served' | 'not writable' | 'not allowed' | 'unknown' | 'subscribing' | 'failed'

const MEANINGS: readonly (readonly [RegExp, Meaning])[] = [
  [/^MOVED /, 'moved'],
  [/^(ASK|TRYAGAIN|WRONGTYPE) /, 'served'],
  // A cluster with `cluster-allow-reads-when-down` "only accepts read commands".
  [/^(READONLY|OOM|MISCONF|NOREPLICAS) |^CLUSTERDOWN .*only accepts read/, 'not writable'],
  [/^NOPERM /, 'not allowed'],
  // The first is a message of ioredis itself.
  [/in subscriber mode|^ERR .*SUBSCRIBE.* allowed in this context/, 'subscribing'],
  [/^ERR /, 'unknown']
]

/** In characters. The codes are at the start, and a longer message would take long to read. */
const LONGEST_MESSAGE = 1_000

export function meaningOf (error: unknown): Meaning {
  const message = isRecord(error) ? String(error['message']).slice(0, LONGEST_MESSAGE) : ''
  return MEANINGS.find(([pattern]) => pattern.test(message))?.[1] ?? 'failed'
}
