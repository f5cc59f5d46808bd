import { EventEmitter } from 'node:events'
import t from 'tap'
import { rabbitmq } from '../../../../lib/checks/clients/rabbitmq/rabbitmq.js'
import type {
  RabbitmqChannel,
  RabbitmqConnection,
  RabbitmqManager,
  RabbitmqOptions
} from '../../../../lib/checks/clients/rabbitmq/rabbitmq.js'
import type { CheckFunction } from '../../../../lib/health/check/check-function.js'
import { run } from '../../../support/check.js'
import { RecordingLog } from '../../../support/log.js'

const SERVER = { product: 'RabbitMQ', version: '4.0.5' }

class ChannelDouble extends EventEmitter implements RabbitmqChannel {
  readonly #closing: (channel: ChannelDouble) => unknown

  constructor (closing: (channel: ChannelDouble) => unknown) {
    super()
    this.#closing = closing
  }

  close (): unknown {
    return this.#closing(this)
  }
}

/** Closes a channel as a server does. */
async function closed (channel: ChannelDouble): Promise<void> {
  await Promise.resolve()
  channel.emit('close')
}

/** A connection with the parts of amqplib's connection that the check uses. */
class ConnectionDouble extends EventEmitter implements RabbitmqConnection {
  readonly connection = { serverProperties: SERVER }
  readonly channels: ChannelDouble[] = []
  open: (channel: ChannelDouble) => Promise<ChannelDouble> | ChannelDouble = async (channel) => {
    return await Promise.resolve(channel)
  }

  closing: (channel: ChannelDouble) => unknown = closed

  createChannel (): Promise<ChannelDouble> | ChannelDouble {
    const channel = new ChannelDouble(this.closing)
    this.channels.push(channel)
    return this.open(channel)
  }
}

async function runBriefly (check: CheckFunction): Promise<unknown> {
  return await check({ signal: new AbortController().signal, timeout: 20, log: new RecordingLog() })
}

/** The error of amqplib for a closed connection. */
function illegal (): Error {
  return Object.assign(new Error('Connection closed (Error: Unexpected close)'), {
    name: 'IllegalOperationError'
  })
}

await t.test('rabbitmq() is UP with the server\'s description when it can open and close a channel', async (t) => {
  const connection = new ConnectionDouble()
  for (const client of [connection, () => connection]) {
    t.match(await run(rabbitmq(client)), { status: 'UP', details: { ...SERVER, latencyMs: Number } })
  }
  t.equal(connection.channels.length, 2)
})

await t.test('rabbitmq() accepts a connection of the callback API', async (t) => {
  const connection = new ConnectionDouble()
  connection.open = (channel) => channel
  connection.closing = (channel) => {
    queueMicrotask(() => channel.emit('close'))
  }
  t.match(await run(rabbitmq(connection)), { status: 'UP' })
  connection.closing = () => { throw new Error('Channel closed') }
  t.match(await run(rabbitmq(connection)), { status: 'DOWN', details: { error: 'Channel closed' } })
})

await t.test('rabbitmq() is UP without the server\'s description if the connection hides it', async (t) => {
  for (const hidden of [undefined, {}]) {
    const connection = new ConnectionDouble()
    Object.defineProperty(connection, 'connection', { value: hidden })
    const { status, details } = await run(rabbitmq(connection))
    t.equal(status, 'UP')
    t.same(Object.keys(details ?? {}), ['latencyMs'])
  }
})

await t.test('a silent server is DOWN with one pending channel, which is closed when it opens late', async (t) => {
  const connection = new ConnectionDouble()
  let answer = (): void => undefined
  connection.open = async (channel) => await new Promise((resolve) => { answer = () => resolve(channel) })
  const check = rabbitmq(connection)
  for (let count = 0; count < 3; count++) {
    t.match(await runBriefly(check), { status: 'DOWN', details: { error: 'no answer within 18 ms' } })
  }
  t.equal(connection.channels.length, 1)
  const closed = new Promise((resolve) => connection.channels[0]?.once('close', resolve))
  answer()
  await closed
  connection.open = async (channel) => await Promise.resolve(channel)
  t.match(await run(check), { status: 'UP' })
})

await t.test('rabbitmq() is DOWN when the channel fails, and the error does not end the process', async (t) => {
  const connection = new ConnectionDouble()
  connection.closing = (channel) => channel.emit('error', new Error('Channel closed by server: 504 (CHANNEL-ERROR)'))
  const check = rabbitmq(connection)
  t.match(await run(check), { status: 'DOWN', details: { error: 'Channel closed by server: 504 (CHANNEL-ERROR)' } })
  t.equal(connection.channels[0]?.emit('error', new Error('again')), true)
  connection.open = async () => await Promise.reject(new Error('No channels left to allocate'))
  t.match(await run(check), { status: 'DOWN', details: { error: 'No channels left to allocate', ...SERVER } })
})

await t.test('a closed connection is DOWN with the reason, and gets no request', async (t) => {
  const cases: readonly [Error | undefined, string][] = [
    [new Error('Heartbeat timeout'), 'the connection is closed: Heartbeat timeout'],
    [undefined, 'the connection is closed']
  ]
  for (const [error, reason] of cases) {
    const connection = new ConnectionDouble()
    const check = rabbitmq(connection)
    connection.emit('close', error)
    t.same((await run(check)).details, { error: reason })
    t.equal(connection.channels.length, 0)
  }
})

await t.test('a connection that breaks during a request is DOWN with the reason', async (t) => {
  const closing = new ConnectionDouble()
  closing.closing = async (channel) => {
    channel.emit('close')
    closing.emit('close', new Error('read ECONNRESET'))
    await new Promise(() => undefined)
  }
  const opening = new ConnectionDouble()
  opening.open = async () => {
    await Promise.resolve()
    opening.emit('close', new Error('read ECONNRESET'))
    throw new Error('Channel ended, no reply will be forthcoming')
  }
  for (const connection of [closing, opening]) {
    t.match(await run(rabbitmq(connection)), {
      status: 'DOWN',
      details: { error: 'the connection is closed: read ECONNRESET' }
    })
  }
})

await t.test('a connection that closed before the first run gets one request only', async (t) => {
  const { name, message } = illegal()
  // The second is like an error of another realm.
  for (const rejected of [illegal(), { name, message }]) {
    const connection = new ConnectionDouble()
    connection.open = async () => await Promise.reject(rejected)
    const check = rabbitmq(() => connection)
    const error = /^the connection is closed: Connection closed \(/
    for (let count = 0; count < 3; count++) t.match(await run(check), { status: 'DOWN', details: { error } })
    t.equal(connection.channels.length, 1)
  }
})

await t.test('rabbitmq() uses the app\'s new connection after the old connection closed', async (t) => {
  let connection: ConnectionDouble | undefined = new ConnectionDouble()
  const check = rabbitmq(() => connection)
  t.match(await run(check), { status: 'UP' })
  connection.emit('close', new Error('gone'))
  t.match(await run(check), { status: 'DOWN' })
  connection = undefined
  t.match(await run(check), { status: 'DOWN', details: { error: 'the app has no client at the moment' } })
  connection = new ConnectionDouble()
  t.match(await run(check), { status: 'UP' })
})

await t.test('a reconnecting connection is DOWN with the last reason until it has reconnected', async (t) => {
  const connection = new ConnectionDouble()
  const check = rabbitmq(connection)
  const cases: readonly [string, unknown, string][] = [
    ['disconnect', new Error('Unexpected close'), 'no connection: Unexpected close'],
    ['connect-failed', new Error('connect ECONNREFUSED'), 'no connection: connect ECONNREFUSED'],
    ['connectFailed', { err: new Error('connect ETIMEDOUT') }, 'no connection: connect ETIMEDOUT'],
    ['reconnect-failed', new Error('given up'), 'no connection: given up']
  ]
  for (const [event, cause, reason] of cases) {
    connection.emit(event, cause)
    t.match(await run(check), { status: 'DOWN', details: { error: reason } }, event)
  }
  connection.emit('connect')
  t.match(await run(check), { status: 'UP' })
})

await t.test('a blocked connection has the status whenBlocked and the server\'s reason', async (t) => {
  const connection = new ConnectionDouble()
  const cases: readonly [RabbitmqOptions, string][] = [
    [{}, 'DEGRADED'],
    [{ whenBlocked: undefined }, 'DEGRADED'],
    [{ whenBlocked: 'OUT_OF_SERVICE' }, 'OUT_OF_SERVICE']
  ]
  for (const cause of ['low on memory', { reason: 'low on memory' }]) {
    for (const [options, status] of cases) {
      const check = rabbitmq(connection, options)
      connection.emit('blocked', cause)
      t.match(await run(check), {
        status,
        details: { error: 'the server blocks publishing: low on memory', ...SERVER }
      })
      connection.emit('unblocked')
      t.match(await run(check), { status: 'UP' })
    }
  }
  connection.emit('blocked', 'low on disk')
  connection.emit('connect')
  t.match(await run(rabbitmq(connection)), { status: 'UP' }, 'a new connection is not blocked')
})

await t.test('rabbitmq() adds its listeners to a connection once, and adds no error listener', async (t) => {
  const connection = new ConnectionDouble()
  const check = rabbitmq(connection)
  for (let count = 0; count < 3; count++) t.match(await run(check), { status: 'UP' })
  t.same(connection.eventNames().filter((name) => connection.listenerCount(name) > 2), [])
  t.equal(connection.listenerCount('close'), 1)
  t.equal(connection.listenerCount('error'), 0)
})

class ManagerDouble extends EventEmitter implements RabbitmqManager {
  connection: ConnectionDouble | undefined
  isConnected = (): boolean => this.connection !== undefined
}

await t.test('rabbitmq() accepts a connection manager, and is DOWN while it has no connection', async (t) => {
  const manager = new ManagerDouble()
  const check = rabbitmq(manager)
  t.match(await run(check), { status: 'DOWN', details: { error: 'no connection' } })
  manager.emit('connectFailed', { err: new Error('connect ECONNREFUSED') })
  t.match(await run(check), { status: 'DOWN', details: { error: 'no connection: connect ECONNREFUSED' } })
  manager.connection = new ConnectionDouble()
  t.match(await run(check), { status: 'UP', details: SERVER })
  manager.isConnected = () => false
  t.match(await run(check), { status: 'DOWN' })
})

await t.test('rabbitmq() throws when its client or an option is invalid', (t) => {
  for (const wrong of [undefined, null, 'amqp://localhost', {}, { createChannel: rabbitmq }]) {
    t.throws(() => rabbitmq(wrong as never), {
      code: 'FST_MANAGEMENT_CLIENT_INVALID',
      message: /^the check rabbitmq\(\) must be given a connection of amqplib/
    })
  }
  const cases: readonly [unknown, RegExp][] = [
    [{ whenBlocked: 'UP' }, /"rabbitmq\.whenBlocked" must be one of DOWN, OUT_OF_SERVICE, DEGRADED/],
    [{ writable: true }, /unknown option "rabbitmq\(connection\)\.writable", expected one of whenBlocked/]
  ]
  for (const [options, message] of cases) {
    const make = (): CheckFunction => rabbitmq(new ConnectionDouble(), options as never)
    t.throws(make, { code: 'FST_MANAGEMENT_OPTION_INVALID', message })
  }
  t.end()
})
