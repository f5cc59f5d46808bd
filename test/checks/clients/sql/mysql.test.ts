import { EventEmitter } from 'node:events'
import { createServer } from 'node:net'
import type { Server } from 'node:net'
import { createConnection, createPool } from 'mysql2'
import { createPool as createPromisePool } from 'mysql2/promise'
import t from 'tap'
import { mysql } from '../../../../lib/checks/clients/sql/mysql.js'
import type { MysqlClient } from '../../../../lib/checks/clients/sql/mysql.js'
import type { SqlOptions } from '../../../../lib/checks/clients/sql/sql-options.js'
import type { CheckFunction } from '../../../../lib/health/check/check-function.js'
import { run } from '../../../support/check.js'
import { RecordingLog } from '../../../support/log.js'
import { listen, refusingPort } from '../../../support/loopback.js'

interface Query {
  readonly sql: string
  readonly rowsAsArray: boolean
}

type Result = readonly [unknown, ...unknown[]]

const RESULT: Result = [[['8.4.3', 0]], []]

/** A connection with promises, as a pool returns it. */
class ConnectionDouble extends EventEmitter {
  /** The methods that the check has called. */
  readonly calls: string[] = []
  /** The inner connection that mysql2 wraps. */
  connection: object = { stream: { destroy: () => this.calls.push('socket destroyed') } }
  answer: () => Promise<Result>

  constructor (result: Result = RESULT) {
    super()
    this.answer = async () => await Promise.resolve(result)
  }

  async query ({ sql, rowsAsArray }: Query): Promise<Result> {
    if (!rowsAsArray) throw new Error(`the shape of the rows depends on the app's settings: ${sql}`)
    return await this.answer()
  }

  release = (): unknown => this.calls.push('released')
  destroy = (): unknown => this.calls.push('destroyed')
}

/** A connection with callbacks. */
class CallbackConnectionDouble {
  readonly inner: ConnectionDouble

  constructor (inner = new ConnectionDouble()) {
    this.inner = inner
  }

  query = (): never => { throw new Error('a callback is missing') }
  execute = this.query
  promise = (): ConnectionDouble => this.inner
}

/** A pool with callbacks, and with the private queues of mysql2. */
class PoolDouble {
  readonly connection: ConnectionDouble
  readonly config = { connectionLimit: 10 }
  readonly _allConnections = { length: 3 }
  readonly _freeConnections = { length: 1 }
  readonly _connectionQueue = { length: 0 }
  take: () => Promise<ConnectionDouble>

  constructor (result?: Result) {
    this.connection = new ConnectionDouble(result)
    this.take = async () => await Promise.resolve(this.connection)
  }

  getConnection = (): never => { throw new Error('a callback is missing') }
  promise = (): { getConnection: () => Promise<ConnectionDouble> } => ({ getConnection: async () => await this.take() })
}

/** Runs a check that has 9 ms for its answer. */
async function runBriefly (check: CheckFunction): Promise<unknown> {
  return await check({ signal: new AbortController().signal, timeout: 10, log: new RecordingLog() })
}

await t.test('mysql() accepts a pool with callbacks or promises, fastify.mysql and a function', async (t) => {
  const pool = new PoolDouble()
  // Like the wrapper of mysql2/promise.
  const promisePool = { pool, getConnection: async () => await pool.take() }
  for (const client of [pool, promisePool, { pool, query: 1 }, { pool: promisePool, query: 1 }, () => pool]) {
    const pool = { open: 3, idle: 1, waiting: 0, max: 10 }
    const details = { pool, version: '8.4.3', readOnly: false, latencyMs: Number }
    t.match(await run(mysql(client)), { status: 'UP', details })
  }
  t.same(pool.connection.calls, Array.from({ length: 5 }, () => 'released'))
  t.equal(pool.connection.listenerCount('error'), 0)
})

await t.test('mysql() queries a single connection without pool details', async (t) => {
  const connection = new CallbackConnectionDouble()
  const promiseConnection = {
    connection,
    query: async () => await Promise.reject(new Error('not the inner connection')),
    execute: () => undefined
  }
  const unwrapped = { query: async () => await Promise.resolve(RESULT), execute: () => undefined }
  for (const client of [connection, promiseConnection, unwrapped, { connection }, { connection: promiseConnection }]) {
    const { status, details } = await run(mysql(client))
    t.equal(status, 'UP')
    t.same(Object.keys(details ?? {}), ['version', 'readOnly', 'latencyMs'])
  }
})

await t.test('mysql() sends no second query while a single connection owes an answer', async (t) => {
  let queries = 0
  const connection = new CallbackConnectionDouble()
  connection.inner.answer = async () => await new Promise(() => { queries += 1 })
  const check = mysql({ connection })
  for (let count = 0; count < 3; count++) {
    t.match(await runBriefly(check), { status: 'DOWN', details: { error: 'no answer within 9 ms' } })
  }
  t.equal(queries, 1)
})

await t.test('a read-only server is UP, and DOWN with the option writable', async (t) => {
  for (const word of [1, '1', 1n, 'ON', 'NO_LOCK', Buffer.from('1')]) {
    const replica = new PoolDouble([[['11.4.2-MariaDB', word]], []])
    t.match(await run(mysql(replica)), { status: 'UP', details: { readOnly: true, version: '11.4.2-MariaDB' } })
    t.match(await run(mysql(replica, { writable: true })), {
      status: 'DOWN',
      details: { error: 'the server is read-only', readOnly: true }
    })
  }
  for (const word of [0, '0', 0n, 'OFF', Buffer.from('0')]) {
    const primary = new PoolDouble([[[Buffer.from('8.4.3'), word]], []])
    t.match(await run(mysql(primary, { writable: true })), {
      status: 'UP',
      details: { readOnly: false, version: '8.4.3' }
    })
  }
})

await t.test('an answer without a row is DOWN', async (t) => {
  const results: readonly Result[] = [[[]], [{ affectedRows: 0 }], [undefined], [[{ version: '8.4.3' }]]]
  for (const result of results) {
    const check = mysql(new PoolDouble(result))
    t.match(await run(check), { status: 'DOWN', details: { error: 'the server answered without a row' } })
  }
})

await t.test('mysql() closes a failed connection, and a later error of it does not end the process', async (t) => {
  const pool = new PoolDouble()
  const lost = new Error('Connection lost: The server closed the connection.')
  pool.connection.answer = async () => {
    pool.connection.emit('error', lost)
    return await Promise.reject(lost)
  }
  t.match(await run(mysql(pool)), { status: 'DOWN', details: { error: lost.message } })
  t.same(pool.connection.calls, ['destroyed', 'socket destroyed'])
  t.ok(pool.connection.emit('error', lost))
})

await t.test('mysql() closes a connection that owes an answer when its socket is not visible', async (t) => {
  const pool = new PoolDouble()
  pool.connection.connection = {}
  pool.connection.answer = async () => await new Promise(() => undefined)
  t.match(await runBriefly(mysql(pool)), { status: 'DOWN', details: { error: 'connected, but no answer within 9 ms' } })
  t.same(pool.connection.calls, ['destroyed'])
})

await t.test('mysql() reports zeros for a pool without the private queues of mysql2', async (t) => {
  const connection = new ConnectionDouble()
  const shapes: readonly object[] = [{}, { config: null, _allConnections: 3, _freeConnections: { length: 'none' } }]
  for (const shape of shapes) {
    const client = { ...shape, getConnection: async () => await Promise.resolve(connection) }
    t.match(await run(mysql(client)), { status: 'UP', details: { pool: { open: 0, idle: 0, waiting: 0, max: 0 } } })
  }
})

await t.test('mysql() adds one request to the queue of a pool that hides its connections', async (t) => {
  const pool = new PoolDouble()
  Object.defineProperty(pool, '_allConnections', { value: undefined })
  let requests = 0
  pool.take = async () => {
    requests += 1
    return await new Promise(() => undefined)
  }
  const check = mysql(pool)
  for (let count = 0; count < 3; count++) t.match(await runBriefly(check), { status: 'DOWN' })
  t.equal(requests, 1)
})

await t.test('a pool has the status whenExhausted when all its connections are in use', async (t) => {
  const pool = new PoolDouble()
  pool._freeConnections.length = 0
  pool.take = async () => {
    pool._connectionQueue.length += 1
    return await new Promise(() => undefined)
  }
  t.match(await runBriefly(mysql(pool)), { status: 'DEGRADED', details: { exhaustedMs: Number, waiting: 0 } })
  t.match(await runBriefly(mysql(pool, { exhaustedFor: 0 })), {
    status: 'OUT_OF_SERVICE',
    details: { error: /^the pool is exhausted: none of its 10 connections/ }
  })
  t.match(await runBriefly(mysql(pool, { exhaustedFor: 0, whenExhausted: 'DOWN' })), { status: 'DOWN' })
})

await t.test('a pool is OUT_OF_SERVICE when mysql2 rejects because no caller may wait', async (t) => {
  const pool = new PoolDouble()
  const cases: readonly (readonly [unknown, string])[] = [
    [new Error('No connections available.'), 'OUT_OF_SERVICE'],
    [new Error('Queue limit reached.'), 'OUT_OF_SERVICE'],
    [{ message: 'Queue limit reached.' }, 'OUT_OF_SERVICE'],
    [new Error('Pool is closed.'), 'DOWN'],
    ['No connections available.', 'DOWN']
  ]
  for (const [error, status] of cases) {
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
    pool.take = async () => await Promise.reject(error)
    t.match(await run(mysql(pool, { exhaustedFor: 0 })), { status }, String(error))
  }
})

/** A server that accepts each login and never answers a query. */
function greetingServer (): Server {
  return createServer((socket) => {
    const connection = createConnection({ stream: socket, isServer: true })
    connection.on('error', () => undefined)
    connection.on('query', () => undefined)
    connection.serverHandshake({
      protocolVersion: 10,
      serverVersion: '8.4.3',
      connectionId: 1,
      statusFlags: 2,
      characterSet: 8,
      capabilityFlags: 0xffffff
    })
  })
}

await t.test('a full pool of mysql2 is OUT_OF_SERVICE with each of its queue settings', async (t) => {
  const port = await listen(t, greetingServer())
  for (const options of [{}, { queueLimit: 1 }, { waitForConnections: false }]) {
    const pool = createPromisePool({ host: '127.0.0.1', port, connectionLimit: 1, ...options })
    t.teardown(() => { pool.end().catch(() => undefined) })
    await pool.getConnection()
    pool.getConnection().catch(() => undefined)
    t.match(await runBriefly(mysql(pool, { exhaustedFor: 0 })), {
      status: 'OUT_OF_SERVICE',
      details: { pool: { open: 1, idle: 0, max: 1 } }
    })
  }
})

await t.test('a server is DOWN when it accepts the login and then answers no query', async (t) => {
  const pool = createPool({ host: '127.0.0.1', port: await listen(t, greetingServer()) })
  t.teardown(() => pool.end(() => undefined))
  const connection = await pool.promise().getConnection()
  connection.release()
  t.match(await runBriefly(mysql(pool)), {
    status: 'DOWN',
    details: { error: 'connected, but no answer within 9 ms', pool: { open: 1, idle: 1 } }
  })
})

await t.test('a server is DOWN when it is stopped, resets connections or does not answer', async (t) => {
  const stopped = await refusingPort()
  const resetting = await listen(t, createServer((socket) => socket.resetAndDestroy()))
  const silent = await listen(t, createServer())
  const cases: readonly (readonly [number, RegExp, number])[] = [
    [stopped, /^connect ECONNREFUSED 127\.0\.0\.1:/, 5_000],
    [resetting, /ECONNRESET|EPIPE|Connection lost/, 5_000],
    [silent, /^could not open a connection within 90 ms$/, 100]
  ]
  for (const [port, error, timeout] of cases) {
    const pool = createPool({ host: '127.0.0.1', port })
    const promisePool = createPromisePool({ host: '127.0.0.1', port })
    t.teardown(() => pool.end(() => undefined))
    t.teardown(() => { promisePool.end().catch(() => undefined) })
    for (const client of [pool, promisePool]) {
      t.match(await run(mysql(client), timeout), { status: 'DOWN', details: { error } })
    }
  }
})

await t.test('a single connection of mysql2 is DOWN after it was lost', async (t) => {
  const connection = createConnection({ host: '127.0.0.1', port: await refusingPort() })
  await new Promise((resolve) => connection.once('error', resolve))
  t.match(await run(mysql(connection)), {
    status: 'DOWN',
    details: { error: 'Can\'t add new command when connection is in closed state' }
  })
})

await t.test('mysql() throws when its client is invalid', (t) => {
  const wrong: readonly unknown[] = [
    undefined, null, 'mysql://db', {}, { pool: {} }, { connection: {} }, { query: () => undefined },
    { users: new PoolDouble() }
  ]
  const message = /^the check mysql\(\) must be given a Pool or a Connection of mysql2 or mariadb, fastify\.mysql, or a/
  for (const client of wrong) {
    t.throws(() => mysql(client as MysqlClient), { code: 'FST_MANAGEMENT_CLIENT_INVALID', message })
  }
  t.end()
})

await t.test('mysql() throws when an option is invalid', (t) => {
  const wrong: readonly [SqlOptions, RegExp][] = [
    [{ writable: 1 } as never, /option "mysql.writable" must be true or false/],
    [{ whenExhausted: 'UP' } as never, /option "mysql.whenExhausted" must be one of/],
    [{ writeable: true } as never, /unknown option "mysql\(client\)\.writeable" \(did you mean "writable"\?\)/]
  ]
  for (const [options, message] of wrong) {
    t.throws(() => mysql(new PoolDouble(), options), { code: 'FST_MANAGEMENT_OPTION_INVALID', message })
  }
  t.end()
})
