import type { CheckFunction } from '../../../health/check/check-function.js'
import type { FailureStatus } from '../../../health/check/options.js'
import { readyMadeOptions } from '../../kit/ready-made-options.js'
import { failureStatus } from '../../kit/rules.js'
import { readyMade } from '../../kit/ready-made.js'
import { CheckFailure, timed } from '../../kit/result.js'
import type { Details } from '../../kit/result.js'
import { SharedRequest } from '../../kit/shared-request.js'
import { RabbitmqState } from './rabbitmq-state.js'
import type { RabbitmqEvents } from './rabbitmq-state.js'
import { RABBITMQ_MISTAKES } from './rabbitmq-mistakes.js'
import { clientFrom } from '../client-source.js'
import type { ClientSource } from '../client-source.js'
import { PerClient } from '../per-client.js'
import { isErrorLike } from '../../../base/error-like.js'
import { hasMethods, isFunction } from '../../../base/type-guards.js'

/** The parts of an amqplib channel that the check uses. */
export interface RabbitmqChannel {
  on (event: 'error', listener: (error: Error) => void): unknown
  once (event: 'close', listener: () => void): unknown
  close (): unknown
}

/** The server's own description of itself. */
export interface RabbitmqServer {
  readonly product?: string | undefined
  readonly version?: string | undefined
}

/** The parts of an amqplib connection that the check uses, with promises or callbacks. */
export interface RabbitmqConnection extends RabbitmqEvents {
  /** The server's description. A connection with the option `recovery` does not show it. */
  readonly connection?: { readonly serverProperties?: RabbitmqServer }
  createChannel (...nothing: never[]): RabbitmqChannel | PromiseLike<RabbitmqChannel>
}

/** The parts of an `AmqpConnectionManager` of amqp-connection-manager that the check uses. */
export interface RabbitmqManager extends RabbitmqEvents {
  /** Undefined while the manager is connecting. */
  readonly connection: RabbitmqConnection | undefined
  isConnected (): boolean
}

/**
 * A connection of amqplib, or a manager that reopens it.
 *
 * @see `docs/ready-made-checks.md#rabbitmq`
 */
export type RabbitmqClient = RabbitmqConnection | RabbitmqManager

/**
 * The options of `rabbitmq()`.
 *
 * @see `docs/ready-made-checks.md#rabbitmq`
 */
export interface RabbitmqOptions {
  /**
   * The status while the server blocks publishing because it is short of memory or disk.
   *
   * @default 'DEGRADED'
   * @example { whenBlocked: 'DOWN' }
   * @see `docs/ready-made-checks.md#rabbitmq`
   */
  readonly whenBlocked?: FailureStatus | undefined
}

const CLIENT_TYPE = {
  check: 'rabbitmq',
  description: 'a connection of amqplib, or a function that returns one',
  is: isRabbitmqClient,
  mistakes: RABBITMQ_MISTAKES
}

const readOptions = readyMadeOptions<{ readonly whenBlocked: FailureStatus }>('connection', {
  whenBlocked: failureStatus('DEGRADED')
})

/**
 * Makes a check that opens and closes a channel on the app's own connection to RabbitMQ.
 *
 * @param connection a connection of amqplib, one with its option `recovery` too, an `AmqpConnectionManager` of
 *   amqp-connection-manager, or a function that returns it
 * @throws FST_MANAGEMENT_CLIENT_INVALID, FST_MANAGEMENT_OPTION_INVALID
 * @example fastify.management.addCheck('readiness', 'rabbitmq', rabbitmq(() => connection))
 * @see `docs/ready-made-checks.md#rabbitmq`
 */
export function rabbitmq (connection: ClientSource<RabbitmqClient>, options: RabbitmqOptions = {}): CheckFunction {
  const current = clientFrom(connection, CLIENT_TYPE)
  const { whenBlocked } = readOptions(options, 'rabbitmq')
  const states: States = new PerClient((source: RabbitmqEvents) => new RabbitmqState(source))
  const request = new SharedRequest(async (connection: RabbitmqConnection) => {
    return await timed(async () => await openAndClose(connection, states.of(connection)))
  })
  // Listens from now on: the client reports an event only once, perhaps before the first run.
  if (!isFunction(connection)) states.of(current())
  return readyMade(async ({ limit, details }) => {
    const connection = connectionOf(current(), states)
    const state = states.of(connection)
    assertConnected(state)
    Object.assign(details, serverOf(connection))
    if (state.blocked !== undefined) throw new CheckFailure(whenBlocked, `the server blocks publishing${state.blocked}`)
    try {
      const { latencyMs } = await request.send(connection, limit)
      details['latencyMs'] = latencyMs
    } finally {
      // If the connection was lost meanwhile, its error explains more than the channel's.
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
  return { product: connection?.serverProperties?.product, version: connection?.serverProperties?.version }
}

/** Waits for the event `close`: `close()` may never settle, and returns no promise in the callback API. */
async function openAndClose (connection: RabbitmqConnection, state: RabbitmqState): Promise<void> {
  const channel = await open(connection, state)
  await new Promise<void>((resolve, reject) => {
    // An error without a listener would end the process.
    channel.on('error', reject)
    channel.once('close', resolve)
    Promise.resolve(channel.close()).catch(reject)
  })
}

/** Marks a closed connection, so that no run tries it again: amqplib leaks each channel that it cannot open. */
async function open (connection: RabbitmqConnection, state: RabbitmqState): Promise<RabbitmqChannel> {
  try {
    return await connection.createChannel()
  } catch (error) {
    if (isErrorLike(error) && error.name === 'IllegalOperationError') state.close(error)
    throw error
  }
}

function isManager (value: unknown): value is RabbitmqManager {
  return hasMethods(value, 'isConnected', 'on') && 'connection' in value
}

function isRabbitmqClient (value: unknown): value is RabbitmqClient {
  return isManager(value) || hasMethods(value, 'createChannel', 'on')
}
