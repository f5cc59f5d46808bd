import { once } from 'node:events'
import { createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import { connect } from '@nats-io/transport-node'
import type { NatsConnection } from '@nats-io/transport-node'
import t from 'tap'
import { nats } from '../../../../lib/checks/clients/nats/nats.js'
import type { NatsClient } from '../../../../lib/checks/clients/nats/nats.js'
import { portOf } from '../../../support/app.js'
import { run } from '../../../support/check.js'
import { RecordingLog } from '../../../support/log.js'

type Test = Pick<typeof t, 'teardown'>

/** The controls of the server. */
interface NatsDouble {
  readonly server: Server
  readonly sockets: Set<Socket>
  pings: number
  /** Replaces the answer to a `PING` of a connected client. */
  onPing: ((socket: Socket) => void) | undefined
}

/**
 * Starts a server that sends its `INFO` and answers each `PING`.
 *
 * @see https://docs.nats.io/reference/reference-protocols/nats-protocol
 */
async function startServer (test: Test): Promise<NatsDouble> {
  const double: NatsDouble = { server: createServer(accept), sockets: new Set(), pings: 0, onPing: undefined }
  function accept (socket: Socket): void {
    double.sockets.add(socket)
    socket.on('error', () => undefined).once('close', () => double.sockets.delete(socket))
    const info = { server_id: 'id', server_name: 'mouse', version: '2.9.10', max_payload: 1_000, headers: true }
    socket.write(`INFO ${JSON.stringify(info)}\r\n`)
    socket.on('data', (chunk) => {
      if (!String(chunk).includes('PING\r\n')) return
      double.pings += 1
      if (double.onPing === undefined) socket.write('PONG\r\n')
      else double.onPing(socket)
    })
  }
  test.teardown(() => {
    for (const socket of double.sockets) socket.destroy()
    double.server.close()
  })
  await once(double.server.listen({ host: '127.0.0.1', port: 0 }), 'listening')
  return double
}

async function connectTo (test: Test, { server }: NatsDouble, reconnect = true): Promise<NatsConnection> {
  const servers = `127.0.0.1:${portOf(server)}`
  const connection = await connect({ servers, reconnect, maxReconnectAttempts: -1, reconnectTimeWait: 10 })
  test.teardown(async () => await connection.close())
  return connection
}

await t.test('nats() is UP with the version and the name of a server that answers', async (t) => {
  const connection = await connectTo(t, await startServer(t))
  for (const source of [connection, () => connection]) {
    const details = { version: '2.9.10', serverName: 'mouse', latencyMs: Number }
    t.match(await run(nats(source)), { status: 'UP', details })
  }
})

await t.test('nats() is DOWN without a second PING until the late answer, and then UP', async (t) => {
  const double = await startServer(t)
  const check = nats(await connectTo(t, double))
  const { signal } = new AbortController()
  double.pings = 0
  double.onPing = () => undefined
  for (let count = 0; count < 3; count++) {
    t.match(await check({ signal, timeout: 20, log: new RecordingLog() }), {
      status: 'DOWN',
      details: { error: 'no answer within 18 ms' }
    })
  }
  t.equal(double.pings, 1)
  for (const socket of double.sockets) socket.write('PONG\r\n')
  t.match(await run(check), { status: 'UP' })
  t.equal(double.pings, 1)
})

await t.test('nats() is DOWN at once when the connection breaks, and UP after the reconnect', async (t) => {
  const double = await startServer(t)
  const connection = await connectTo(t, double)
  const check = nats(connection)
  double.onPing = (socket) => {
    double.onPing = undefined
    socket.resetAndDestroy()
  }
  t.match(await run(check), {
    status: 'DOWN',
    details: { error: `disconnected from ${connection.getServer()}, reconnecting` }
  })
  for await (const { type } of connection.status()) if (type === 'reconnect') break
  t.match(await run(check), { status: 'UP' })
  double.onPing = (socket) => {
    double.onPing = undefined
    socket.resetAndDestroy()
  }
  const again = await run(check)
  t.match(again, { status: 'DOWN', details: { error: /^disconnected from / } }, 'the new connection is watched too')
})

await t.test('nats() is DOWN when the connection is closed, with the reason if there is a reason', async (t) => {
  const double = await startServer(t)
  const connection = await connectTo(t, double)
  const check = nats(connection)
  await connection.close()
  t.same((await run(check)).details, { error: 'the connection is closed' })

  const lost = await connectTo(t, double, false)
  for (const socket of double.sockets) socket.resetAndDestroy()
  await lost.closed()
  t.same((await run(nats(lost))).details, { error: 'the connection is closed: read ECONNRESET' })
})

/** A client that has only a state. */
function clientDouble (state: Partial<NatsClient>): NatsClient {
  return {
    rtt: async () => await Promise.resolve(1),
    isClosed: () => false,
    isDraining: () => false,
    closed: async () => await Promise.resolve(),
    getServer: () => '',
    status: () => noStatus(),
    ...state
  }
}

async function * noStatus (error?: Error): AsyncGenerator<{ type: string }> {
  yield await Promise.resolve({ type: 'update' })
  if (error !== undefined) throw error
}

await t.test('nats() is OUT_OF_SERVICE while the connection is draining', async (t) => {
  const check = nats(clientDouble({ isDraining: () => true }))
  t.match(await run(check), {
    status: 'OUT_OF_SERVICE',
    details: { error: 'the connection is draining and will close' }
  })
})

await t.test('nats() is DOWN in time when the connection is slow to close', async (t) => {
  const check = nats(clientDouble({ isClosed: () => true, closed: async () => await new Promise(() => undefined) }))
  const { signal } = new AbortController()
  t.match(await check({ signal, timeout: 20, log: new RecordingLog() }), {
    status: 'DOWN',
    details: { error: 'the connection is closing' }
  })
})

await t.test('nats() is UP when the status events fail and the server has no description', async (t) => {
  const client = clientDouble({ status: () => noStatus(new Error('broken')) })
  t.match(await run(nats(client)), { status: 'UP', details: { latencyMs: Number } })
})

await t.test('nats() throws when its client is invalid', (t) => {
  for (const wrong of [undefined, null, 'nats://localhost', {}, { rtt: nats }]) {
    t.throws(() => nats(wrong as never), {
      code: 'FST_MANAGEMENT_CLIENT_INVALID',
      message: /^the check nats\(\) must be given a NatsConnection /
    })
  }
  t.end()
})
