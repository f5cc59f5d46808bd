import { Queue } from 'bullmq'
import { Cluster, Redis } from 'ioredis'
import { createClient, createClientPool, createCluster } from 'redis'
import t from 'tap'
import type { Test } from 'tap'
import { bullmq } from '../../../lib/checks/clients/bullmq/bullmq.js'
import { redis } from '../../../lib/checks/clients/redis/redis.js'
import { missing, startServer } from '../../support/servers/index.js'
import { sendCommand } from '../../support/servers/redis.js'
import { startRedisCluster } from '../../support/servers/redis-cluster.js'
import { EXPECTED } from './expected.js'
import { causeAndEnd, proveFaults } from './prove.js'
import type { Connect, FaultTest } from './prove.js'

/** Each fault takes a while to be detected and to end. */
t.setTimeout(300_000)

const POOL_SIZE = 2

const connectIoredis: Connect = ({ host, port, password }, options) => {
  const client = new Redis({ host, port, password })
  client.on('error', () => undefined)
  return { check: redis(client, options), close: () => client.disconnect() }
}

const connectBullmq: Connect = ({ host, port, password }) => {
  const connection = new Redis({ host, port, password, maxRetriesPerRequest: null })
  const queue = new Queue('mail', { connection })
  queue.on('error', () => undefined)
  return { check: bullmq(queue), close: () => connection.disconnect() }
}

const connectNodeRedis: Connect = ({ host, port, password }, options) => {
  const client = createClient({ socket: { host, port }, password })
  client.on('error', () => undefined)
  // Never resolves in the test of a wrong password.
  client.connect().catch(() => undefined)
  return { check: redis(client, options), close: () => client.destroy() }
}

const connectPool: Connect = ({ host, port, password }, options) => {
  const pool = createClientPool({ socket: { host, port }, password }, { minimum: 1, maximum: POOL_SIZE })
  pool.on('error', () => undefined)
  pool.connect().catch(() => undefined)
  return {
    check: redis(pool, options),
    async occupy () {
      const releases: (() => void)[] = []
      const taken = Array.from({ length: POOL_SIZE }, async () => await new Promise<void>((resolve) => {
        void pool.execute(async () => {
          resolve()
          await new Promise<void>((resolve) => releases.push(resolve))
        })
      }))
      await Promise.all(taken)
      return () => releases.forEach((release) => release())
    },
    close: () => pool.destroy()
  }
}

/** Causes the faults in which the server answers, but refuses writes. */
async function proveNoWrites (t: Test, test: FaultTest): Promise<void> {
  const set = async (command: readonly string[]): Promise<unknown> => await sendCommand(test.server, command)
  await t.test('the server becomes a replica, and a master again', async (t) => {
    const cause = async (): Promise<unknown> => await set(['REPLICAOF', '127.0.0.1', '1'])
    const end = async (): Promise<unknown> => await set(['REPLICAOF', 'NO', 'ONE'])
    await causeAndEnd(t, test, { fault: 'replica', cause, end }, {}, { writable: true })
  })
  await t.test('the server has no memory, and has some again', async (t) => {
    const cause = async (): Promise<unknown> => await set(['CONFIG', 'SET', 'maxmemory', '1'])
    const end = async (): Promise<unknown> => await set(['CONFIG', 'SET', 'maxmemory', '0'])
    await causeAndEnd(t, test, { fault: 'out of memory', cause, end }, {}, { writable: true })
  })
}

const connectIoredisCluster = (password: string): Connect => ({ host, port }) => {
  const cluster = new Cluster([{ host, port }], { redisOptions: { password } })
  cluster.on('error', () => undefined)
  return { check: redis(cluster), close: () => cluster.disconnect() }
}

const connectNodeRedisCluster = (password: string): Connect => async ({ host, port }) => {
  const cluster = createCluster({ rootNodes: [{ socket: { host, port } }], defaults: { password } })
  cluster.on('error', () => undefined)
  await cluster.connect()
  return { check: redis(cluster), close: () => cluster.destroy() }
}

await t.test('Redis', { skip: missing('redis') }, async (t) => {
  const server = await startServer(t, 'redis')
  await t.test('ioredis', async (t) => {
    const test = { server, connect: connectIoredis, expected: EXPECTED.ioredis }
    await proveFaults(t, test)
    await proveNoWrites(t, test)
  })
  await t.test('Queue of BullMQ', async (t) => {
    await proveFaults(t, { server, connect: connectBullmq, expected: EXPECTED.bullmq })
  })
  await t.test('client of node-redis', async (t) => {
    const test = { server, connect: connectNodeRedis, expected: EXPECTED['node-redis'] }
    await proveFaults(t, test)
    await proveNoWrites(t, test)
  })
  await t.test('pool of node-redis', async (t) => {
    const test = { server, connect: connectPool, expected: EXPECTED['node-redis pool'] }
    await proveFaults(t, test)
    await proveNoWrites(t, test)
  })
})

await t.test('Redis cluster', { skip: missing('redis') }, async (t) => {
  const cluster = await startRedisCluster(t)
  const clients = [
    ['ioredis cluster', connectIoredisCluster],
    ['node-redis cluster', connectNodeRedisCluster]
  ] as const
  for (const [name, connect] of clients) {
    await t.test(`${name}: a master stops and starts again`, async (t) => {
      const cause = async (): Promise<unknown> => await cluster.stopMaster()
      const end = async (): Promise<unknown> => await cluster.startMaster()
      const test = { server: cluster.server, connect: connect(cluster.password), expected: EXPECTED[name] }
      await causeAndEnd(t, test, { fault: 'cluster without a master', cause, end })
    })
  }
})
