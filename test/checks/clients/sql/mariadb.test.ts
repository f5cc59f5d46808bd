import { EventEmitter } from 'node:events'
import { isDeepStrictEqual } from 'node:util'
import t from 'tap'
import { plainError } from '../../../../lib/checks/clients/sql/mariadb-call.js'
import type { MariadbCallback, MariadbQuery } from '../../../../lib/checks/clients/sql/mariadb-client.js'
import { reasonNotToOpen } from '../../../../lib/checks/clients/sql/mariadb-outside.js'
import { mysql } from '../../../../lib/checks/clients/sql/mysql.js'
import type { MysqlClient } from '../../../../lib/checks/clients/sql/mysql.js'
import type { SqlOptions } from '../../../../lib/checks/clients/sql/sql-options.js'
import type { CheckFunction } from '../../../../lib/health/check/check-function.js'
import type { CheckResult } from '../../../../lib/health/check/result.js'
import type { RunResult } from '../../../../lib/health/check/result.js'
import { run } from '../../../support/check.js'
import { RecordingLog } from '../../../support/log.js'

/** An error as the connector makes it: with the number of its connection, and further lines. */
function sqlError (sqlMessage: string, errno: number, cause?: Error): Error {
  const message = `(conn:7, no: ${errno}, SQLState: HY000) ${sqlMessage}\nsql: SELECT`
  return Object.assign(new Error(message, cause === undefined ? {} : { cause }), { sqlMessage, errno })
}

/** The server and everything that was done to it. */
class ServerDouble {
  readonly calls: string[] = []
  rows: unknown = [['10.11.6-MariaDB', 0n]]
  query: () => Promise<unknown> = async () => await Promise.resolve(this.rows)
  connect: () => Promise<unknown> = async () => await Promise.resolve()
}

/** The inner connection, which the connector wraps and hides. */
class InnerConnectionDouble extends EventEmitter {
  readonly opts: { readonly user: string, readonly server: ServerDouble }
  socket: object | undefined

  constructor (opts: InnerConnectionDouble['opts']) {
    super()
    // The connector makes an emitter of the options.
    this.opts = Object.assign(new EventEmitter(), opts)
    this.socket = { destroy: (error: Error) => opts.server.calls.push(`socket destroyed: ${error.message}`) }
  }

  async connect (): Promise<unknown> {
    this.opts.server.calls.push(`connect ${Object.keys(this.opts).filter((key) => !key.startsWith('_')).join()}`)
    return await this.opts.server.connect()
  }

  end (_options: object, resolve: () => void): void {
    this.opts.server.calls.push('end')
    resolve()
  }
}

/** A connection, with promises. */
class ConnectionDouble {
  readonly inner: InnerConnectionDouble

  constructor (inner: InnerConnectionDouble) {
    this.inner = inner
  }

  on = (event: string, listener: () => void): unknown => this.inner.on(event, listener)
  off = (event: string, listener: () => void): unknown => this.inner.off(event, listener)
  listenerCount = (event: string): number => this.inner.listenerCount(event)
  isValid = (): boolean => true
  serverVersion = (): string => '10.11.6-MariaDB'
  destroy = (): unknown => this.inner.opts.server.calls.push('destroyed')

  query (query: MariadbQuery, ..._rest: readonly unknown[]): unknown {
    const options = { rowsAsArray: true, metaAsArray: false, nestTables: false, typeCast: undefined }
    if (!isDeepStrictEqual({ ...query, sql: '' }, { sql: '', ...options })) throw new Error('wrong options')
    return this.inner.opts.server.query()
  }

  release (_callback?: MariadbCallback): unknown {
    this.inner.opts.server.calls.push('released')
    return Promise.resolve()
  }
}

/** A connection, with callbacks. Its query returns a command, and changes its options. */
class CallbackConnectionDouble extends ConnectionDouble {
  override query (query: MariadbQuery, ...[, callback]: readonly [undefined, MariadbCallback]): unknown {
    void (super.query(query) as Promise<unknown>).then((rows) => callback(null, rows), callback)
    return Object.assign(new EventEmitter(), Object.assign(query, { metaAsArray: true }))
  }

  override release (callback: MariadbCallback): unknown {
    void super.release()
    callback(null)
    return undefined
  }
}

/** A pool, with promises. */
class PoolDouble extends EventEmitter {
  readonly server = new ServerDouble()
  readonly connection: ConnectionDouble
  open = 1
  idle = 1
  waiting = 0
  take: () => Promise<unknown>

  constructor (Connection = ConnectionDouble) {
    super()
    this.connection = new Connection(new InnerConnectionDouble({ user: 'app', server: this.server }))
    this.take = async () => await Promise.resolve(this.connection)
  }

  totalConnections = (): number => this.open
  idleConnections = (): number => this.idle
  taskQueueSize = (): number => this.waiting
  override toString = (): string => `poolPromise(active=0 idle=${this.idle} limit=2)`
  getConnection (_callback?: MariadbCallback): unknown {
    return this.take()
  }
}

/** A pool, with callbacks. */
class CallbackPoolDouble extends PoolDouble {
  constructor () {
    super(CallbackConnectionDouble)
  }

  override getConnection (callback: MariadbCallback): unknown {
    void this.take().then((connection) => callback(null, connection), callback)
    return undefined
  }
}

function mariadb (client: unknown, options?: SqlOptions): CheckFunction {
  return mysql(client as MysqlClient, options)
}

/** Runs a check until it gives up. */
async function runBriefly (check: CheckFunction): Promise<CheckResult> {
  return await check({ signal: new AbortController().signal, timeout: 100, log: new RecordingLog() })
}

const never = async (): Promise<never> => await new Promise(() => undefined)

await t.test('mysql() accepts a pool of mariadb, also wrapped or returned by a function', async (t) => {
  for (const pool of [new PoolDouble(), new CallbackPoolDouble()]) {
    for (const client of [pool, { pool }, () => pool]) {
      t.match(await run(mariadb(client)), {
        status: 'UP',
        details: {
          pool: { open: 1, opening: 0, idle: 1, waiting: 0, max: 2 },
          version: '10.11.6-MariaDB',
          readOnly: false,
          latencyMs: Number
        }
      })
    }
    t.same(pool.server.calls, ['released', 'released', 'released'])
    t.equal(pool.connection.inner.listenerCount('error'), 0)
  }
})

await t.test('the limit of a pool of mariadb is 0 when its text lacks the limit', async (t) => {
  const pool = Object.assign(new PoolDouble(), { toString: () => 'pool' })
  t.match(await run(mariadb(pool)), { status: 'UP', details: { pool: { open: 1, max: 0 } } })
})

await t.test('mysql() queries a single connection of mariadb without pool details', async (t) => {
  const server = new ServerDouble()
  server.rows = [['11.8.1-MariaDB', 'ON']]
  const inner = new InnerConnectionDouble({ user: 'app', server })
  for (const connection of [new ConnectionDouble(inner), new CallbackConnectionDouble(inner)]) {
    const { status, details } = await run(mariadb(connection))
    t.equal(status, 'UP')
    t.match(details, { version: '11.8.1-MariaDB', readOnly: true, latencyMs: Number })
    t.notOk(details?.['pool'])
  }
})

await t.test('mysql() warns when a single connection of mariadb has no error listener', async (t) => {
  const inner = new InnerConnectionDouble({ user: 'app', server: new ServerDouble() })
  const log = new RecordingLog()
  const context = { signal: new AbortController().signal, timeout: 1_000, log }
  await mariadb(new ConnectionDouble(inner))(context)
  t.match(log.lines, [{ level: 'warn', message: /no "error" listener/ }])
  inner.on('error', () => undefined)
  await mariadb(new ConnectionDouble(inner))(context)
  t.equal(log.lines.length, 1)
})

await t.test('a failed query is DOWN with the server\'s message, and its connection is closed', async (t) => {
  for (const pool of [new PoolDouble(), new CallbackPoolDouble()]) {
    pool.server.query = async () => await Promise.reject(sqlError('Query execution was interrupted', 1317))
    t.match(await run(mariadb(pool)), { status: 'DOWN', details: { error: 'Query execution was interrupted' } })
    t.same(pool.server.calls, ['socket destroyed: the check has closed the connection'])
  }
})

await t.test('a connection without a socket is destroyed by the connector', async (t) => {
  const pool = new PoolDouble()
  pool.server.query = async () => await Promise.reject(sqlError('reset', 1))
  pool.connection.inner.socket = undefined
  await run(mariadb(pool))
  t.same(pool.server.calls, ['destroyed'])
})

await t.test('an answer without a row, and a pool without a connection, are DOWN', async (t) => {
  const pool = new PoolDouble()
  pool.server.rows = []
  t.match(await run(mariadb(pool)), { status: 'DOWN', details: { error: 'the server answered without a row' } })
  pool.take = async () => await Promise.resolve({})
  t.match(await run(mariadb(pool)), { status: 'DOWN', details: { error: 'the pool returned no connection' } })
})

await t.test('a pool of mariadb is OUT_OF_SERVICE when all its connections stay in use', async (t) => {
  const pool = Object.assign(new PoolDouble(), { open: 2, idle: 0, waiting: 1, take: never })
  const error = 'the pool is exhausted: none of its 2 connections became free in time'
  const atOnce = { exhaustedFor: 0 }
  t.match(await runBriefly(mariadb(pool)), { status: 'DEGRADED', details: { error, waiting: 0, exhaustedMs: Number } })
  t.match(await runBriefly(mariadb(pool, atOnce)), { status: 'OUT_OF_SERVICE', details: { error } })
  pool.take = async () => await Promise.reject(sqlError('pool timeout: failed to retrieve a connection', 45_028))
  t.match(await run(mariadb(pool, atOnce)), { status: 'OUT_OF_SERVICE', details: { error } })
})

await t.test('a pool of mariadb is not exhausted while it pings a connection or may open another', async (t) => {
  const pinging = Object.assign(new PoolDouble(), { open: 2, idle: 0, waiting: 0, take: never })
  const opening = Object.assign(new PoolDouble(), { open: 1, idle: 0, waiting: 1, take: never })
  for (const pool of [pinging, opening]) {
    t.match(await runBriefly(mariadb(pool)), {
      status: 'DOWN',
      details: { error: 'could not open a connection within 90 ms' }
    })
  }
})

await t.test('a request that a run has left in the queue serves the next run', async (t) => {
  const pool = Object.assign(new PoolDouble(), { open: 0, idle: 0 })
  let requests = 0
  let give: (connection: unknown) => void = () => undefined
  pool.take = async () => await new Promise((resolve) => {
    requests += 1
    give = resolve
  })
  const check = mariadb(pool)
  await runBriefly(check)
  const next = run(check)
  give(pool.connection)
  t.match(await next, { status: 'UP' })
  t.equal(requests, 1)
})

await t.test('the reason names the last error of a pool that hides it', async (t) => {
  const pool = Object.assign(new PoolDouble(), { open: 0, idle: 0, take: never })
  const check = mariadb(pool)
  const wrap = (cause: Error): Error => sqlError('Error during pool initialization', 45_061, cause)
  pool.emit('error', wrap(sqlError('Access denied', 1045)))
  const error = 'could not open a connection within 90 ms: Access denied'
  t.match(await runBriefly(check), { status: 'DOWN', details: { error } })
  pool.emit('error', wrap(sqlError('Connection timeout: failed to create socket after 1000ms', 45_012)))
  t.match(await runBriefly(check), { status: 'DOWN', details: { error } }, 'a timeout is no reason')
})

await t.test('the check opens a connection of its own to learn why the pool has none', async (t) => {
  const pool = new PoolDouble()
  const check = mariadb(pool, { renewAfter: 0 })
  await run(check)
  Object.assign(pool, { open: 0, idle: 0, take: never })
  pool.server.connect = async () => await Promise.reject(new Error('connect ECONNREFUSED'))
  t.match(await runBriefly(check), {
    status: 'DOWN',
    details: { error: 'could not open a connection within 90 ms: connect ECONNREFUSED' }
  })
})

await t.test('the check opens one connection at a time to learn why the pool has none', async (t) => {
  const pool = new PoolDouble()
  const check = mariadb(pool, { renewAfter: 0 })
  await run(check)
  pool.server.calls.length = 0
  pool.server.connect = never
  Object.assign(pool, { open: 0, idle: 0, take: async () => await Promise.reject(new Error('no connection')) })
  await run(check)
  await run(check)
  t.same(pool.server.calls, ['connect user,server'])
})

await t.test('reasonNotToOpen() resolves with undefined when the connection opens, and closes it', async (t) => {
  const calls: string[] = []
  const end = async (): Promise<void> => { await Promise.resolve(calls.push('end')) }
  const open = { opened: Promise.resolve(), end, destroy: () => { calls.push('destroy') } }
  t.equal(await reasonNotToOpen(() => open), undefined)
  t.same(calls, ['end'])
})

/** Runs a check until a condition holds: a renewal is due a millisecond after the last. */
async function runUntil (check: CheckFunction, isDone: (result: RunResult) => boolean): Promise<RunResult> {
  let result = await run(check)
  for (let count = 0; count < 10_000 && !isDone(result); count++) {
    await new Promise((resolve) => setImmediate(resolve))
    result = await run(check)
  }
  return result
}

await t.test('a renewal opens a connection with the classes and the options of the pool', async (t) => {
  for (const pool of [new PoolDouble(), new CallbackPoolDouble()]) {
    const check = mariadb(pool, { renewAfter: 1 })
    t.match(await runUntil(check, () => pool.server.calls.includes('end')), { status: 'UP' })
    t.ok(pool.server.calls.includes('connect user,server'))
    pool.server.connect = async () => await Promise.reject(sqlError('Access denied', 1045))
    t.match(await runUntil(check, ({ status }) => status !== 'UP'), {
      status: 'DOWN',
      details: { error: 'a new connection fails: Access denied' }
    })
  }
})

await t.test('a renewal is left out when a connection hides its options', async (t) => {
  const pool = new PoolDouble()
  Object.assign(pool.connection, { on: () => undefined, query: async () => await Promise.resolve(pool.server.rows) })
  let runs = 0
  t.match(await runUntil(mariadb(pool, { renewAfter: 1 }), () => ++runs === 20), { status: 'UP' })
  t.notOk(pool.server.calls.includes('connect user,server'))
})

await t.test('a renewal fails when the classes make no connection', async (t) => {
  const noInner = new PoolDouble()
  Object.assign(noInner.connection.inner, { constructor: Date })
  const noWrapper = new PoolDouble()
  Object.assign(noWrapper.connection, { constructor: Date })
  for (const [pool, missing] of [[noInner, 'connect'], [noWrapper, 'query']] as const) {
    t.match(await runUntil(mariadb(pool, { renewAfter: 1 }), ({ status }) => status !== 'UP'), {
      status: 'DOWN',
      details: { error: `a new connection fails: a connection of the pool cannot ${missing}` }
    })
  }
})

await t.test('plainError() takes the first line of the server\'s message, or of the cause', (t) => {
  const cause = sqlError('Access denied\n    (pool connections: active=0 idle=0 limit=2)', 1045)
  const wrapped = sqlError('Pool fails to create connection', 45_060, cause)
  const errors = [cause, wrapped, new Error('read ECONNRESET'), 'gone']
  t.same(errors.map((error) => plainError(error).message), [
    'Access denied', 'Access denied', 'read ECONNRESET', 'gone'
  ])
  t.match(plainError(wrapped), { errno: 1045 })
  t.end()
})
