import t from 'tap'
import { redis } from '../../../../lib/checks/clients/redis/redis.js'
import type { RedisOptions } from '../../../../lib/checks/clients/redis/redis.js'
import { run } from '../../../support/check.js'
import { RecordingLog } from '../../../support/log.js'
import { IoClient, NodeClient, rejecting, replying } from './doubles.js'

const KEY = 'fastify-management-endpoints'
const WRITE = `SETRANGE ${KEY} 0 ""`
const NOPERM = "NOPERM this user has no permissions to run the 'setrange' command"

const ALL_BUT_PING = ['SETRANGE', 'GET', 'INFO', 'CLUSTER INFO'] as const

const REFUSALS = [
  "READONLY You can't write against a read only replica.",
  "OOM command not allowed when used memory > 'maxmemory'.",
  "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk.",
  'NOREPLICAS Not enough good replicas to write.',
  'CLUSTERDOWN The cluster is down and only accepts read commands'
]

async function runOnce (client: IoClient | NodeClient, options?: RedisOptions) {
  return await run(redis(client, options))
}

await t.test('redis() sends a write that changes nothing, to ioredis and to node-redis', async (t) => {
  for (const client of [new IoClient(), new NodeClient()]) {
    t.match(await runOnce(client), { status: 'UP', details: { readOnly: false } })
    t.same(client.sent, [WRITE, 'INFO server'])
  }
})

await t.test('redis() writes the key of the option "key"', async (t) => {
  const client = new IoClient()
  await runOnce(client, { key: 'app:health' })
  t.equal(client.sent[0], 'SETRANGE app:health 0 ""')
})

await t.test('a server that refuses writes is UP with the reason in the details', async (t) => {
  for (const reason of REFUSALS) {
    const client = new IoClient()
    client.replies.SETRANGE = rejecting(reason)
    t.match(await runOnce(client), { status: 'UP', details: { readOnly: true, writeError: reason, error: undefined } })
  }
})

await t.test('with writable: true a server that refuses writes is DOWN with its reason', async (t) => {
  for (const reason of REFUSALS) {
    const client = new IoClient()
    client.replies.SETRANGE = rejecting(reason)
    const { status, details } = await runOnce(client, { writable: true })
    t.match({ status, details }, { status: 'DOWN', details: { readOnly: true, error: reason } })
    t.notOk('writeError' in (details ?? {}))
  }
})

await t.test('a server that refuses writes and reads is DOWN with the reason of the read', async (t) => {
  const client = new IoClient()
  client.replies.SETRANGE = rejecting("READONLY You can't write against a read only replica.")
  client.replies.GET = rejecting('MASTERDOWN Link with MASTER is down')
  t.match(await runOnce(client), { status: 'DOWN', details: { error: 'MASTERDOWN Link with MASTER is down' } })
})

await t.test('a server is UP when its key moves, or holds a value of another type', async (t) => {
  const errors = [
    'ASK 12182 127.0.0.1:7002',
    'TRYAGAIN Multiple keys request during rehashing of slot',
    'WRONGTYPE Operation against a key holding the wrong kind of value'
  ]
  for (const error of errors) {
    const client = new IoClient()
    client.replies.SETRANGE = rejecting(error)
    t.match(await runOnce(client, { writable: true }), { status: 'UP', details: { readOnly: false } })
    t.equal(client.count('GET'), 0)
  }
})

await t.test('a client of one server of a cluster tries other keys until the server has one of them', async (t) => {
  const client = new IoClient()
  const check = redis(client, { writable: true })
  client.replies.SETRANGE = rejecting('MOVED 12182 127.0.0.1:7002')
  for (let count = 0; count < 2; count++) t.match(await run(check), { status: 'UP' })
  const error = "OOM command not allowed when used memory > 'maxmemory'."
  client.replies.SETRANGE = rejecting(error)
  for (let count = 0; count < 2; count++) t.match(await run(check), { status: 'DOWN', details: { error } })
  const keys = client.sent.filter((line) => line.startsWith('SETRANGE')).map((line) => line.split(' ')[1])
  t.same(keys, [KEY, `${KEY}{1}`, `${KEY}{2}`, `${KEY}{2}`])
})

await t.test('a client of a replica of a cluster is read-only', async (t) => {
  const client = new IoClient()
  const moved = rejecting('MOVED 12182 127.0.0.1:7002')
  Object.assign(client.replies, { SETRANGE: moved, GET: moved })
  client.replies.INFO = replying('role:slave\r\nmaster_host:127.0.0.1\r\nslave_read_only:1\r\n')
  t.match(await runOnce(client), { status: 'UP', details: { readOnly: true } })
  const error = 'READONLY the server is a replica'
  t.match(await runOnce(client, { writable: true }), { status: 'DOWN', details: { error } })
})

/** A client whose user may not send some commands. */
function restricted (...commands: readonly (keyof IoClient['replies'])[]): IoClient {
  const client = new IoClient()
  for (const command of commands) client.replies[command] = rejecting(NOPERM)
  return client
}

await t.test('a user without the rights for some or all commands is UP when the server answers', async (t) => {
  for (const client of [
    restricted('PING'),
    restricted('SETRANGE', 'PING'),
    restricted('SETRANGE', 'GET'),
    restricted('SETRANGE', 'GET', 'CLUSTER INFO', 'INFO', 'PING')
  ]) {
    const { status, details } = await runOnce(client)
    t.equal(status, 'UP')
    t.notOk('writeError' in (details ?? {}))
  }
})

await t.test('a user without rights causes one refused command per run at most', async (t) => {
  const client = restricted('SETRANGE', 'GET', 'CLUSTER INFO', 'INFO', 'PING')
  const check = redis(client)
  await run(check)
  client.sent.length = 0
  t.match(await run(check), { status: 'UP' })
  t.same(client.sent, ['PING'])
  client.sent.length = 0
  client.emit('ready')
  await run(check)
  t.equal(client.sent[0], WRITE)
})

await t.test('a user that may only ping is DOWN with the error of the server', async (t) => {
  for (const error of ['LOADING Redis is loading the dataset in memory', 'ERR operation not permitted']) {
    const client = restricted('SETRANGE', 'GET', 'CLUSTER INFO', 'INFO')
    client.replies.PING = rejecting(error)
    t.match(await runOnce(client), { status: 'DOWN', details: { error } })
  }
})

await t.test('a client that rejects with a text is DOWN with the text', async (t) => {
  const client = new IoClient()
  // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
  client.replies.SETRANGE = async () => await Promise.reject('broken')
  t.match(await runOnce(client), { status: 'DOWN', details: { error: 'broken' } })
})

await t.test('PING shows that the server cannot save its data, when the user may not write', async (t) => {
  const client = restricted('SETRANGE', 'GET', 'CLUSTER INFO', 'INFO')
  client.replies.PING = rejecting('MISCONF Errors writing to the AOF file')
  t.match(await runOnce(client), { status: 'UP', details: { writeError: 'MISCONF Errors writing to the AOF file' } })
  t.match(await runOnce(client, { writable: true }), { status: 'DOWN' })
})

await t.test('CLUSTER INFO shows that the cluster cannot serve, when the user may not use the key', async (t) => {
  const io = restricted('SETRANGE', 'GET')
  io.replies['CLUSTER INFO'] = replying('cluster_enabled:1\r\ncluster_state:fail\r\n')
  // node-redis 4 returns an object.
  const node = new NodeClient()
  Object.assign(node.replies, io.replies, { 'CLUSTER INFO': replying({ state: 'fail' }) })
  for (const client of [io, node]) {
    t.match(await runOnce(client), { status: 'DOWN', details: { error: 'CLUSTERDOWN cluster_state:fail' } })
  }
  node.replies['CLUSTER INFO'] = replying({ state: 'ok' })
  t.match(await runOnce(node), { status: 'UP' })
})

await t.test('the role shows a replica, when the user may not write', async (t) => {
  const client = restricted('SETRANGE')
  client.replies.INFO = replying('role:slave\r\nmaster_host:127.0.0.1\r\nslave_read_only:1\r\n')
  const error = 'READONLY the server is a replica'
  t.match(await runOnce(client, { writable: true }), { status: 'DOWN', details: { error, readOnly: true } })
  client.replies.INFO = replying('role:slave\r\nmaster_host:127.0.0.1\r\nslave_read_only:0\r\n')
  t.match(await runOnce(client, { writable: true }), { status: 'UP' })
})

await t.test('with writable: true redis() warns once when the user may not write', async (t) => {
  const check = redis(restricted('SETRANGE'), { writable: true })
  const log = new RecordingLog()
  const context = { signal: new AbortController().signal, timeout: 5_000, log }
  t.match(await check(context), { status: 'UP' })
  await check(context)
  const message = /cannot see whether the server accepts writes: NOPERM .*; let the user run SETRANGE.*option "key"$/
  t.match(log.lines, [{ level: 'warn', message }])
  t.equal(log.lines.length, 1)
})

await t.test('a connection that subscribes is UP when PING succeeds, and writes again after it', async (t) => {
  const errors = [
    'Connection in subscriber mode, only subscriber commands may be used',
    "ERR Can't execute 'setrange': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT are allowed in this context"
  ]
  for (const error of errors) {
    const client = new IoClient()
    for (const command of ALL_BUT_PING) client.replies[command] = rejecting(error)
    const check = redis(client)
    t.match(await run(check), { status: 'UP' })
    client.replies.SETRANGE = replying(0)
    t.match(await run(check), { status: 'UP', details: { readOnly: false } })
  }
})

await t.test('a proxy that knows only PING is UP, also behind a client without the other methods', async (t) => {
  const client = new IoClient()
  for (const command of ALL_BUT_PING) client.replies[command] = rejecting('ERR unknown command')
  t.match(await runOnce(client), { status: 'UP' })
  const small = new IoClient()
  for (const method of ['setrange', 'cluster']) Object.defineProperty(small, method, { value: undefined })
  t.match(await run(redis(small)), { status: 'UP' })
  t.equal(small.count('GET'), 1)
})

await t.test('redis() uses the methods with promises of a client of node-redis 4 in legacy mode', async (t) => {
  const inner = new NodeClient()
  const callbacks = { get: () => undefined, ping: () => undefined, setRange: () => undefined, info: () => undefined }
  const client = Object.assign(new NodeClient(), callbacks, { v4: inner })
  inner.replies.SETRANGE = rejecting('LOADING Redis is loading the dataset in memory')
  t.match(await run(redis(client)), { status: 'DOWN', details: { error: /^LOADING/ } })
})
