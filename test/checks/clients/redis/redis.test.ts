import { EventEmitter } from 'node:events'
import { createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import { Redis } from 'ioredis'
import { createClient, createClientPool } from 'redis'
import t from 'tap'
import { redis } from '../../../../lib/checks/clients/redis/redis.js'
import type { RedisCheckOptions, RedisClient } from '../../../../lib/checks/clients/redis/redis.js'
import type { CheckFunction } from '../../../../lib/health/check/attempt.js'
import { run } from '../../../support/check.js'
import { KeepingLog } from '../../../support/log.js'
import { listen, refusingPort } from '../../../support/loopback.js'

const INFO = '# Server\r\nredis_version:7.4.1\r\nredis_mode:standalone\r\n'

/** What every client has. */
class ClientDouble extends EventEmitter {
  pings = 0
  infos = 0
  answer: () => Promise<unknown> = async () => await Promise.resolve('PONG')
  inform: () => Promise<unknown> = async () => await Promise.resolve(INFO)

  async ping (): Promise<unknown> {
    this.pings += 1
    return await this.answer()
  }

  async info (section: string): Promise<unknown> {
    this.infos += 1
    return section === 'server' ? await this.inform() : await Promise.reject(new Error(`no such section: ${section}`))
  }
}

/** A client of ioredis. */
class IoClient extends ClientDouble {
  status = 'ready'
  stream: { errored: Error | null } = { errored: null }
}

/** A client of node-redis to which somebody listens. */
class NodeClient extends ClientDouble {
  isOpen = true
  isReady = true

  constructor () {
    super()
    this.on('error', () => undefined)
  }
}

/** A pool of node-redis with one connection. */
class NodePool extends ClientDouble {
  isOpen = true
  totalClients = 1
  idleClients = 1
  tasksQueueLength = 0
  readonly member = new ClientDouble()
  lend: (task: (connection: ClientDouble) => void) => Promise<unknown> = async (task) => {
    task(this.member)
    await Promise.resolve()
  }

  constructor () {
    super()
    this.on('error', () => undefined)
  }

  async execute (task: (connection: ClientDouble) => void): Promise<unknown> {
    return await this.lend(task)
  }
}

/** Asks without a schedule, with 9 ms to answer. */
async function hasten (check: CheckFunction, log = new KeepingLog()): Promise<unknown> {
  return await check({ signal: new AbortController().signal, timeout: 10, log })
}

const never = async (): Promise<never> => await new Promise(() => undefined)
const refusing = (message: string) => async (): Promise<never> => await Promise.reject(new Error(message))

await t.test('a client of ioredis or node-redis, a cluster, a pool and a function are asked alike', async (t) => {
  const io = new IoClient()
  const cases: readonly (readonly [RedisClient | (() => RedisClient), string])[] = [
    [io, 'ready'], [new NodeClient(), 'ready'], [new NodePool(), 'open'], [() => io, 'ready'], [Object.assign(new ClientDouble(), { isOpen: true }), 'open']
  ]
  for (const [client, state] of cases) {
    t.match(await run(redis(client)), { status: 'UP', details: { version: '7.4.1', latencyMs: Number, state } })
  }
})

await t.test('a client that owes an answer is not asked again', async (t) => {
  const client = new IoClient()
  client.answer = never
  const check = redis(client)
  for (let count = 0; count < 3; count++) t.match(await hasten(check), { status: 'DOWN', details: { error: 'no answer within 9 ms', state: 'ready' } })
  t.equal(client.pings, 1)
})

await t.test('what the server refuses with is the reason', async (t) => {
  for (const refusal of ['LOADING Redis is loading the dataset in memory', 'NOAUTH Authentication required.', "NOPERM this user has no permissions to run the 'ping' command"]) {
    const client = new IoClient()
    client.answer = refusing(refusal)
    t.match(await run(redis(client)), { status: 'DOWN', details: { error: refusal, state: 'ready' } })
  }
})

await t.test('the version is asked for once a connection', async (t) => {
  const client = new IoClient()
  const check = redis(client)
  await run(check)
  await run(check)
  t.equal(client.infos, 1)
  client.inform = async () => await Promise.resolve(`${INFO}server_name:valkey\r\nvalkey_version:8.1.0\r\n`)
  client.emit('ready')
  t.match(await run(check), { details: { version: '8.1.0' } })
  t.equal(client.infos, 2)
})

await t.test('that it may not be known, or is none, is no failure, and it is not asked for again', async (t) => {
  for (const inform of [refusing('NOPERM'), async () => await Promise.resolve('# Server\r\n')]) {
    const client = new IoClient()
    client.inform = inform
    const check = redis(client)
    for (let count = 0; count < 2; count++) {
      const { status, details } = await run(check)
      t.equal(status, 'UP')
      t.same(Object.keys(details ?? {}), ['latencyMs', 'state'])
    }
    t.equal(client.infos, 1)
  }
})

await t.test('a client that is not ready says in what state it is, and what its connection failed by', async (t) => {
  const client = new IoClient()
  const check = redis(client)
  client.status = 'reconnecting'
  client.answer = refusing('Reached the max retries per request limit')
  client.on('error', () => undefined).emit('error', new Error('connect ECONNREFUSED 127.0.0.1:6379'))
  t.match(await run(check), { status: 'DOWN', details: { error: 'the client is in state reconnecting: connect ECONNREFUSED 127.0.0.1:6379', state: 'reconnecting' } })
  client.emit('error', new Error('WRONGPASS invalid username-password pair'))
  t.match(await run(check), { details: { error: 'the client is in state reconnecting: WRONGPASS invalid username-password pair' } })
})

await t.test('where it is not told, it is what the connection was closed with, or the command', async (t) => {
  const client = new IoClient()
  client.status = 'reconnecting'
  client.answer = refusing('WRONGPASS invalid username-password pair')
  const check = redis(client)
  t.match(await run(check), { details: { error: /state reconnecting: WRONGPASS/ } })
  client.answer = never
  client.emit('close')
  t.match(await hasten(check), { details: { error: /state reconnecting: WRONGPASS/ } })
  client.stream.errored = new Error('read ECONNRESET')
  client.emit('close')
  t.match(await hasten(check), { details: { error: 'the client is in state reconnecting: read ECONNRESET' } })
})

await t.test('an error is forgotten once the client is ready again', async (t) => {
  const client = new IoClient()
  const check = redis(client)
  client.on('error', () => undefined).emit('error', new Error('connect ECONNREFUSED'))
  client.emit('ready')
  client.status = 'connecting'
  client.answer = never
  t.match(await hasten(check), { details: { error: 'the client is in state connecting: no answer within 9 ms' } })
})

await t.test('it is forgotten with an answer, too', async (t) => {
  const pool = new NodePool()
  const check = redis(pool)
  pool.emit('error', new Error('connect ECONNREFUSED'))
  await run(check)
  pool.member.answer = never
  t.match(await hasten(check), { details: { error: 'no answer within 9 ms' } })
})

await t.test('what a cluster tells of its servers is the reason: the last that says something', async (t) => {
  const client = new IoClient()
  client.status = 'connect'
  client.answer = never
  const check = redis(client)
  client.emit('node error', new Error('Connection is closed.'), '127.0.0.1:7000')
  t.match(await hasten(check), { details: { error: 'the client is in state connect: Connection is closed.' } })
  const refused = new Error('connect ECONNREFUSED 127.0.0.1:7000')
  client.on('error', () => undefined).emit('error', Object.assign(new Error('Failed to refresh slots cache.'), { lastNodeError: refused }))
  client.emit('node error', new Error('Connection is closed.'), '127.0.0.1:7000')
  t.match(await hasten(check), { details: { error: 'the client is in state connect: connect ECONNREFUSED 127.0.0.1:7000' } })
})

await t.test('a cluster that is ready although a server is away says so', async (t) => {
  const client = new NodeClient()
  client.answer = never
  const check = redis(client)
  client.emit('node-error', new Error('connect ECONNREFUSED 127.0.0.1:7001'), { host: '127.0.0.1' })
  t.match(await hasten(check), { details: { error: 'no answer within 9 ms: connect ECONNREFUSED 127.0.0.1:7001', state: 'ready' } })
})

await t.test('a client of node-redis says whether it connects or is closed', async (t) => {
  const client = new NodeClient()
  client.answer = refusing('The client is offline')
  client.isReady = false
  t.match(await run(redis(client)), { details: { error: 'the client is in state connecting: The client is offline' } })
  client.isOpen = false
  t.match(await run(redis(client)), { details: { error: 'the client is in state closed: The client is offline' } })
})

await t.test('an error to which nobody listens does what it did, however often the client is asked', async (t) => {
  const client = new IoClient()
  const check = redis(client)
  await run(check)
  await run(redis(() => client))
  t.equal(client.listenerCount('error'), 0)
  t.equal(client.listenerCount('ready'), 2)
  t.throws(() => client.emit('error', new Error('connect ECONNREFUSED')), { message: 'connect ECONNREFUSED' })
})

await t.test('that nobody listens to the errors of node-redis is warned of, once', async (t) => {
  const log = new KeepingLog()
  const client = new NodeClient()
  client.removeAllListeners('error')
  const check = redis(client)
  await hasten(check, log)
  await hasten(check, log)
  await hasten(redis(new NodeClient()), log)
  await hasten(redis(new IoClient()), log)
  t.match(log.lines, [{ level: 'warn', message: /nobody listens to the Redis client's event "error".*client\.on\('error'/ }])
  t.equal(log.lines.length, 1)
})

await t.test('a pool gets its connection back before the answer is there', async (t) => {
  const pool = new NodePool()
  pool.member.answer = never
  let isBack = false
  pool.lend = async (task) => {
    task(pool.member)
    await Promise.resolve(isBack = true)
  }
  t.match(await hasten(redis(pool)), { status: 'DOWN', details: { error: 'no answer within 9 ms', pool: { open: 1, idle: 1, waiting: 0 } } })
  t.ok(isBack)
})

/** A pool in which one more waits, and none comes. */
function fullPool (pool = new NodePool()): NodePool {
  pool.idleClients = 0
  pool.lend = async () => {
    pool.tasksQueueLength += 1
    return await never()
  }
  return pool
}

await t.test('a pool whose connections are all in use is OUT_OF_SERVICE, or as asked', async (t) => {
  const pool = new NodePool()
  const [check, degraded] = [redis(pool), redis(pool, { whenExhausted: 'DEGRADED' })]
  for (const early of [check, degraded]) t.match(await run(early), { status: 'UP' })
  fullPool(pool)
  t.match(await hasten(check), { status: 'OUT_OF_SERVICE', details: { error: 'the pool is exhausted: none of its 1 connections became free in time', pool: { open: 1, idle: 0 } } })
  t.match(await hasten(degraded), { status: 'DEGRADED' })
})

await t.test('one that has never had a connection is not exhausted, but without a server', async (t) => {
  t.match(await hasten(redis(fullPool())), { status: 'DOWN', details: { error: 'no answer within 9 ms' } })
})

await t.test('one in which the wait is over is OUT_OF_SERVICE until there is one', async (t) => {
  const pool = new NodePool()
  const check = redis(pool)
  t.match(await run(check), { status: 'UP' })
  pool.lend = async () => {
    pool.tasksQueueLength += 1
    return await Promise.reject(new Error('Timeout waiting for a client after 3000ms'))
  }
  t.match(await run(check), { status: 'OUT_OF_SERVICE' })
  t.match(await run(check), { status: 'OUT_OF_SERVICE' })
  pool.lend = async () => await Promise.reject(new Error('The client is closed'))
  pool.isOpen = false
  t.match(await run(check), { status: 'DOWN', details: { error: 'the client is in state closed: The client is closed' } })
})

await t.test('one that opens a connection for it, or whose connections fail, is DOWN', async (t) => {
  const growing = new NodePool()
  growing.lend = async () => {
    growing.totalClients += 1
    growing.tasksQueueLength += 1
    return await never()
  }
  t.match(await hasten(redis(growing)), { status: 'DOWN', details: { error: 'no answer within 9 ms' } })
  const failing = fullPool()
  const check = redis(failing)
  failing.emit('error', new Error('connect ECONNREFUSED'))
  t.match(await hasten(check), { status: 'DOWN', details: { error: 'connect ECONNREFUSED' } })
})

await t.test('anything else is refused when the check is made', (t) => {
  const client = new IoClient()
  const wrong: readonly unknown[] = [undefined, null, 'redis://db', {}, { cache: client }, new EventEmitter(), new ClientDouble(), { ping: () => undefined, status: 'ready' }]
  for (const nonsense of wrong) {
    t.throws(() => redis(nonsense as RedisClient), { code: 'FST_MANAGEMENT_CLIENT_INVALID', message: /^the check redis\(\) must be given a client of ioredis or node-redis, fastify\.redis, or a function/ })
  }
  t.end()
})

await t.test('what a function gives is looked at in each run', async (t) => {
  const clients: unknown[] = [undefined, 'nonsense', new IoClient()]
  const check = redis(() => clients.shift() as RedisClient)
  t.match([await run(check), await run(check), await run(check)].map(({ status, details }) => [status, details?.['error']]), [
    ['DOWN', 'the app has no client at the moment'],
    ['DOWN', /must be given a client of ioredis or node-redis.*, got the string "nonsense"/],
    ['UP', undefined]
  ])
})

await t.test('options that make no sense are refused', (t) => {
  const wrong: readonly [RedisCheckOptions, RegExp][] = [
    [{ whenExhausted: 'UP' } as never, /option "redis.whenExhausted" must be one of DOWN, OUT_OF_SERVICE, DEGRADED/],
    [{ writable: true } as never, /option "redis" must be an object with no other keys than whenExhausted/]
  ]
  for (const [options, message] of wrong) t.throws(() => redis(new IoClient(), options), { code: 'FST_MANAGEMENT_OPTION_INVALID', message })
  t.end()
})

const BULK_INFO = `$${INFO.length}\r\n${INFO}\r\n`
const COMMAND = /\*\d+\r\n\$\d+\r\n(\w+)\r\n(?:\$\d+\r\n[^\r]*\r\n)*/g
const REPLIES = new Map([['PING', '+PONG\r\n'], ['INFO', BULK_INFO], ['HELLO', '%1\r\n+proto\r\n:3\r\n']])

/** A server that speaks as much of the protocol as the drivers ask for. */
function smallRedis (onPing: (socket: Socket) => void = (socket) => socket.write('+PONG\r\n')): Server {
  return createServer((socket) => {
    socket.on('error', () => undefined)
    socket.on('data', (data) => {
      for (const [, name = ''] of data.toString('latin1').matchAll(COMMAND)) {
        if (name.toUpperCase() === 'PING') onPing(socket)
        else socket.write(REPLIES.get(name.toUpperCase()) ?? '+OK\r\n')
      }
    })
  })
}

/** The next of such events. What `once` gives rejects where an error comes before. */
async function emitted (client: RedisClient, event: string): Promise<void> {
  await new Promise<void>((resolve) => client.on(event, () => resolve()))
}

function ioredis (test: Pick<typeof t, 'teardown'>, port: number): Redis {
  const client = new Redis({ host: '127.0.0.1', port })
  test.teardown(() => client.disconnect())
  return client
}

function nodeRedis (test: Pick<typeof t, 'teardown'>, port: number): RedisClient {
  const client = createClient({ socket: { host: '127.0.0.1', port } })
  client.on('error', () => undefined)
  client.connect().catch(() => undefined)
  test.teardown(() => client.destroy())
  return client
}

await t.test('ioredis, node-redis and its pool are UP at a server that answers', async (t) => {
  const port = await listen(t, smallRedis())
  const pool = createClientPool({ socket: { host: '127.0.0.1', port } })
  pool.on('error', () => undefined)
  await pool.connect()
  t.teardown(() => pool.destroy())
  for (const client of [ioredis(t, port), nodeRedis(t, port), pool]) {
    t.match(await run(redis(client)), { status: 'UP', details: { version: '7.4.1', latencyMs: Number } })
  }
})

await t.test('they are DOWN at a server that is away, and say so', async (t) => {
  const port = await refusingPort()
  // ioredis writes an error there to which nobody listens.
  const written = t.capture(console, 'error')
  for (const connect of [ioredis, nodeRedis]) {
    const client = connect(t, port)
    const check = redis(client)
    await emitted(client, 'reconnecting')
    t.match(await run(check, 100), { status: 'DOWN', details: { error: new RegExp(`^the client is in state (re)?connecting: connect ECONNREFUSED 127.0.0.1:${port}$`) } })
  }
  t.match(written.args()[0], [/Unhandled error event/])
})

await t.test('they are DOWN at a server that accepts connections and is silent', async (t) => {
  const port = await listen(t, createServer())
  for (const connect of [ioredis, nodeRedis]) {
    const client = connect(t, port)
    await emitted(client, 'connect')
    t.match(await hasten(redis(client)), { status: 'DOWN', details: { error: /^the client is in state connect(ing)?: no answer within 9 ms$/ } })
  }
})

await t.test('they are UP again once a server that has reset the connection answers', async (t) => {
  for (const connect of [ioredis, nodeRedis]) {
    let pings = 0
    const server = smallRedis((socket) => {
      pings += 1
      if (pings === 1) socket.resetAndDestroy()
      else socket.write('+PONG\r\n')
    })
    const check = redis(connect(t, await listen(t, server)))
    // ioredis sends what was not answered again.
    const first = await run(check)
    if (connect === nodeRedis) t.match(first, { status: 'DOWN', details: { error: /^the client is in state connecting: (read ECONNRESET|Socket closed unexpectedly)$/ } })
    t.match(await run(check), { status: 'UP' })
  }
})
