import t from 'tap'
import { hashSlotOf } from '../../../../lib/checks/clients/redis/hash-slot.js'
import { redis } from '../../../../lib/checks/clients/redis/redis.js'
import { run } from '../../../support/check.js'
import { RecordingLog } from '../../../support/log.js'
import { IoCluster, never, NodeClient, NodeCluster, rejecting } from './doubles.js'

const DOWN = 'CLUSTERDOWN The cluster is down'

/** A cluster with three masters, and their connections. */
function ioCluster () {
  const cluster = new IoCluster([7000, 7001, 7002])
  const [first, second, third] = cluster.nodes()
  if (first === undefined || second === undefined || third === undefined) throw new Error('no masters')
  return { cluster, first, second, third, masters: [first, second, third] }
}

function nodeCluster () {
  const masters = [new NodeClient(), new NodeClient(), new NodeClient()] as const
  return { cluster: new NodeCluster(masters), masters, first: masters[0], second: masters[1], third: masters[2] }
}

const CLUSTERS = [ioCluster, nodeCluster]

/** Returns the share of the slots to which the last write of a master belongs. */
function shardOf ({ sent }: { readonly sent: readonly string[] }): number | undefined {
  const key = sent.findLast((line) => line.startsWith('SETRANGE'))?.split(' ')[1]
  return key === undefined ? undefined : Math.floor(hashSlotOf(key) * 3 / 16_384)
}

await t.test('a cluster is UP when each master accepts a write to one of its own slots', async (t) => {
  for (const make of CLUSTERS) {
    const { cluster, masters } = make()
    const details = { version: '7.4.1', readOnly: false, latencyMs: Number }
    t.match(await run(redis(cluster)), { status: 'UP', details })
    t.same(masters.map(shardOf), [0, 1, 2])
  }
})

await t.test('a cluster is DOWN with CLUSTERDOWN when no master serves', async (t) => {
  for (const make of CLUSTERS) {
    const { cluster, masters, third } = make()
    for (const master of masters) master.replies.SETRANGE = rejecting(DOWN)
    third.replies.SETRANGE = rejecting('Connection is closed.')
    t.match(await run(redis(cluster)), { status: 'DOWN', details: { error: DOWN } })
  }
})

await t.test('a cluster is DEGRADED when one master does not serve, and DOWN with writable: true', async (t) => {
  for (const make of CLUSTERS) {
    const { cluster, second } = make()
    second.replies.SETRANGE = rejecting('LOADING Redis is loading the dataset in memory')
    const error = '1 of 3 masters not serving: LOADING Redis is loading the dataset in memory'
    t.match(await run(redis(cluster)), { status: 'DEGRADED', details: { error, version: '7.4.1' } })
    t.match(await run(redis(cluster, { writable: true })), { status: 'DOWN', details: { error } })
  }
})

await t.test('a cluster with a master that refuses writes is read-only, and DOWN with writable: true', async (t) => {
  for (const make of CLUSTERS) {
    const { cluster, third } = make()
    const error = "OOM command not allowed when used memory > 'maxmemory'."
    third.replies.SETRANGE = rejecting(error)
    t.match(await run(redis(cluster)), { status: 'UP', details: { readOnly: true, writeError: error } })
    t.match(await run(redis(cluster, { writable: true })), { status: 'DOWN', details: { error } })
  }
})

await t.test('a cluster has no answer about writes when a master does not allow them', async (t) => {
  const { cluster, third } = ioCluster()
  third.replies.SETRANGE = rejecting('NOPERM this user has no permissions')
  const { status, details } = await run(redis(cluster))
  t.equal(status, 'UP')
  t.equal(details?.['readOnly'], undefined)
})

await t.test('a master that has become a replica is UP until the client knows it', async (t) => {
  const { cluster, third } = ioCluster()
  const check = redis(cluster, { writable: true })
  third.replies.SETRANGE = rejecting('MOVED 12182 127.0.0.1:7003')
  for (let count = 0; count < 2; count++) t.match(await run(check), { status: 'UP' })
  t.equal(shardOf(third), 2)
})

await t.test('a frozen master gets no second command, and the others get one', async (t) => {
  const { cluster, first, second } = ioCluster()
  second.replies.SETRANGE = never
  const check = redis(cluster)
  const context = { signal: new AbortController().signal, timeout: 10, log: new RecordingLog() }
  for (let count = 0; count < 2; count++) {
    const error = '1 of 3 masters not serving: no answer within 9 ms'
    t.match(await check(context), { status: 'DEGRADED', details: { error } })
  }
  t.same([first, second].map((master) => master.count('SETRANGE')), [2, 1])
})

await t.test('a master whose connection is lost gets no command, and the reason is the last error', async (t) => {
  const { cluster, third } = nodeCluster()
  const check = redis(cluster)
  third.isReady = false
  t.match(await run(check), { details: { error: '1 of 3 masters not serving: Connection is closed.' } })
  cluster.emit('node-error', new Error('connect ECONNREFUSED 127.0.0.1:7002'))
  const error = '1 of 3 masters not serving: connect ECONNREFUSED 127.0.0.1:7002'
  t.match(await run(check), { status: 'DEGRADED', details: { error } })
  t.equal(third.count('SETRANGE'), 0)
  third.isReady = true
  t.match(await run(check), { status: 'UP' })
})

await t.test('a master of ioredis without a connection is reached through the cluster', async (t) => {
  const { cluster, second } = ioCluster()
  cluster.connections.delete('127.0.0.1:7001')
  t.match(await run(redis(cluster)), { status: 'UP' })
  t.same([shardOf(cluster), second.sent], [1, []])
})

await t.test('a master to which node-redis is connecting is reached through the cluster', async (t) => {
  for (const master of [{ client: Promise.resolve(new NodeClient()) }, { connectPromise: Promise.resolve() }]) {
    const { cluster } = nodeCluster()
    Object.assign(cluster.shards[1]?.master ?? {}, { client: undefined }, master)
    t.match(await run(redis(cluster)), { status: 'UP' })
    t.equal(shardOf(cluster.routed), 1)
  }
})

await t.test('a master that node-redis has not used gets no connection from the check', async (t) => {
  const [first, second] = [new NodeClient(), new NodeClient()]
  const cluster = new NodeCluster([first, second, undefined])
  t.match(await run(redis(cluster)), { status: 'UP' })
  t.same([shardOf(first), shardOf(second), cluster.routed.sent], [0, 1, []])
  const unused = new NodeCluster([undefined, undefined, undefined])
  t.match(await run(redis(unused)), { status: 'UP' })
  t.equal(unused.routed.count('SETRANGE'), 3)
})

await t.test('a cluster that does not know its slots is sent the commands itself', async (t) => {
  const io = new IoCluster([])
  t.match(await run(redis(io)), { status: 'UP' })
  t.equal(io.sent[0], 'SETRANGE fastify-management-endpoints 0 ""')
  const node = new NodeCluster([])
  node.routed.replies.SETRANGE = rejecting('NOPERM')
  t.match(await run(redis(node)), { status: 'DOWN' })
})

await t.test('a cluster of node-redis 4 without rights is UP, although it has no ping', async (t) => {
  const cluster = new NodeCluster([])
  for (const command of ['SETRANGE', 'GET'] as const) {
    cluster.routed.replies[command] = rejecting('NOPERM this user has no permissions')
  }
  t.match(await run(redis(cluster)), { status: 'UP' })
})

await t.test('the key prefix of a cluster decides the slots and is applied once', async (t) => {
  const { cluster, first, second, masters } = ioCluster()
  cluster.options = { keyPrefix: 'app:' }
  Object.assign(second, { options: { host: '127.0.0.1', port: 7001, keyPrefix: 'app:' } })
  await run(redis(cluster))
  t.match(first.sent[0], /^SETRANGE app:fastify-management-endpoints\{\d+\} /)
  t.match(second.sent[0], /^SETRANGE fastify-management-endpoints\{\d+\} /)
  t.same(masters.map(shardOf), [0, 1, 2])
})

await t.test('a key prefix with a hash tag leaves all masters with an answer', async (t) => {
  const { cluster, masters } = ioCluster()
  cluster.options = { keyPrefix: '{app}:' }
  t.match(await run(redis(cluster)), { status: 'UP' })
  t.same(masters.map((master) => master.count('SETRANGE')), [1, 1, 1])
})

await t.test('a master gets a new memory of its rights when it fails', async (t) => {
  const { cluster, first } = ioCluster()
  const check = redis(cluster)
  first.replies.SETRANGE = rejecting('NOPERM this user has no permissions')
  await run(check)
  first.replies.GET = rejecting('LOADING Redis is loading the dataset in memory')
  t.match(await run(check), { status: 'DEGRADED' })
  await run(check)
  t.equal(first.count('SETRANGE'), 2)
})
