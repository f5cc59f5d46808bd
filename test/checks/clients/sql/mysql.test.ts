import { EventEmitter } from 'node:events'
import { createServer } from 'node:net'
import type { Server } from 'node:net'
import { createConnection, createPool } from 'mysql2'
import { createPool as createPromisePool } from 'mysql2/promise'
import t from 'tap'
import { mysql } from '../../../../lib/checks/clients/sql/mysql.js'
import type { MysqlClient } from '../../../../lib/checks/clients/sql/mysql.js'
import type { SqlOptions } from '../../../../lib/checks/clients/sql/sql.js'
import type { CheckFunction } from '../../../../lib/health/check/attempt.js'
import { run } from '../../../support/check.js'
import { KeepingLog } from '../../../support/log.js'
import { listen, refusingPort } from '../../../support/loopback.js'

interface Query {
  readonly sql: string
  readonly rowsAsArray: boolean
}

type Result = readonly [unknown, ...unknown[]]

const RESULT: Result = [[['8.4.3', 0]], []]

/** A connection with promises, as a pool lends it. */
class ConnectionDouble extends EventEmitter {
  readonly done: string[] = []
  /** What mysql2 wraps. */
  connection: object = { stream: { destroy: () => this.done.push('socket destroyed') } }
  answer: () => Promise<Result>

  constructor (result: Result = RESULT) {
    super()
    this.answer = async () => await Promise.resolve(result)
  }

  async query ({ sql, rowsAsArray }: Query): Promise<Result> {
    if (!rowsAsArray) throw new Error(`asked for rows that depend on what the app has set: ${sql}`)
    return await this.answer()
  }

  release = (): unknown => this.done.push('released')
  destroy = (): unknown => this.done.push('destroyed')
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

/** A pool with callbacks, and the queues that mysql2 keeps. */
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

/** Asks without a schedule, with 9 ms to answer. */
async function hasten (check: CheckFunction): Promise<unknown> {
  return await check({ signal: new AbortController().signal, timeout: 10, log: new KeepingLog() })
}

await t.test('a pool with callbacks or promises, what @fastify/mysql decorates with and a function are asked alike', async (t) => {
  const pool = new PoolDouble()
  // As mysql2/promise wraps one.
  const promisePool = { pool, getConnection: async () => await pool.take() }
  for (const client of [pool, promisePool, { pool, query: 1 }, { pool: promisePool, query: 1 }, () => pool]) {
    t.match(await run(mysql(client)), { status: 'UP', details: { pool: { open: 3, idle: 1, waiting: 0, most: 10 }, version: '8.4.3', readOnly: false, latencyMs: Number } })
  }
  t.same(pool.connection.done, Array.from({ length: 5 }, () => 'released'))
  t.equal(pool.connection.listenerCount('error'), 0)
})

await t.test('a connection with callbacks or promises, alone or as @fastify/mysql decorates with it, is asked without a pool', async (t) => {
  const connection = new CallbackConnectionDouble()
  const promiseConnection = { connection, query: async () => await Promise.reject(new Error('not the one inside')), execute: () => undefined }
  const unwrapped = { query: async () => await Promise.resolve(RESULT), execute: () => undefined }
  for (const client of [connection, promiseConnection, unwrapped, { connection }, { connection: promiseConnection }]) {
    const { status, details } = await run(mysql(client))
    t.equal(status, 'UP')
    t.same(Object.keys(details ?? {}), ['version', 'readOnly', 'latencyMs'])
  }
})

await t.test('a connection that owes an answer is not asked again', async (t) => {
  let asked = 0
  const connection = new CallbackConnectionDouble()
  connection.inner.answer = async () => await new Promise(() => { asked += 1 })
  const check = mysql({ connection })
  for (let count = 0; count < 3; count++) t.match(await hasten(check), { status: 'DOWN', details: { error: 'no answer within 9 ms' } })
  t.equal(asked, 1)
})

await t.test('a server that only takes reads is UP, unless writes are asked for', async (t) => {
  for (const word of [1, '1', 1n, 'ON', 'NO_LOCK', Buffer.from('1')]) {
    const replica = new PoolDouble([[['11.4.2-MariaDB', word]], []])
    t.match(await run(mysql(replica)), { status: 'UP', details: { readOnly: true, version: '11.4.2-MariaDB' } })
    t.match(await run(mysql(replica, { writable: true })), { status: 'DOWN', details: { error: 'the server takes no writes', readOnly: true } })
  }
  for (const word of [0, '0', 0n, 'OFF', Buffer.from('0')]) {
    t.match(await run(mysql(new PoolDouble([[[Buffer.from('8.4.3'), word]], []]), { writable: true })), { status: 'UP', details: { readOnly: false, version: '8.4.3' } })
  }
})

await t.test('an answer without a row is DOWN', async (t) => {
  const results: readonly Result[] = [[[]], [{ affectedRows: 0 }], [undefined], [[{ version: '8.4.3' }]]]
  for (const result of results) t.match(await run(mysql(new PoolDouble(result))), { status: 'DOWN', details: { error: 'the server answered without a row' } })
})

await t.test('a connection that failed is closed with its socket, and what it says then does not end the process', async (t) => {
  const pool = new PoolDouble()
  const lost = new Error('Connection lost: The server closed the connection.')
  pool.connection.answer = async () => {
    pool.connection.emit('error', lost)
    return await Promise.reject(lost)
  }
  t.match(await run(mysql(pool)), { status: 'DOWN', details: { error: lost.message } })
  t.same(pool.connection.done, ['destroyed', 'socket destroyed'])
  t.ok(pool.connection.emit('error', lost))
})

await t.test('one that owes an answer is closed, although it does not show its socket', async (t) => {
  const pool = new PoolDouble()
  pool.connection.connection = {}
  pool.connection.answer = async () => await new Promise(() => undefined)
  t.match(await hasten(mysql(pool)), { status: 'DOWN', details: { error: 'connected, but no answer within 9 ms' } })
  t.same(pool.connection.done, ['destroyed'])
})

await t.test('a pool that keeps other queues than those of mysql2 is asked all the same', async (t) => {
  const connection = new ConnectionDouble()
  const shapes: readonly object[] = [{}, { config: null, _allConnections: 3, _freeConnections: { length: 'none' } }]
  for (const shape of shapes) {
    const client = { ...shape, getConnection: async () => await Promise.resolve(connection) }
    t.match(await run(mysql(client)), { status: 'UP', details: { pool: { open: 0, idle: 0, waiting: 0, most: 0 } } })
  }
})

await t.test('a pool whose connections are all in use is OUT_OF_SERVICE, or as asked', async (t) => {
  const pool = new PoolDouble()
  pool._freeConnections.length = 0
  pool.take = async () => {
    pool._connectionQueue.length += 1
    return await new Promise(() => undefined)
  }
  t.match(await hasten(mysql(pool)), { status: 'OUT_OF_SERVICE', details: { error: /^the pool is exhausted: none of its 10 connections/ } })
  t.match(await hasten(mysql(pool, { whenExhausted: 'DEGRADED' })), { status: 'DEGRADED' })
})

await t.test('one that lets nobody wait says so in the words of mysql2', async (t) => {
  const pool = new PoolDouble()
  for (const [refusal, status] of [[new Error('No connections available.'), 'OUT_OF_SERVICE'], [new Error('Queue limit reached.'), 'OUT_OF_SERVICE'], [new Error('Pool is closed.'), 'DOWN'], ['No connections available.', 'DOWN']]) {
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
    pool.take = async () => await Promise.reject(refusal)
    t.match(await run(mysql(pool)), { status }, String(refusal))
  }
})

/** A server that lets everybody in, and answers no query. */
function greetingServer (): Server {
  return createServer((socket) => {
    const connection = createConnection({ stream: socket, isServer: true })
    connection.on('error', () => undefined)
    connection.on('query', () => undefined)
    connection.serverHandshake({ protocolVersion: 10, serverVersion: '8.4.3', connectionId: 1, statusFlags: 2, characterSet: 8, capabilityFlags: 0xffffff })
  })
}

await t.test('a pool of mysql2 that is full is OUT_OF_SERVICE, whether one may wait there or not', async (t) => {
  const port = await listen(t, greetingServer())
  for (const options of [{}, { queueLimit: 1 }, { waitForConnections: false }]) {
    const pool = createPromisePool({ host: '127.0.0.1', port, connectionLimit: 1, ...options })
    t.teardown(() => { pool.end().catch(() => undefined) })
    await pool.getConnection()
    pool.getConnection().catch(() => undefined)
    t.match(await hasten(mysql(pool)), { status: 'OUT_OF_SERVICE', details: { pool: { open: 1, idle: 0, most: 1 } } })
  }
})

await t.test('one whose server has let a connection in and then answers nothing is DOWN', async (t) => {
  const pool = createPool({ host: '127.0.0.1', port: await listen(t, greetingServer()) })
  t.teardown(() => pool.end(() => undefined))
  const connection = await pool.promise().getConnection()
  connection.release()
  t.match(await hasten(mysql(pool)), { status: 'DOWN', details: { error: 'connected, but no answer within 9 ms', pool: { open: 1, idle: 1 } } })
})

await t.test('a server that is away, one that resets and one that does not answer are DOWN', async (t) => {
  const away = await refusingPort()
  const resetting = await listen(t, createServer((socket) => socket.resetAndDestroy()))
  const silent = await listen(t, createServer())
  const cases: readonly (readonly [number, RegExp, number])[] = [
    [away, /^connect ECONNREFUSED 127\.0\.0\.1:/, 5_000],
    [resetting, /ECONNRESET|EPIPE|Connection lost/, 5_000],
    [silent, /^no answer to a new connection within 90 ms$/, 100]
  ]
  for (const [port, error, timeout] of cases) {
    const pool = createPool({ host: '127.0.0.1', port })
    const promisePool = createPromisePool({ host: '127.0.0.1', port })
    t.teardown(() => pool.end(() => undefined))
    t.teardown(() => { promisePool.end().catch(() => undefined) })
    for (const client of [pool, promisePool]) t.match(await run(mysql(client), timeout), { status: 'DOWN', details: { error } })
  }
})

await t.test('a connection of mysql2 that was lost is DOWN', async (t) => {
  const connection = createConnection({ host: '127.0.0.1', port: await refusingPort() })
  await new Promise((resolve) => connection.once('error', resolve))
  t.match(await run(mysql(connection)), { status: 'DOWN', details: { error: 'Can\'t add new command when connection is in closed state' } })
})

await t.test('anything else is refused when the check is made', (t) => {
  const wrong: readonly unknown[] = [undefined, null, 'mysql://db', {}, { pool: {} }, { connection: {} }, { query: () => undefined }, { users: new PoolDouble() }]
  for (const nonsense of wrong) {
    t.throws(() => mysql(nonsense as MysqlClient), { code: 'FST_MANAGEMENT_CLIENT_INVALID', message: /^the check mysql\(\) must be given a Pool or a Connection of mysql2, fastify\.mysql, or a function/ })
  }
  t.end()
})

await t.test('options that make no sense are refused', (t) => {
  const wrong: readonly [SqlOptions, RegExp][] = [
    [{ writable: 1 } as never, /option "mysql.writable" must be true or false/],
    [{ whenExhausted: 'UP' } as never, /option "mysql.whenExhausted" must be one of/],
    [{ writeable: true } as never, /option "mysql" must be an object with no other keys than/]
  ]
  for (const [options, message] of wrong) t.throws(() => mysql(new PoolDouble(), options), { code: 'FST_MANAGEMENT_OPTION_INVALID', message })
  t.end()
})
