import type { CheckFunction } from '../../../health/check/attempt.js'
import { readyMade } from '../../kit/ready-made.js'
import { CheckFailure, timed } from '../../kit/result.js'
import type { TimeLimit } from '../../kit/time-limit.js'
import { NatsState } from './nats-state.js'
import type { NatsEvents } from './nats-state.js'
import { SharedRequest } from '../shared-request.js'
import { clientFrom } from '../client-source.js'
import type { ClientSource } from '../client-source.js'
import { PerClient } from '../per-client.js'
import { hasMethods } from '../../../base/type-guards.js'

/** What is used of a `NatsConnection`. */
export interface NatsClient extends NatsEvents {
  /** What the server says of itself; nothing while there is no connection. */
  readonly info?: { readonly version: string, readonly server_name: string } | undefined
  rtt (): Promise<number>
  isClosed (): boolean
  isDraining (): boolean
  closed (): Promise<unknown>
  getServer (): string
}

const EXPECTED = { check: 'nats', client: 'a NatsConnection of @nats-io/transport-node or nats, or a function that gives one', is: isNatsClient }

/**
 * Makes a check that measures the round trip to a NATS server on the app's own connection. It is `DOWN` where the connection is
 * closed, or lost and being made anew, and where the server does not answer in time, and `OUT_OF_SERVICE` while the app drains the
 * connection.
 *
 * For readiness where the app can do nothing without the server, else for `health`. Not for liveness: a restart does not mend a
 * server. Except where the client gives up for good, as it does by default after ten attempts: let the app end by itself then, on
 * `connection.closed()`, or connect with `maxReconnectAttempts: -1`.
 *
 * @param connection a `NatsConnection` of `@nats-io/transport-node` or of nats 2, or a function that gives it
 * @throws FST_MANAGEMENT_CLIENT_INVALID
 * @example
 * fastify.management.addCheck('readiness', 'nats', nats(connection))
 */
export function nats (connection: ClientSource<NatsClient>): CheckFunction {
  const current = clientFrom(connection, EXPECTED)
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
  if (client.isClosed()) throw new Error('the connection is closed', { cause: await limit.wait(client.closed(), () => 'the connection is being closed') })
  if (client.isDraining()) throw new CheckFailure('OUT_OF_SERVICE', 'the connection is draining, and will be closed')
}

/** Not with `flush()`, which a client that has lost its connection keeps until it has another. */
async function roundTrip (client: NatsClient, state: NatsState): Promise<void> {
  try {
    await state.whileConnected(client.rtt())
  } catch {
    throw new Error(`the connection is lost, and there is none to ${client.getServer()} yet`)
  }
}

function isNatsClient (value: unknown): value is NatsClient {
  return hasMethods(value, 'rtt', 'isClosed', 'isDraining', 'closed', 'getServer', 'status')
}
