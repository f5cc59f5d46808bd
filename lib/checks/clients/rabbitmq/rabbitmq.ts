import type { CheckFunction } from '../../../health/check/attempt.js'
import type { FailureStatus } from '../../../health/check/policy.js'
import { optionsOf } from '../../../base/rules.js'
import { failureStatus } from '../../kit/rules.js'
import { readyMade } from '../../kit/ready-made.js'
import { CheckFailure, timed } from '../../kit/result.js'
import type { Details } from '../../kit/result.js'
import { SharedRequest } from '../shared-request.js'
import { RabbitmqState } from './rabbitmq-state.js'
import type { RabbitmqEvents } from './rabbitmq-state.js'
import { clientFrom } from '../client-source.js'
import type { ClientSource } from '../client-source.js'
import { PerClient } from '../per-client.js'
import { hasMethods, isFunction } from '../../../base/type-guards.js'

/** What is used of a channel of amqplib. */
export interface RabbitmqChannel {
  on (event: 'error', listener: (error: Error) => void): unknown
  once (event: 'close', listener: () => void): unknown
  close (): unknown
}

/** What is used of a connection of amqplib, of its API with promises or with callbacks. */
export interface RabbitmqConnection extends RabbitmqEvents {
  /** What the server has said of itself. One that connects again by itself does not show it. */
  readonly connection?: { readonly serverProperties: { readonly product?: string | undefined, readonly version?: string | undefined } }
  createChannel (...nothing: never[]): RabbitmqChannel | PromiseLike<RabbitmqChannel>
}

/** What is used of an `AmqpConnectionManager` of amqp-connection-manager. */
export interface RabbitmqManager extends RabbitmqEvents {
  /** There is none while it is connecting. */
  readonly connection: RabbitmqConnection | undefined
  isConnected (): boolean
}

/** A connection of amqplib, or what makes a new one where that is lost. */
export type RabbitmqClient = RabbitmqConnection | RabbitmqManager

/** How a check of RabbitMQ judges. */
export interface RabbitmqOptions {
  /**
   * What is shown while the server takes no messages, as it has too little memory or disk: it tells so to the connections that
   * have published since. Default `DEGRADED`.
   */
  readonly whenBlocked?: FailureStatus | undefined
}

const EXPECTED = { check: 'rabbitmq', client: 'a connection of amqplib, or a function that gives one', is: isRabbitmqClient }

const readOptions = optionsOf<{ readonly whenBlocked: FailureStatus }>({
  whenBlocked: failureStatus('DEGRADED')
})

/**
 * Makes a check that opens a channel on the app's own connection to RabbitMQ and closes it again. It is `DOWN` where the connection
 * is closed or the server does not answer in time, and `DEGRADED` while the server takes no messages, with the reason that it gives.
 * There is never more than one such channel: while the server has not answered no other is opened.
 *
 * For readiness where the app can do nothing without the server, else for `health`. Not for liveness: a restart does not mend a
 * server. amqplib by itself does not connect again: give a function that gives the present connection where the app does.
 *
 * @param connection a connection of amqplib, one with its option `recovery` too, an `AmqpConnectionManager` of
 * amqp-connection-manager, or a function that gives it
 * @throws FST_MANAGEMENT_CLIENT_INVALID, FST_MANAGEMENT_OPTION_INVALID
 * @example
 * const connection = await connect('amqp://rabbitmq')
 * fastify.management.addCheck('readiness', 'rabbitmq', rabbitmq(connection))
 */
export function rabbitmq (connection: ClientSource<RabbitmqClient>, options: RabbitmqOptions = {}): CheckFunction {
  const current = clientFrom(connection, EXPECTED)
  const { whenBlocked } = readOptions(options, 'rabbitmq')
  const states: States = new PerClient((source: RabbitmqEvents) => new RabbitmqState(source))
  const request = new SharedRequest(async (connection: RabbitmqConnection) => {
    return await timed(async () => await openAndClose(connection, states.of(connection)))
  })
  // From now on: what it tells before the first run is not told again.
  if (!isFunction(connection)) states.of(current())
  return readyMade(async ({ limit, details }) => {
    const connection = connectionOf(current(), states)
    const state = states.of(connection)
    assertConnected(state)
    Object.assign(details, serverOf(connection))
    if (state.blocked !== undefined) throw new CheckFailure(whenBlocked, `the server takes no messages${state.blocked}`)
    try {
      const { latencyMs } = await request.send(connection, limit)
      details['latencyMs'] = latencyMs
    } finally {
      // Whatever has come of the channel: a connection that is gone says why.
      assertConnected(state)
    }
  })
}

type States = PerClient<RabbitmqEvents, RabbitmqState>

function connectionOf (client: RabbitmqClient, states: States): RabbitmqConnection {
  if (!isManager(client)) return client
  if (client.connection !== undefined && client.isConnected()) return client.connection
  throw new Error(states.of(client).lost ?? 'no connection')
}

function assertConnected ({ lost }: RabbitmqState): void {
  if (lost !== undefined) throw new Error(lost)
}

function serverOf ({ connection }: RabbitmqConnection): Details {
  return { product: connection?.serverProperties.product, version: connection?.serverProperties.version }
}

/** Waits for `close`, as a channel whose connection breaks meanwhile does not tell whoever closes it, and one with callbacks is no promise. */
async function openAndClose (connection: RabbitmqConnection, state: RabbitmqState): Promise<void> {
  const channel = await open(connection, state)
  await new Promise<void>((resolve, reject) => {
    // An error that nobody listens to would end the process.
    channel.on('error', reject)
    channel.once('close', resolve)
    Promise.resolve(channel.close()).catch(reject)
  })
}

/** A connection that was closed before it was watched is not asked again: amqplib keeps each channel that could not be opened. */
async function open (connection: RabbitmqConnection, state: RabbitmqState): Promise<RabbitmqChannel> {
  try {
    return await connection.createChannel()
  } catch (error) {
    if (error instanceof Error && error.name === 'IllegalOperationError') state.close(error)
    throw error
  }
}

function isManager (value: unknown): value is RabbitmqManager {
  return hasMethods(value, 'isConnected', 'on') && 'connection' in value
}

function isRabbitmqClient (value: unknown): value is RabbitmqClient {
  return isManager(value) || hasMethods(value, 'createChannel', 'on')
}
