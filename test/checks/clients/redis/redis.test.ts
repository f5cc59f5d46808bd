import { EventEmitter } from 'node:events'
import { createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import { Redis } from 'ioredis'
import { createClient, createClientPool } from 'redis'
import t from 'tap'
import { redis } from '../../../../lib/checks/clients/redis/redis.js'
import type { RedisClient, RedisOptions } from '../../../../lib/checks/clients/redis/redis.js'
import type { CheckFunction } from '../../../../lib/health/check/check-function.js'
import { run } from '../../../support/check.js'
import { RecordingLog } from '../../../support/log.js'
import { listen, refusingPort } from '../../../support/loopback.js'
import { ClientDouble, INFO, IoClient, NodeClient, NodePool, never, rejecting } from './doubles.js'

/** Runs a check that has 9 ms for its answer. */
async function runBriefly (check: CheckFunction, log = new RecordingLog()): Promise<unknown> {
  return await check({ signal: new AbortController().signal, timeout: 10, log })
}

await t.test('redis() accepts a client of ioredis or node-redis, a cluster, a pool and a function', async (t) => {
  const io = new IoClient()
  const cases: readonly (readonly [RedisClient | (() => RedisClient), string])[] = [
    [io, 'ready'],
    [new NodeClient(), 'ready'],
    [new NodePool(), 'open'],
    [() => io, 'ready'],
    [Object.assign(new ClientDouble(), { isOpen: true }), 'open']
  ]
  for (const [client, state] of cases) {
    t.match(await run(redis(client)), { status: 'UP', details: { version: '7.4.1', latencyMs: Number, state } })
  }
})

await t.test('redis() sends no second command while a client owes an answer', async (t) => {
  const client = new IoClient()
  client.replies.SETRANGE = never
  const check = redis(client)
  for (let count = 0; count < 3; count++) {
    t.match(await runBriefly(check), { status: 'DOWN', details: { error: 'no answer within 9 ms', state: 'ready' } })
  }
  t.equal(client.count('SETRANGE'), 1)
})

await t.test('redis() is DOWN with the error that the server answers', async (t) => {
  const errors = [
    'LOADING Redis is loading the dataset in memory',
    'NOAUTH Authentication required.',
    'BUSY Redis is busy running a script.',
    "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
    'CLUSTERDOWN The cluster is down'
  ]
  for (const error of errors) {
    const client = new IoClient()
    client.replies.SETRANGE = rejecting(error)
    t.match(await run(redis(client)), { status: 'DOWN', details: { error, state: 'ready' } })
  }
})

await t.test('redis() reads the version once per connection', async (t) => {
  const client = new IoClient()
  const check = redis(client)
  await run(check)
  await run(check)
  t.equal(client.count('INFO'), 1)
  client.replies.INFO = async () => await Promise.resolve(`${INFO}server_name:valkey\r\nvalkey_version:8.1.0\r\n`)
  client.emit('ready')
  t.match(await run(check), { details: { version: '8.1.0' } })
  t.equal(client.count('INFO'), 2)
})

await t.test('redis() is UP without a version if the version is unavailable, and reads it once', async (t) => {
  for (const inform of [rejecting('NOPERM'), async () => await Promise.resolve('# Server\r\n')]) {
    const client = new IoClient()
    client.replies.INFO = inform
    const check = redis(client)
    for (let count = 0; count < 2; count++) {
      const { status, details } = await run(check)
      t.equal(status, 'UP')
      t.same(Object.keys(details ?? {}), ['readOnly', 'latencyMs', 'state'])
    }
    t.equal(client.count('INFO'), 1)
  }
})

await t.test('a client that is not ready is DOWN with its state and the last error of its connection', async (t) => {
  const client = new IoClient()
  const check = redis(client)
  client.status = 'reconnecting'
  client.replies.SETRANGE = rejecting('Reached the max retries per request limit')
  client.on('error', () => undefined).emit('error', new Error('connect ECONNREFUSED 127.0.0.1:6379'))
  t.match(await run(check), {
    status: 'DOWN',
    details: {
      error: 'the client is in state reconnecting: connect ECONNREFUSED 127.0.0.1:6379',
      state: 'reconnecting'
    }
  })
  client.emit('error', new Error('WRONGPASS invalid username-password pair'))
  t.match(await run(check), {
    details: { error: 'the client is in state reconnecting: WRONGPASS invalid username-password pair' }
  })
})

await t.test('without an error event the reason is the error of the command or the closed connection', async (t) => {
  const client = new IoClient()
  client.status = 'reconnecting'
  client.replies.SETRANGE = rejecting('WRONGPASS invalid username-password pair')
  const check = redis(client)
  t.match(await run(check), { details: { error: /state reconnecting: WRONGPASS/ } })
  client.replies.SETRANGE = never
  client.emit('close')
  t.match(await runBriefly(check), { details: { error: /state reconnecting: WRONGPASS/ } })
  client.stream.errored = new Error('read ECONNRESET')
  client.emit('close')
  t.match(await runBriefly(check), { details: { error: 'the client is in state reconnecting: read ECONNRESET' } })
})

await t.test('redis() forgets the last error when the client is ready again', async (t) => {
  const client = new IoClient()
  const check = redis(client)
  client.on('error', () => undefined).emit('error', new Error('connect ECONNREFUSED'))
  client.emit('ready')
  client.status = 'connecting'
  client.replies.SETRANGE = never
  t.match(await runBriefly(check), { details: { error: 'the client is in state connecting: no answer within 9 ms' } })
})

await t.test('redis() forgets the last error after an answer', async (t) => {
  const pool = new NodePool()
  const check = redis(pool)
  pool.emit('error', new Error('connect ECONNREFUSED'))
  await run(check)
  pool.member.replies.SETRANGE = never
  t.match(await runBriefly(check), { details: { error: 'no answer within 9 ms' } })
})

await t.test('a cluster is DOWN with the last specific error of its servers', async (t) => {
  const client = new IoClient()
  client.status = 'connect'
  client.replies.SETRANGE = never
  const check = redis(client)
  client.emit('node error', new Error('Connection is closed.'), '127.0.0.1:7000')
  t.match(await runBriefly(check), { details: { error: 'the client is in state connect: Connection is closed.' } })
  const refused = new Error('connect ECONNREFUSED 127.0.0.1:7000')
  const clusterError = Object.assign(new Error('Failed to refresh slots cache.'), { lastNodeError: refused })
  client.on('error', () => undefined).emit('error', clusterError)
  client.emit('node error', new Error('Connection is closed.'), '127.0.0.1:7000')
  t.match(await runBriefly(check), {
    details: { error: 'the client is in state connect: connect ECONNREFUSED 127.0.0.1:7000' }
  })
})

await t.test('a cluster that is ready shows the error of an unreachable server when its answer is late', async (t) => {
  const client = new NodeClient()
  client.replies.SETRANGE = never
  const check = redis(client)
  client.emit('node-error', new Error('connect ECONNREFUSED 127.0.0.1:7001'), { host: '127.0.0.1' })
  t.match(await runBriefly(check), {
    details: { error: 'no answer within 9 ms: connect ECONNREFUSED 127.0.0.1:7001', state: 'ready' }
  })
})

await t.test('a client of node-redis is DOWN with the state connecting or closed', async (t) => {
  const client = new NodeClient()
  client.replies.SETRANGE = rejecting('The client is offline')
  client.isReady = false
  t.match(await run(redis(client)), { details: { error: 'the client is in state connecting: The client is offline' } })
  client.isOpen = false
  t.match(await run(redis(client)), { details: { error: 'the client is in state closed: The client is offline' } })
})

await t.test('redis() adds no error listener: an unhandled error still throws', async (t) => {
  const client = new IoClient()
  const check = redis(client)
  await run(check)
  await run(redis(() => client))
  t.equal(client.listenerCount('error'), 0)
  t.equal(client.listenerCount('ready'), 2)
  t.throws(() => client.emit('error', new Error('connect ECONNREFUSED')), { message: 'connect ECONNREFUSED' })
})

await t.test('redis() warns once when a client of node-redis has no error listener', async (t) => {
  const log = new RecordingLog()
  const client = new NodeClient()
  client.removeAllListeners('error')
  const check = redis(client)
  await runBriefly(check, log)
  await runBriefly(check, log)
  await runBriefly(redis(new NodeClient()), log)
  await runBriefly(redis(new IoClient()), log)
  const message = /^the Redis client has no "error" listener: .*client\.on\('error'/
  t.match(log.lines, [{ level: 'warn', message }])
  t.equal(log.lines.length, 1)
})

await t.test('redis() returns the connection to the pool before the answer arrives', async (t) => {
  const pool = new NodePool()
  pool.member.replies.SETRANGE = never
  let isReturned = false
  pool.lend = async (task) => {
    task(pool.member)
    await Promise.resolve(isReturned = true)
  }
  t.match(await runBriefly(redis(pool)), {
    status: 'DOWN',
    details: { error: 'no answer within 9 ms', pool: { open: 1, idle: 1, waiting: 0 } }
  })
  t.ok(isReturned)
})

/** A pool that adds each task to its queue and never runs it. */
function fullPool (pool = new NodePool()): NodePool {
  pool.idleClients = 0
  pool.lend = async () => {
    pool.tasksQueueLength += 1
    return await never()
  }
  return pool
}

await t.test('a pool has the status whenExhausted when all its connections are in use', async (t) => {
  const pool = new NodePool()
  const check = redis(pool, { exhaustedFor: 0 })
  const [patient, down] = [redis(pool), redis(pool, { exhaustedFor: 0, whenExhausted: 'DOWN' })]
  for (const early of [check, patient, down]) t.match(await run(early), { status: 'UP' })
  fullPool(pool)
  t.match(await runBriefly(check), {
    status: 'OUT_OF_SERVICE',
    details: {
      error: 'the pool is exhausted: none of its 1 connections became free in time',
      pool: { open: 1, idle: 0 }
    }
  })
  pool.tasksQueueLength = 7
  t.match(await runBriefly(patient), { status: 'DEGRADED', details: { exhaustedMs: Number, waiting: 7 } })
  t.match(await runBriefly(down), { status: 'DOWN' })
})

await t.test('a full pool is DOWN, not exhausted, before its first working connection', async (t) => {
  t.match(await runBriefly(redis(fullPool())), { status: 'DOWN', details: { error: 'no answer within 9 ms' } })
})

await t.test('a pool is OUT_OF_SERVICE when the pool itself ends the wait', async (t) => {
  const pool = new NodePool()
  const check = redis(pool, { exhaustedFor: 0 })
  t.match(await run(check), { status: 'UP' })
  pool.lend = async () => {
    pool.tasksQueueLength += 1
    return await Promise.reject(new Error('Timeout waiting for a client after 3000ms'))
  }
  t.match(await run(check), { status: 'OUT_OF_SERVICE' })
  t.match(await run(check), { status: 'OUT_OF_SERVICE' })
  pool.lend = async () => await Promise.reject(new Error('The client is closed'))
  pool.isOpen = false
  t.match(await run(check), {
    status: 'DOWN',
    details: { error: 'the client is in state closed: The client is closed' }
  })
})

await t.test('a pool is DOWN when it is opening a connection, or when its connections fail', async (t) => {
  const growing = new NodePool()
  growing.lend = async () => {
    growing.totalClients += 1
    growing.tasksQueueLength += 1
    return await never()
  }
  t.match(await runBriefly(redis(growing)), { status: 'DOWN', details: { error: 'no answer within 9 ms' } })
  const failing = fullPool()
  const check = redis(failing)
  failing.emit('error', new Error('connect ECONNREFUSED'))
  t.match(await runBriefly(check), { status: 'DOWN', details: { error: 'connect ECONNREFUSED' } })
})

await t.test('redis() throws when its client is invalid', (t) => {
  const client = new IoClient()
  const wrong: readonly unknown[] = [
    undefined, null, 'redis://db', {}, { cache: client }, new EventEmitter(), new ClientDouble(),
    { ping: () => undefined, status: 'ready' },
    Object.assign(new EventEmitter(), { get: () => undefined, status: 'ready' })
  ]
  const message = /^the check redis\(\) must be given a client of ioredis or node-redis, fastify\.redis, or a function/
  for (const client of wrong) {
    t.throws(() => redis(client as RedisClient), { code: 'FST_MANAGEMENT_CLIENT_INVALID', message })
  }
  t.end()
})

await t.test('redis() calls a client function in each run', async (t) => {
  const clients: unknown[] = [undefined, 'nonsense', new IoClient()]
  const check = redis(() => clients.shift() as RedisClient)
  const runs = [await run(check), await run(check), await run(check)]
  t.match(runs.map(({ status, details }) => [status, details?.['error']]), [
    ['DOWN', 'the app has no client at the moment'],
    ['DOWN', /must be given a client of ioredis or node-redis.*, got the string "nonsense"/],
    ['UP', undefined]
  ])
})

await t.test('redis() throws when an option is invalid', (t) => {
  const wrong: readonly [RedisOptions, RegExp][] = [
    [{ whenExhausted: 'UP' } as never, /option "redis.whenExhausted" must be one of DOWN, OUT_OF_SERVICE, DEGRADED/],
    [{ writable: 'yes' } as never, /option "redis.writable" must be true or false, got the string "yes"/],
    [{ key: '' }, /option "redis.key" must be a string that is not empty/],
    [{ readonly: true } as never, /unknown option "redis\(client\)\.readonly", expected one of writable, key, /]
  ]
  for (const [options, message] of wrong) {
    t.throws(() => redis(new IoClient(), options), { code: 'FST_MANAGEMENT_OPTION_INVALID', message })
  }
  t.end()
})

const BULK_INFO = `$${INFO.length}\r\n${INFO}\r\n`
const COMMAND = /\*\d+\r\n\$\d+\r\n(\w+)\r\n(?:\$\d+\r\n[^\r]*\r\n)*/g
const REPLIES = new Map([['INFO', BULK_INFO], ['HELLO', '%1\r\n+proto\r\n:3\r\n']])

/** A server with the part of the protocol that the drivers use. */
function smallRedis (onWrite: (socket: Socket) => void = (socket) => socket.write(':0\r\n')): Server {
  return createServer((socket) => {
    socket.on('error', () => undefined)
    socket.on('data', (data) => {
      for (const [, name = ''] of data.toString('latin1').matchAll(COMMAND)) {
        if (name.toUpperCase() === 'SETRANGE') onWrite(socket)
        else socket.write(REPLIES.get(name.toUpperCase()) ?? '+OK\r\n')
      }
    })
  })
}

/** Waits for the next event. `once` is unsuitable: it rejects if an error comes first. */
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

await t.test('ioredis, node-redis and its pool are UP when the server answers', async (t) => {
  const port = await listen(t, smallRedis())
  const pool = createClientPool({ socket: { host: '127.0.0.1', port } })
  pool.on('error', () => undefined)
  await pool.connect()
  t.teardown(() => pool.destroy())
  for (const client of [ioredis(t, port), nodeRedis(t, port), pool]) {
    t.match(await run(redis(client)), { status: 'UP', details: { version: '7.4.1', latencyMs: Number } })
  }
})

await t.test('ioredis and node-redis are DOWN with the reason when the server is stopped', async (t) => {
  const port = await refusingPort()
  // ioredis writes unhandled errors there.
  const errors = t.capture(console, 'error')
  for (const connect of [ioredis, nodeRedis]) {
    const client = connect(t, port)
    const check = redis(client)
    await emitted(client, 'reconnecting')
    const error = new RegExp(`^the client is in state (re)?connecting: connect ECONNREFUSED 127.0.0.1:${port}$`)
    t.match(await run(check, 100), { status: 'DOWN', details: { error } })
  }
  t.match(errors.args()[0], [/Unhandled error event/])
})

await t.test('ioredis and node-redis are DOWN when the server accepts connections and never answers', async (t) => {
  const port = await listen(t, createServer())
  for (const connect of [ioredis, nodeRedis]) {
    const client = connect(t, port)
    await emitted(client, 'connect')
    const error = /^the client is in state connect(ing)?: no answer within 9 ms$/
    t.match(await runBriefly(redis(client)), { status: 'DOWN', details: { error } })
  }
})

await t.test('ioredis and node-redis are UP again after a reset when the server answers', async (t) => {
  for (const connect of [ioredis, nodeRedis]) {
    let writes = 0
    const server = smallRedis((socket) => {
      writes += 1
      if (writes === 1) socket.resetAndDestroy()
      else socket.write(':0\r\n')
    })
    const check = redis(connect(t, await listen(t, server)))
    // ioredis itself sends unanswered commands again.
    const first = await run(check)
    const error = /^the client is in state connecting: (read ECONNRESET|Socket closed unexpectedly)$/
    if (connect === nodeRedis) t.match(first, { status: 'DOWN', details: { error } })
    t.match(await run(check), { status: 'UP' })
  }
})
