import { EventEmitter, once } from 'node:events'
import { createServer } from 'node:net'
import type { Socket } from 'node:net'
import pg from 'pg'
import t from 'tap'
import type { Test } from 'tap'
import { postgres } from '../../../../lib/checks/clients/sql/postgres.js'
import type { PostgresPool } from '../../../../lib/checks/clients/sql/postgres.js'
import type { SqlOptions } from '../../../../lib/checks/clients/sql/sql-options.js'
import { portOf } from '../../../support/app.js'
import { run } from '../../../support/check.js'
import { RecordingLog } from '../../../support/log.js'

const ROW = { version: '17.2', read_only: 'off' }

/** A pool with the parts of pg's pool that the check uses. */
class PoolDouble extends EventEmitter implements PostgresPool {
  readonly options = { max: 10 }
  readonly totalCount = 1
  readonly idleCount = 1
  readonly waitingCount = 0
  readonly client = Object.assign(new EventEmitter(), {
    query: async () => await Promise.resolve({ rows: this.rows }),
    release: (isBroken: boolean) => { this.released.push(isBroken) }
  })

  readonly released: boolean[] = []
  rows: readonly unknown[]

  constructor (rows: readonly unknown[] = [ROW]) {
    super()
    this.rows = rows
    this.on('error', () => undefined)
  }

  async connect (): Promise<PoolDouble['client']> {
    return await Promise.resolve(this.client)
  }
}

await t.test('postgres() accepts a pool, fastify.pg, and a function that returns either', async (t) => {
  const pool = new PoolDouble()
  for (const client of [pool, { pool, connect: 1, Client: PoolDouble }, () => pool, () => ({ pool })]) {
    const pool = { open: 1, opening: 0, idle: 1, waiting: 0, max: 10 }
    const details = { pool, version: '17.2', readOnly: false, latencyMs: Number }
    t.match(await run(postgres(client)), { status: 'UP', details })
  }
  t.same(pool.released, [false, false, false, false])
})

await t.test('postgres() queries a single client without pool details', async (t) => {
  const { status, details } = await run(postgres({ query: async () => await Promise.resolve({ rows: [ROW] }) }))
  t.equal(status, 'UP')
  t.same(Object.keys(details ?? {}), ['version', 'readOnly', 'latencyMs'])
})

await t.test('postgres() sends no second query while a single client owes an answer', async (t) => {
  let queries = 0
  const check = postgres({ query: async () => await new Promise(() => { queries += 1 }) })
  const { signal } = new AbortController()
  for (let count = 0; count < 3; count++) {
    t.match(await check({ signal, timeout: 10, log: new RecordingLog() }), {
      status: 'DOWN',
      details: { error: 'no answer within 9 ms' }
    })
  }
  t.equal(queries, 1)
})

await t.test('a read-only server is UP, and DOWN with the option writable', async (t) => {
  const standby = new PoolDouble([{ version: '17.2', read_only: 'on' }])
  t.match(await run(postgres(standby)), { status: 'UP', details: { readOnly: true } })
  t.match(await run(postgres(standby, { writable: true })), {
    status: 'DOWN',
    details: { error: 'the server is read-only', readOnly: true, version: '17.2' }
  })
  t.match(await run(postgres(new PoolDouble(), { writable: true })), { status: 'UP' })
})

await t.test('an answer without a row is DOWN', async (t) => {
  const check = postgres(new PoolDouble([]))
  t.match(await run(check), { status: 'DOWN', details: { error: 'the server answered without a row' } })
})

await t.test('an error of a borrowed connection does not end the process, and no listener stays', async (t) => {
  const pool = new PoolDouble()
  pool.client.query = async () => {
    pool.client.emit('error', new Error('Connection terminated unexpectedly'))
    return await Promise.reject(new Error('Connection terminated unexpectedly'))
  }
  t.match(await run(postgres(pool)), { status: 'DOWN', details: { error: 'Connection terminated unexpectedly' } })
  t.same(pool.released, [true])
  t.equal(pool.client.listenerCount('error'), 0)
})

await t.test('postgres() waits for a pool whose connect() returns a promise of another library', async (t) => {
  const pool = new PoolDouble()
  pool.connect = () => ({
    then: (resolve: (client: PoolDouble['client']) => void) => { resolve(pool.client) }
  }) as Promise<PoolDouble['client']>
  t.match(await run(postgres(pool)), { status: 'UP' })
  pool.connect = () => ({ then: () => { throw new Error('broken') } }) as unknown as Promise<PoolDouble['client']>
  t.match(await run(postgres(pool)), { status: 'DOWN', details: { error: 'broken' } })
})

await t.test('postgres() recognizes an emitter of another realm by its methods', async (t) => {
  const methods = { on: () => undefined, emit: () => false, setMaxListeners: () => undefined }
  const query = async (): Promise<object> => await Promise.resolve({ rows: [ROW] })
  const warnings = await Promise.all([0, 1].map(async (count) => {
    const log = new RecordingLog()
    const client = { ...methods, listenerCount: () => count, query } as unknown as PoolDouble['client']
    await postgres(client)({ signal: new AbortController().signal, timeout: 1_000, log })
    return log.lines.length
  }))
  t.same(warnings, [1, 0])
})

await t.test('postgres() warns once when the pool has no error listener', async (t) => {
  const pool = new PoolDouble()
  pool.removeAllListeners()
  const log = new RecordingLog()
  const check = postgres(pool)
  const { signal } = new AbortController()
  await check({ signal, timeout: 1_000, log })
  await check({ signal, timeout: 1_000, log })
  const message = /^the PostgreSQL pool or client has no "error" listener: .*pool\.on\('error'/
  t.match(log.lines, [{ level: 'warn', message }])
  t.equal(log.lines.length, 1)
})

await t.test('postgres() counts the connections that are being opened if pg lists its clients', async (t) => {
  const clients = [{ _connected: false }, { _connected: true }, undefined, {}]
  const pool = Object.assign(new PoolDouble(), { _clients: clients })
  t.match(await run(postgres(pool)), { details: { pool: { opening: 1 } } })
  t.match(await run(postgres(new PoolDouble())), { details: { pool: { opening: 0 } } })
})

/** Starts a server that accepts connections and never answers. Returns its sockets too. */
async function startSilent (t: Test): Promise<{ readonly port: number, readonly sockets: readonly Socket[] }> {
  const sockets: Socket[] = []
  const server = createServer((socket) => sockets.push(socket.resume().on('error', () => undefined)))
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return { port: portOf(server), sockets }
}

await t.test('a pool is not exhausted when the app has filled it with connections to a silent server', async (t) => {
  const { port, sockets } = await startSilent(t)
  const pool = new pg.Pool({ host: '127.0.0.1', port, max: 2 })
  pool.on('error', () => undefined)
  const queries = Promise.allSettled([pool.query('SELECT 1'), pool.query('SELECT 1')])
  const { signal } = new AbortController()
  t.match(await postgres(pool)({ signal, timeout: 200, log: new RecordingLog() }), {
    status: 'DOWN',
    details: { error: 'could not open a connection within 180 ms', pool: { open: 2, opening: 2 } }
  })
  for (const socket of sockets) socket.destroy()
  await queries
})

await t.test('postgres() closes a connection that is still being opened when the time is over', async (t) => {
  const { port, sockets } = await startSilent(t)
  const pool = new pg.Pool({ host: '127.0.0.1', port, max: 1 })
  pool.on('error', () => undefined)
  const check = postgres(pool)
  const { signal } = new AbortController()
  for (let count = 0; count < 3; count++) {
    t.match(await check({ signal, timeout: 100, log: new RecordingLog() }), {
      status: 'DOWN',
      details: { error: 'could not open a connection within 90 ms' }
    })
  }
  await pool.end()
  t.equal(pool.totalCount, 0)
  t.ok(sockets.length >= 3, 'each run tries again')
})

await t.test('postgres() closes no opening connection when pg hides its socket', async (t) => {
  const pool = Object.assign(new PoolDouble(), { _clients: new Array<unknown>() })
  pool.connect = async () => {
    pool._clients = [{ _connected: false }]
    return await new Promise(() => undefined)
  }
  const { signal } = new AbortController()
  t.match(await postgres(pool)({ signal, timeout: 10, log: new RecordingLog() }), {
    status: 'DOWN',
    details: { error: 'could not open a connection within 9 ms' }
  })
})

await t.test('postgres() throws when its client is invalid', (t) => {
  const message = /^the check postgres\(\) must be given a Pool or a Client of pg, fastify\.pg, or a function/
  for (const client of [undefined, null, 'postgres://db', {}, { pool: {} }, { query: 'SELECT 1' }]) {
    // @ts-expect-error the types refuse these clients too
    t.throws(() => postgres(client), { code: 'FST_MANAGEMENT_CLIENT_INVALID', message })
  }
  t.end()
})

await t.test('postgres() calls a client function in each run', async (t) => {
  const clients: unknown[] = [undefined, null, 'nonsense', new PoolDouble()]
  // @ts-expect-error the function returns values that are not clients
  const check = postgres(() => clients.shift())
  const runs = [await run(check), await run(check), await run(check), await run(check)]
  t.match(runs.map(({ status, details }) => [status, details?.['error']]), [
    ['DOWN', 'the app has no client at the moment'],
    ['DOWN', 'the app has no client at the moment'],
    ['DOWN', /must be given a Pool or a Client of pg.*, got the string "nonsense"/],
    ['UP', undefined]
  ])
})

await t.test('postgres() is DOWN with the error that the client function throws', async (t) => {
  const check = postgres(() => { throw new Error('connect ECONNREFUSED') })
  t.match(await run(check), { status: 'DOWN', details: { error: 'connect ECONNREFUSED' } })
})

await t.test('postgres() throws when an option is invalid', (t) => {
  const wrong: readonly [SqlOptions, RegExp][] = [
    [{ writable: 'yes' } as never, /option "postgres.writable" must be true or false/],
    [{ whenExhausted: 'UP' } as never, /option "postgres.whenExhausted" must be one of DOWN, OUT_OF_SERVICE, DEGRADED/],
    [
      { writeable: true } as never,
      /unknown option "postgres\(client\)\.writeable" \(did you mean "writable"\?\), expected one of writable,/
    ],
    [null as never, /option "postgres" must be an object with keys of writable, whenExhausted, exhaustedFor, renewAfter, got null/]
  ]
  for (const [options, message] of wrong) {
    t.throws(() => postgres(new PoolDouble(), options), { code: 'FST_MANAGEMENT_OPTION_INVALID', message })
  }
  t.end()
})
