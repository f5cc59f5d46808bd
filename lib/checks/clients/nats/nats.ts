import type { CheckFunction } from '../../../health/check/check-function.js'
import { readyMade } from '../../kit/ready-made.js'
import { CheckFailure, timed } from '../../kit/result.js'
import type { TimeLimit } from '../../kit/time-limit.js'
import { NATS_MISTAKES } from './nats-mistakes.js'
import { NatsState } from './nats-state.js'
import type { NatsEvents } from './nats-state.js'
import { SharedRequest } from '../../kit/shared-request.js'
import { clientFrom } from '../client-source.js'
import type { ClientSource } from '../client-source.js'
import { PerClient } from '../per-client.js'
import { hasMethods } from '../../../base/type-guards.js'

/**
 * The parts of a `NatsConnection` that the check uses.
 *
 * @see `docs/ready-made-checks.md#nats`
 */
export interface NatsClient extends NatsEvents {
  /** The server's description; undefined while disconnected. */
  readonly info?: { readonly version: string, readonly server_name: string } | undefined
  rtt (): Promise<number>
  isClosed (): boolean
  isDraining (): boolean
  closed (): Promise<unknown>
  getServer (): string
}

const CLIENT_TYPE = {
  check: 'nats',
  description: 'a NatsConnection of @nats-io/transport-node or nats, or a function that returns one',
  is: isNatsClient,
  mistakes: NATS_MISTAKES
}

/**
 * Makes a check that measures the round trip to a NATS server on the app's own connection.
 *
 * @param connection a `NatsConnection` of `@nats-io/transport-node` or of nats 2, or a function that returns it
 * @throws FST_MANAGEMENT_CLIENT_INVALID
 * @example fastify.management.addCheck('readiness', 'nats', nats(connection))
 * @see `docs/ready-made-checks.md#nats`
 */
export function nats (connection: ClientSource<NatsClient>): CheckFunction {
  const current = clientFrom(connection, CLIENT_TYPE)
  const states = new PerClient((client: NatsClient) => new NatsState(client))
  const request = new SharedRequest(async (client: NatsClient) => {
    return await timed(async () => await roundTrip(client, states.of(client)))
  })
  return readyMade(async ({ limit, details }) => {
    const client = current()
    await assertOpen(client, limit)
    const { latencyMs } = await request.send(client, limit)
    Object.assign(details, { version: client.info?.version, serverName: client.info?.server_name, latencyMs })
  })
}

async function assertOpen (client: NatsClient, limit: TimeLimit): Promise<void> {
  if (client.isClosed()) {
    const cause = await limit.wait(client.closed(), () => 'the connection is closing')
    throw new Error('the connection is closed', { cause })
  }
  if (client.isDraining()) throw new CheckFailure('OUT_OF_SERVICE', 'the connection is draining and will close')
}

/** Uses `rtt()`, because `flush()` waits until a disconnected client has reconnected. */
async function roundTrip (client: NatsClient, state: NatsState): Promise<void> {
  try {
    await state.whileConnected(client.rtt())
  } catch {
    throw new Error(`disconnected from ${client.getServer()}, reconnecting`)
  }
}

function isNatsClient (value: unknown): value is NatsClient {
  return hasMethods(value, 'rtt', 'isClosed', 'isDraining', 'closed', 'getServer', 'status')
}
