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
import { KeepingLog } from '../../../support/log.js'

type Test = Pick<typeof t, 'teardown'>

/** What a test may do to a server. */
interface NatsDouble {
  readonly server: Server
  readonly sockets: Set<Socket>
  pings: number
  /** What is done with a `PING` instead of answering it, once the client is connected. */
  onPing: ((socket: Socket) => void) | undefined
}

/** A server that says who it is and answers each `PING`, see https://docs.nats.io/reference/reference-protocols/nats-protocol */
async function startServer (test: Test): Promise<NatsDouble> {
  const double: NatsDouble = { server: createServer(accept), sockets: new Set(), pings: 0, onPing: undefined }
  function accept (socket: Socket): void {
    double.sockets.add(socket)
    socket.on('error', () => undefined).once('close', () => double.sockets.delete(socket))
    socket.write(`INFO ${JSON.stringify({ server_id: 'id', server_name: 'mouse', version: '2.9.10', max_payload: 1_000, headers: true })}\r\n`)
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
  const connection = await connect({ servers: `127.0.0.1:${portOf(server)}`, reconnect, maxReconnectAttempts: -1, reconnectTimeWait: 10 })
  test.teardown(async () => await connection.close())
  return connection
}

await t.test('a server that answers is UP, with its version and its name', async (t) => {
  const connection = await connectTo(t, await startServer(t))
  for (const source of [connection, () => connection]) {
    t.match(await run(nats(source)), { status: 'UP', details: { version: '2.9.10', serverName: 'mouse', latencyMs: Number } })
  }
})

await t.test('a server that does not answer is DOWN, and is not asked again meanwhile; its late answer counts', async (t) => {
  const double = await startServer(t)
  const check = nats(await connectTo(t, double))
  const { signal } = new AbortController()
  double.pings = 0
  double.onPing = () => undefined
  for (let count = 0; count < 3; count++) {
    t.match(await check({ signal, timeout: 20, log: new KeepingLog() }), { status: 'DOWN', details: { error: 'no answer within 18 ms' } })
  }
  t.equal(double.pings, 1)
  for (const socket of double.sockets) socket.write('PONG\r\n')
  t.match(await run(check), { status: 'UP' })
  t.equal(double.pings, 1)
})

await t.test('a connection that breaks with the question on its way is DOWN at once, and UP when there is another', async (t) => {
  const double = await startServer(t)
  const connection = await connectTo(t, double)
  const check = nats(connection)
  double.onPing = (socket) => {
    double.onPing = undefined
    socket.resetAndDestroy()
  }
  t.match(await run(check), { status: 'DOWN', details: { error: `the connection is lost, and there is none to ${connection.getServer()} yet` } })
  for await (const { type } of connection.status()) if (type === 'reconnect') break
  t.match(await run(check), { status: 'UP' })
  double.onPing = (socket) => {
    double.onPing = undefined
    socket.resetAndDestroy()
  }
  t.match(await run(check), { status: 'DOWN', details: { error: /^the connection is lost/ } }, 'the next one is watched as well')
})

await t.test('a connection that is closed is DOWN, with the reason where there is one', async (t) => {
  const double = await startServer(t)
  const connection = await connectTo(t, double)
  const check = nats(connection)
  await connection.close()
  t.same((await run(check)).details, { error: 'the connection is closed' })

  const lone = await connectTo(t, double, false)
  for (const socket of double.sockets) socket.resetAndDestroy()
  await lone.closed()
  t.same((await run(nats(lone))).details, { error: 'the connection is closed: read ECONNRESET' })
})

/** A client of which nothing is there but its state. */
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

await t.test('a connection that is draining is OUT_OF_SERVICE', async (t) => {
  const check = nats(clientDouble({ isDraining: () => true }))
  t.match(await run(check), { status: 'OUT_OF_SERVICE', details: { error: 'the connection is draining, and will be closed' } })
})

await t.test('a connection that takes its time to be closed is DOWN in time', async (t) => {
  const check = nats(clientDouble({ isClosed: () => true, closed: async () => await new Promise(() => undefined) }))
  const { signal } = new AbortController()
  t.match(await check({ signal, timeout: 20, log: new KeepingLog() }), { status: 'DOWN', details: { error: 'the connection is being closed' } })
})

await t.test('a status that fails, or a client without information of a server, does no harm', async (t) => {
  t.match(await run(nats(clientDouble({ status: () => noStatus(new Error('broken')) }))), { status: 'UP', details: { latencyMs: Number } })
})

await t.test('what is no connection is refused at once', (t) => {
  for (const wrong of [undefined, null, 'nats://localhost', {}, { rtt: nats }]) {
    t.throws(() => nats(wrong as never), { code: 'FST_MANAGEMENT_CLIENT_INVALID', message: /^the check nats\(\) must be given a NatsConnection / })
  }
  t.end()
})
