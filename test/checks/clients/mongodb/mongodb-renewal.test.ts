import { setTimeout as sleep } from 'node:timers/promises'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer as createTlsServer } from 'node:tls'
import { MongoClient, ObjectId } from 'mongodb'
import type { MongoClientOptions } from 'mongodb'
import t from 'tap'
import { mongodb } from '../../../../lib/checks/clients/mongodb/mongodb.js'
import { secondClientOf } from '../../../../lib/checks/clients/mongodb/second-client.js'
import { portOf } from '../../../support/app.js'
import { CERTIFICATE, CHAIN } from '../../../support/certificate.js'
import { run, standaloneCheck } from '../../../support/check.js'
import { RecordingLog } from '../../../support/log.js'
import { MongodbDouble } from '../../../support/servers/mongodb-double.js'
import type { MongodbDoubleOptions } from '../../../support/servers/mongodb-double.js'

type Test = Pick<typeof t, 'teardown'>

/** Every run opens a new connection. */
const ALWAYS = { renewAfter: 1 }

async function startServer (test: Test, options?: MongodbDoubleOptions): Promise<MongodbDouble> {
  const server = new MongodbDouble(options)
  test.teardown(async () => await server.close())
  await server.listen()
  return server
}

/** Makes a client of the real driver, with one connection in its pool. */
async function connectTo (
  test: Test, port: number, options: MongoClientOptions = {}, query = ''
): Promise<MongoClient> {
  const client = new MongoClient(`mongodb://tester:tested@127.0.0.1:${port}/${query}`, options)
  test.teardown(async () => await client.close())
  await client.db('admin').command({ ping: 1 })
  return client
}

/** Makes a listener that connects each client of another server with the double. */
function forwardTo (server: MongodbDouble): (socket: Socket) => void {
  return (socket) => {
    const upstream = connect(server.port, '127.0.0.1')
    socket.pipe(upstream).pipe(socket)
    socket.on('error', () => upstream.destroy())
    socket.once('close', () => upstream.destroy())
    upstream.on('error', () => socket.destroy())
    upstream.once('close', () => socket.destroy())
  }
}

/** Makes a check with a renewal that is due. */
async function dueCheck (client: MongoClient): Promise<ReturnType<typeof mongodb>> {
  const check = mongodb(client, ALWAYS)
  await run(check)
  await sleep(2)
  return check
}

async function settled (server: MongodbDouble, sockets: number): Promise<void> {
  while (server.sockets !== sockets) await sleep(5)
}

await t.test('mongodb() logs in over a new connection when renewAfter has passed, and closes it', async (t) => {
  const server = await startServer(t)
  const client = await connectTo(t, server.port)
  const check = await dueCheck(client)
  const { logins, sockets } = server
  t.match(await run(check), { status: 'UP' })
  t.equal(server.logins, logins + 1)
  await settled(server, sockets)
  t.equal(server.connections, 1, 'the pool keeps its connection')
})

await t.test('mongodb() opens no second connection when renewAfter is 0 or has not passed', async (t) => {
  const server = await startServer(t)
  const client = await connectTo(t, server.port)
  for (const options of [{ renewAfter: 0 }, {}]) {
    const check = mongodb(client, options)
    for (let count = 0; count < 3; count++) {
      t.match(await run(check), { status: 'UP' })
      await sleep(2)
    }
  }
  t.equal(server.logins, 1)
})

await t.test('mongodb() is DOWN while the password is not accepted any more, and keeps the pool', async (t) => {
  const server = await startServer(t)
  const client = await connectTo(t, server.port)
  const closed: unknown[] = []
  client.on('connectionClosed', (event) => closed.push(event))
  const check = await dueCheck(client)
  server.password = 'rotated'
  for (let count = 0; count < 3; count++) {
    t.match(await run(check), {
      status: 'DOWN',
      details: { version: '8.0.4', error: 'a new connection fails: Authentication failed.' }
    })
  }
  await client.db('cats').command({ ping: 1 })
  t.same(closed, [], 'the connection of the app works')
  server.password = 'tested'
  t.match(await run(check), { status: 'UP' })
})

await t.test('mongodb() is DOWN when the server refuses new connections and the pool still works', async (t) => {
  const server = await startServer(t)
  const client = await connectTo(t, server.port)
  const check = await dueCheck(client)
  const { port } = server
  server.stopListening()
  const error = `a new connection fails: connect ECONNREFUSED 127.0.0.1:${port}`
  t.match(await run(check), { status: 'DOWN', details: { error } })
  await client.db('cats').command({ ping: 1 })
})

await t.test('mongodb() is DEGRADED when the server has no room for a new connection', async (t) => {
  const server = await startServer(t)
  const client = await connectTo(t, server.port)
  const check = await dueCheck(client)
  server.newConnections = 'close'
  const error = 'a new connection fails: the server closed it before an answer'
  t.match(await run(check), { status: 'DEGRADED', details: { error: new RegExp(`^${error}`) } })
  server.newConnections = 'accept'
  t.match(await run(check), { status: 'UP' })
})

await t.test('mongodb() is DOWN when a new connection gets no answer, and closes it', async (t) => {
  const server = await startServer(t)
  const check = await dueCheck(await connectTo(t, server.port))
  const { sockets } = server
  server.newConnections = 'ignore'
  const error = 'a new connection fails: no answer within 90 ms'
  t.match(await run(check, 100), { status: 'DOWN', details: { error } })
  await settled(server, sockets)
})

await t.test('mongodb() closes its new connection when the check is removed', async (t) => {
  const server = await startServer(t)
  const check = await dueCheck(await connectTo(t, server.port))
  const { sockets } = server
  server.newConnections = 'ignore'
  const standalone = standaloneCheck(check, { timeout: 60_000 })
  const pending = standalone.probe()
  while (server.sockets === sockets) await sleep(5)
  standalone.check.close()
  await pending
  await settled(server, sockets)
})

await t.test('mongodb() uses the TLS options of the client for a new connection', async (t) => {
  const server = await startServer(t)
  const tlsServer = createTlsServer(CERTIFICATE, forwardTo(server))
  t.teardown(() => tlsServer.close())
  await new Promise<void>((resolve) => tlsServer.listen(0, '127.0.0.1', resolve))
  const options = { tls: true, ca: CERTIFICATE.cert, directConnection: true }
  const check = await dueCheck(await connectTo(t, portOf(tlsServer), options))
  t.match(await run(check), { status: 'UP' })
  await sleep(2)
  tlsServer.setSecureContext({ key: CHAIN.key, cert: `${CHAIN.leaf}\n${CHAIN.intermediate}` })
  const error = 'a new connection fails: unable to get local issuer certificate'
  t.match(await run(check), { status: 'DOWN', details: { error } }, 'the certificate has changed')
})

await t.test('mongodb() opens a new connection to a Unix socket, and without a login', async (t) => {
  const server = await startServer(t)
  const folder = await mkdtemp(join(tmpdir(), 'mongodb-'))
  t.teardown(async () => await rm(folder, { recursive: true }))
  const path = join(folder, 'mongodb.sock')
  const socketServer = createServer(forwardTo(server))
  t.teardown(() => socketServer.close())
  await new Promise<void>((resolve) => socketServer.listen(path, resolve))
  const client = new MongoClient(`mongodb://${encodeURIComponent(path)}`)
  t.teardown(async () => await client.close())
  const check = await dueCheck(client)
  t.match(await run(check), { status: 'UP' })
  await sleep(2)
  server.newConnections = 'close'
  t.match(await run(check), { status: 'DEGRADED' })
})

await t.test('mongodb() logs in with the mechanism of the client', async (t) => {
  const server = await startServer(t)
  const mechanism = await connectTo(t, server.port, { authMechanism: 'SCRAM-SHA-256', authSource: 'admin' })
  const check = await dueCheck(mechanism)
  const { logins } = server
  t.match(await run(check), { status: 'UP' })
  t.equal(server.logins, logins + 1)
  const certificate = new MongoClient(`mongodb://127.0.0.1:${server.port}`, { authMechanism: 'MONGODB-X509' })
  t.match(secondClientOf(certificate, 'mongo.local:1', 100).options, {
    hosts: [{ host: 'mongo.local', port: 1 }],
    credentials: { mechanism: 'MONGODB-X509', source: '$external', username: '' }
  })
})

await t.test('mongodb() opens a new connection behind a load balancer', async (t) => {
  const server = await startServer(t, { role: { isWritablePrimary: true, msg: 'isdbgrid', serviceId: new ObjectId() } })
  const check = await dueCheck(await connectTo(t, server.port, {}, '?loadBalanced=true'))
  const { logins } = server
  t.match(await run(check), { status: 'UP', details: { topology: 'Sharded' } })
  t.equal(server.logins, logins + 1)
})

await t.test('mongodb() opens a new connection for a client of a derived class', async (t) => {
  class OwnClient extends MongoClient {
    constructor (settings: { readonly port: number }) {
      super(`mongodb://tester:tested@127.0.0.1:${settings.port}`)
    }

    override async close (): Promise<void> { await super.close() }
  }
  const server = await startServer(t)
  const client = new OwnClient(server)
  t.teardown(async () => await client.close())
  const check = await dueCheck(client)
  const { logins } = server
  t.match(await run(check), { status: 'UP' })
  t.equal(server.logins, logins + 1)
})

await t.test('mongodb() warns once and opens no connection when it cannot copy the client', async (t) => {
  const server = await startServer(t)
  const client = await connectTo(t, server.port)
  const credentials = { mechanism: 'MONGODB-AWS' }
  const on = client.on.bind(client)
  const db = client.db.bind(client)
  const cases: readonly [string, object][] = [
    ['the client has no options', { __proto__: client, options: [] }],
    ['the client has no class', { __proto__: null, on, options: client.options, db, close: db }],
    ['the client has another class', { __proto__: { db, close: db, constructor: Array }, on, options: client.options }],
    ['MONGODB-AWS would fetch another token', { __proto__: client, options: { ...client.options, credentials } }]
  ]
  for (const [reason, copy] of cases) {
    const database = {
      client: copy as MongoClient,
      command: async () => await client.db('admin').command({ hello: 1 })
    }
    const check = mongodb(database, ALWAYS)
    const log = new RecordingLog()
    for (let count = 0; count < 3; count++) {
      t.match(await check({ signal: new AbortController().signal, timeout: 5_000, log }), { status: 'UP' })
      await sleep(2)
    }
    t.match(log.lines, [{ level: 'warn', message: `the check opens no connections of its own: ${reason}` }])
  }
  t.equal(server.logins, 1)
})

await t.test('mongodb() opens no connection when it has not seen the server of the client', async (t) => {
  const server = await startServer(t)
  const client = new MongoClient(`mongodb://tester:tested@127.0.0.1:${server.port}/`)
  const check = mongodb({ client, command: async () => await Promise.resolve({ ok: 1 }) }, ALWAYS)
  for (let count = 0; count < 2; count++) {
    t.match(await run(check), { status: 'UP' })
    await sleep(2)
  }
  t.equal(server.sockets, 0)
})
