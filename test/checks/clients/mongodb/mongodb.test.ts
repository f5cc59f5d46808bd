import { once } from 'node:events'
import { createServer } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { MongoClient } from 'mongodb'
import type { MongoClientOptions } from 'mongodb'
import t from 'tap'
import { isMongoDb, mongodb } from '../../../../lib/checks/clients/mongodb/mongodb.js'
import { portOf } from '../../../support/app.js'
import { run } from '../../../support/check.js'
import { MongodbDouble } from '../../../support/servers/mongodb-double.js'
import type { MongodbDoubleOptions } from '../../../support/servers/mongodb-double.js'

type Test = Pick<typeof t, 'teardown'>

async function startServer (test: Test, options?: MongodbDoubleOptions): Promise<MongodbDouble> {
  const server = new MongodbDouble(options)
  test.teardown(async () => await server.close())
  await server.listen()
  return server
}

/** Makes a client of the real driver. */
function clientOf (
  test: Test,
  { port, user, password }: Pick<MongodbDouble, 'port' | 'user' | 'password'>,
  options: MongoClientOptions = {}
): MongoClient {
  const client = new MongoClient(`mongodb://${user}:${password}@127.0.0.1:${port}`, options)
  test.teardown(async () => await client.close())
  return client
}

/** Takes a number of connections from the client's pool. Returns a function that returns them to the pool. */
async function occupy (server: MongodbDouble, client: MongoClient, count: number): Promise<() => Promise<unknown>> {
  const taken: Promise<unknown>[] = []
  while (taken.length < count) {
    const isTaken = once(client, 'connectionCheckedOut')
    taken.push(client.db('admin').command({ sleep: 1 }))
    await isTaken
  }
  // The event comes before the command. A `wake()` in between would miss it.
  while (server.sleeping < count) await nextTurn()
  return async () => {
    server.wake()
    return await Promise.all(taken)
  }
}

await t.test('mongodb() accepts a client, a database, the decorator of @fastify/mongodb, and a function', async (t) => {
  const client = clientOf(t, await startServer(t))
  const db = client.db('cats')
  for (const source of [client, db, { client }, { client, db }, () => client]) {
    const details = { version: '8.0.4', topology: 'Standalone', readOnly: false, latencyMs: Number }
    t.match(await run(mongodb(source)), { status: 'UP', details })
  }
})

await t.test('mongodb() shows the topology and the role of the server in its details', async (t) => {
  const server = await startServer(t)
  const cases: readonly [Record<string, unknown>, string, boolean][] = [
    [{ isWritablePrimary: true, setName: 'rs', hosts: [] }, 'ReplicaSet', false],
    [{ isWritablePrimary: false, secondary: true, setName: 'rs', hosts: [] }, 'ReplicaSet', true],
    [{ isWritablePrimary: true, msg: 'isdbgrid' }, 'Sharded', false]
  ]
  for (const [role, topology, readOnly] of cases) {
    server.role = role
    const client = clientOf(t, server, { directConnection: true })
    t.match(await run(mongodb(client)), { status: 'UP', details: { topology, readOnly } })
    t.match(await run(mongodb(client, { writable: true })), {
      status: readOnly ? 'DOWN' : 'UP',
      details: { ...readOnly && { error: 'the server is read-only' }, topology }
    })
  }
})

await t.test('a replica set without a primary is UP, and DOWN with the option writable', async (t) => {
  const server = await startServer(t)
  const me = `127.0.0.1:${server.port}`
  server.role = { isWritablePrimary: false, secondary: true, setName: 'rs', hosts: [me], me }
  const client = clientOf(t, server, {
    replicaSet: 'rs',
    readPreference: 'primaryPreferred',
    serverSelectionTimeoutMS: 200
  })
  const [reading, writing] = [mongodb(client), mongodb(client, { writable: true })]
  t.match(await run(reading), { status: 'UP', details: { topology: 'ReplicaSet', readOnly: true } })
  t.match(await run(writing, 100), { status: 'DOWN', details: { error: 'no answer within 90 ms: no primary' } })
})

await t.test('mongodb() reads the version once, and again after the topology has changed', async (t) => {
  const server = await startServer(t)
  const client = clientOf(t, server, { monitorCommands: true })
  const names: string[] = []
  client.on('commandStarted', ({ commandName }) => names.push(commandName))
  const check = mongodb(client)
  for (let count = 0; count < 3; count++) t.match(await run(check), { status: 'UP', details: { version: '8.0.4' } })
  t.same(names, ['hello', 'buildInfo', 'hello', 'hello'])
  const port = server.port
  await server.close()
  const later = new MongodbDouble({ replies: { buildInfo: { version: '9.0.0', ok: 1 } } })
  t.teardown(async () => await later.close())
  await later.listen(port)
  while ((await run(check)).status !== 'UP');
  t.match(await run(check), { status: 'UP', details: { version: '9.0.0' } })
})

await t.test('mongodb() is UP without a version when the server does not report it', async (t) => {
  for (const buildInfo of [{ ok: 0, code: 13, errmsg: 'not authorized' }, { ok: 1 }]) {
    const check = mongodb(clientOf(t, await startServer(t, { replies: { buildInfo } })))
    for (let count = 0; count < 2; count++) {
      t.match(await run(check), { status: 'UP', details: { version: undefined, readOnly: false } })
    }
  }
})

await t.test('mongodb() is DOWN with the reason when the password is wrong', async (t) => {
  const { port, user } = await startServer(t)
  const client = clientOf(t, { port, user, password: 'wrong' })
  t.match(await run(mongodb(client)), { status: 'DOWN', details: { error: 'Authentication failed.' } })
})

await t.test('mongodb() is DOWN with the reason when there is no server', async (t) => {
  const gone = createServer()
  await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve))
  const port = portOf(gone)
  await new Promise((resolve) => gone.close(resolve))
  const check = mongodb(clientOf(t, { port, user: 'a', password: 'b' }))
  t.match(await run(check, 500), {
    status: 'DOWN',
    details: { error: `no answer within 450 ms: connect ECONNREFUSED 127.0.0.1:${port}` }
  })
})

await t.test('mongodb() is DOWN with the driver\'s error when the driver gives up first', async (t) => {
  const gone = createServer()
  await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve))
  const port = portOf(gone)
  await new Promise((resolve) => gone.close(resolve))
  const check = mongodb(clientOf(t, { port, user: 'a', password: 'b' }, { serverSelectionTimeoutMS: 2_000 }))
  t.match(await run(check), { status: 'DOWN', details: { error: `connect ECONNREFUSED 127.0.0.1:${port}` } })
})

await t.test('mongodb() forgets the failure of a server that has left the deployment', async (t) => {
  const client = clientOf(t, await startServer(t))
  const check = mongodb(client)
  client.emit('serverHeartbeatFailed', { connectionId: 'a:1', failure: new Error('no route') } as never)
  client.emit('serverClosed', { address: 'a:1' } as never)
  client.emit('connectionCheckedOut', { address: 'a:1', connectionId: 1 } as never)
  t.match(await run(check, 1), { status: 'DOWN', details: { error: 'no answer within 1 ms' } })
})

await t.test('an exhausted pool has the status whenExhausted until a connection is free', async (t) => {
  const server = await startServer(t)
  const client = clientOf(t, server, { maxPoolSize: 2 })
  const [check, patient] = [mongodb(client, { exhaustedFor: 0 }), mongodb(client)]
  t.match(await run(check), { status: 'UP' })
  const release = await occupy(server, client, 2)
  const reason = 'the pool is exhausted: none of its 2 connections became free in time'
  const details = { error: reason, exhaustedMs: Number, waiting: 0 }
  t.match(await run(patient, 100), { status: 'DEGRADED', details })
  t.match(await run(check, 100), { status: 'OUT_OF_SERVICE', details: { error: reason } })
  await release()
  t.match(await run(check), { status: 'UP' })
})

await t.test('a pool is OUT_OF_SERVICE when its waitQueueTimeoutMS ends the wait', async (t) => {
  const server = await startServer(t)
  const client = clientOf(t, server, { maxPoolSize: 1, waitQueueTimeoutMS: 20 })
  const check = mongodb(client, { exhaustedFor: 0 })
  while ((await run(check)).status !== 'UP');
  const release = await occupy(server, client, 1)
  t.match(await run(check), {
    status: 'OUT_OF_SERVICE',
    details: { error: 'the pool is exhausted: none of its 1 connections became free in time' }
  })
  await release()
  const error = Object.assign(new Error('Timed out while checking out a connection'), {
    name: 'MongoWaitQueueTimeoutError'
  })
  const slow = { client, command: async () => await Promise.reject(error) }
  const result = await run(mongodb(slow))
  t.match(result, { status: 'DOWN', details: { error: error.message } }, 'not exhausted, but slow to connect')
})

await t.test('a pool is OUT_OF_SERVICE when the wait ends with an error of another realm', async (t) => {
  const server = await startServer(t)
  const client = clientOf(t, server, { maxPoolSize: 1 })
  const foreign = { name: 'MongoWaitQueueTimeoutError', message: 'Timed out while checking out a connection' }
  // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
  const check = mongodb({ client, command: async () => await Promise.reject(foreign) }, { exhaustedFor: 0 })
  t.match(await run(check), { status: 'DOWN' }, 'from now on the check counts the connections of the pool')
  const release = await occupy(server, client, 1)
  t.match(await run(check), { status: 'OUT_OF_SERVICE' })
  await release()
})

await t.test('a silent server is DOWN, not exhausted, when the check itself uses the only connection', async (t) => {
  const server = await startServer(t)
  for (const maxPoolSize of [0, 1]) {
    const client = clientOf(t, server, { maxPoolSize })
    const check = mongodb(client)
    t.match(await run(check), { status: 'UP' })
    server.isSilent = true
    t.match(await run(check, 100), { status: 'DOWN', details: { error: 'no answer within 90 ms' } })
    server.isSilent = false
    t.match(await run(check), { status: 'UP' }, 'no place in the pool stays taken')
  }
})

await t.test('mongodb() is DOWN when the answer is not a document', async (t) => {
  const client = clientOf(t, await startServer(t))
  const database = { client, command: async () => await Promise.resolve('yes') }
  t.match(await run(mongodb(database)), { status: 'DOWN', details: { error: 'the server answered with no document' } })
})

await t.test('mongodb() adds its listeners to a client once', async (t) => {
  const client = clientOf(t, await startServer(t))
  const before = client.listenerCount('topologyDescriptionChanged')
  const check = mongodb(client)
  for (let count = 0; count < 3; count++) t.match(await run(check), { status: 'UP' })
  t.equal(client.listenerCount('topologyDescriptionChanged') - before, 1)
})

await t.test('mongodb() throws when its client or an option is invalid', async (t) => {
  const client = clientOf(t, await startServer(t))
  for (const wrong of [undefined, null, 'mongodb://localhost', {}, { client: {} }, Promise.resolve(client)]) {
    t.throws(() => mongodb(wrong as never), {
      code: 'FST_MANAGEMENT_CLIENT_INVALID',
      message: /^the check mongodb\(\) must be given a MongoClient or a Db of mongodb/
    })
    t.equal(isMongoDb(wrong), false)
  }
  const cases: readonly [unknown, RegExp][] = [
    [{ writable: 1 }, /"mongodb\.writable" must be true or false/],
    [{ whenExhausted: 'UP' }, /"mongodb\.whenExhausted" must be one of DOWN, OUT_OF_SERVICE, DEGRADED/],
    [{ timeout: 1 }, /unknown option "mongodb\(client\)\.timeout" .*, expected one of writable, whenExhausted/]
  ]
  for (const [options, message] of cases) {
    t.throws(() => mongodb(client, options as never), { code: 'FST_MANAGEMENT_OPTION_INVALID', message })
  }
})
