import { EventEmitter } from 'node:events'
import { createServer } from 'node:net'
import type { Socket } from 'node:net'
import memjs from 'memjs'
import Memcached from 'memcached'
import t from 'tap'
import { memcached } from '../../../../lib/checks/clients/memcached/memcached.js'
import { versionsOf } from '../../../../lib/checks/clients/memcached/memcached-client.js'
import type { MemcachedClient } from '../../../../lib/checks/clients/memcached/memcached-client.js'
import { run } from '../../../support/check.js'
import { ManualClock } from '../../../support/clock.js'
import { listen, refusingPort } from '../../../support/loopback.js'

type Test = Pick<typeof t, 'teardown'>

const STAT = 0x10
const HEADER_LENGTH = 24

/** One answer of the binary protocol. An answer without a key ends the statistics. */
function stat (opaque: Buffer, key: string, value: string): Buffer {
  const header = Buffer.alloc(HEADER_LENGTH)
  header.writeUInt16BE(key.length, 2)
  header.writeUInt32BE(key.length + value.length, 8)
  header.set([0x81, STAT])
  opaque.copy(header, 12)
  return Buffer.concat([header, Buffer.from(key + value)])
}

function answer (socket: Socket, request: Buffer): void {
  if (String(request) === 'version\r\n') socket.write('VERSION 1.6.18\r\n')
  const opaque = request.subarray(12, 16)
  if (request[1] === STAT) socket.write(Buffer.concat([stat(opaque, 'version', '1.6.18'), stat(opaque, '', '')]))
}

/** Starts a server that knows the text protocol of memcached, and the binary one of memjs. */
async function startServer (test: Test, onData = answer): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined).on('data', (request) => onData(socket, request))
  })
  return `127.0.0.1:${await listen(test, server)}`
}

function memjsClient (test: Test, ...servers: readonly string[]): memjs.Client {
  const client = memjs.Client.create(servers.join(','), { logger: { log: () => undefined } })
  test.teardown(() => client.close())
  return client
}

function packageClient (test: Test, ...servers: readonly string[]): Memcached {
  // Without this limit, a timer keeps the process for five minutes.
  const limits = { failuresTimeout: 1 }
  const client = new Memcached([...servers], { retry: 1, ...limits })
  test.teardown(() => client.end())
  return client
}

const CLIENTS = { memjs: memjsClient, memcached: packageClient }

for (const [name, connect] of Object.entries(CLIENTS)) {
  await t.test(`memcached() is UP with the version when all servers answer a client of ${name}`, async (t) => {
    const client = connect(t, await startServer(t), await startServer(t))
    const details = { version: '1.6.18', servers: 2, latencyMs: Number }
    for (const source of [client, () => client]) {
      t.match(await run(memcached(source)), { status: 'UP', details })
    }
  })

  await t.test(`memcached() is DEGRADED when some servers of ${name} refuse, and DOWN when all do`, async (t) => {
    const refusing = `127.0.0.1:${await refusingPort()}`
    t.match(await run(memcached(connect(t, await startServer(t), refusing))), {
      status: 'DEGRADED',
      details: { error: `1 of 2 servers not answering: connect ECONNREFUSED ${refusing}`, servers: 2 }
    })
    t.match(await run(memcached(connect(t, refusing))), {
      status: 'DOWN',
      details: { error: `connect ECONNREFUSED ${refusing}`, servers: 1 }
    })
  })

  await t.test(`memcached() is DOWN in time after one request when the server of ${name} hangs`, async (t) => {
    let requests = 0
    const check = memcached(connect(t, await startServer(t, () => { requests += 1 })))
    const error = 'no answer within 90 ms'
    for (let count = 0; count < 2; count++) t.match(await run(check, 100), { status: 'DOWN', details: { error } })
    t.equal(requests, 1)
  })
}

type Command = (makeQuery: () => { readonly callback: (error: unknown) => void }) => void

/** A client of memcached with one server and an open connection. */
function packageDouble (connection: EventEmitter, command: Command, issues: object = {}): MemcachedClient {
  const methods = { version: () => undefined, settings: () => undefined, touch: () => undefined, end: () => undefined }
  const allocate = (connected: (error: undefined, connection: EventEmitter) => void): void => {
    connected(undefined, connection)
  }
  const connections = { 'cache:11211': { allocate, retries: 5 } }
  return Object.assign(methods, { command, issues, servers: ['cache'], connections })
}

await t.test('memcached() gives a request up when the client never calls back', async (t) => {
  const clock = new ManualClock()
  const connection = new EventEmitter()
  const client = packageDouble(connection, () => undefined)
  const rejected = t.rejects(versionsOf(client, clock), { message: 'the client lost the request' })
  await clock.pass(5_000)
  await rejected
})

await t.test('memcached() is DOWN when the connection of memcached closes before the answer', async (t) => {
  const connection = new EventEmitter()
  const versions = versionsOf(packageDouble(connection, () => connection.emit('close')))
  t.same(await versions, { versions: [], servers: 1, failure: 'the connection is closed' })
  t.equal(connection.listenerCount('error') + connection.listenerCount('close'), 0)
})

await t.test('memcached() is DOWN with the last error while the client of memcached waits after it', async (t) => {
  const connection = new EventEmitter()
  const refuse = (): never => { throw new Error('expected no request') }
  for (const last of ['Error: read ECONNRESET', new Error('read ECONNRESET')]) {
    const client = packageDouble(connection, refuse, { 'cache:11211': { failed: true, messages: ['older', last] } })
    const failure = 'the client waits before it uses cache:11211 again: read ECONNRESET'
    t.same(await versionsOf(client), { versions: [], servers: 1, failure })
  }
  const answerError: Command = (makeQuery) => makeQuery().callback(new Error('busy'))
  const client = packageDouble(connection, answerError, { 'cache:11211': { failed: false } })
  t.same(await versionsOf(client), { versions: [], servers: 1, failure: 'busy' })
})

await t.test('memcached() accepts a server of memjs that reports no version', async (t) => {
  const others = { statsWithKey: () => 0, get: () => 0, set: () => 0 }
  const client: MemcachedClient = { ...others, servers: [''], stats: (callback) => callback(null, '', {}) }
  t.match(await run(memcached(client)), { status: 'UP', details: { version: '', servers: 1 } })
})
