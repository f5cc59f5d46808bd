import type { CheckFunction } from '../../../health/check/check-function.js'
import { readyMade } from '../../kit/ready-made.js'
import { CheckFailure, timed } from '../../kit/result.js'
import { clientFrom } from '../client-source.js'
import type { ClientSource } from '../client-source.js'
import { SharedRequest } from '../../kit/shared-request.js'
import { isMemcached, versionsOf } from './memcached-client.js'
import type { MemcachedClient, ServerVersions } from './memcached-client.js'
import { MEMCACHED_MISTAKES } from './memcached-mistakes.js'

export type { MemcachedClient } from './memcached-client.js'

const CLIENT_TYPE = {
  check: 'memcached',
  description: 'a Client of memjs, a Memcached of memcached, or a function that returns one',
  is: isMemcached,
  mistakes: MEMCACHED_MISTAKES
}

/**
 * Makes a check that requests the version of each memcached server: `DEGRADED` if only a part of the servers answers.
 *
 * @param client a `Client` of memjs, a `Memcached` of memcached, or a function that returns it
 * @throws FST_MANAGEMENT_CLIENT_INVALID
 * @example fastify.management.addCheck('health', 'cache', memcached(client))
 * @see `docs/ready-made-checks.md#memcached`
 */
export function memcached (client: ClientSource<MemcachedClient>): CheckFunction {
  const current = clientFrom(client, CLIENT_TYPE)
  const request = new SharedRequest(async (client: MemcachedClient) => {
    return await timed(async () => await versionsOf(client))
  })
  return readyMade(async ({ limit, details }) => {
    const { result, latencyMs } = await request.send(current(), limit)
    const { versions: [version], servers } = result
    Object.assign(details, { version, servers, latencyMs })
    assertAll(result)
  })
}

function assertAll ({ versions, servers, failure }: ServerVersions): void {
  if (failure === undefined) return
  if (versions.length === 0) throw new Error(failure)
  throw new CheckFailure('DEGRADED', `${servers - versions.length} of ${servers} servers not answering: ${failure}`)
}
