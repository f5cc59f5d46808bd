import { Redis } from 'ioredis'
import { createClient, createClientPool } from 'redis'
import t from 'tap'
import { redis } from '../../../lib/checks/clients/redis/redis.js'
import { missing, startServer } from '../../support/servers/index.js'
import { EXPECTED } from './expected.js'
import { proveFaults } from './prove.js'
import type { Connect } from './prove.js'

/** Each fault takes a while to be detected and to end. */
t.setTimeout(300_000)

const POOL_SIZE = 2

const connectIoredis: Connect = ({ host, port, password }) => {
  const client = new Redis({ host, port, password })
  client.on('error', () => undefined)
  return { check: redis(client), close: () => client.disconnect() }
}

const connectNodeRedis: Connect = ({ host, port, password }) => {
  const client = createClient({ socket: { host, port }, password })
  client.on('error', () => undefined)
  // Never resolves in the test of a wrong password.
  client.connect().catch(() => undefined)
  return { check: redis(client), close: () => client.destroy() }
}

const connectPool: Connect = ({ host, port, password }) => {
  const pool = createClientPool({ socket: { host, port }, password }, { minimum: 1, maximum: POOL_SIZE })
  pool.on('error', () => undefined)
  pool.connect().catch(() => undefined)
  return {
    check: redis(pool),
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

await t.test('Redis', { skip: missing('redis') }, async (t) => {
  const server = await startServer(t, 'redis')
  await t.test('ioredis', async (t) => {
    await proveFaults(t, { server, connect: connectIoredis, expected: EXPECTED.ioredis })
  })
  await t.test('client of node-redis', async (t) => {
    await proveFaults(t, { server, connect: connectNodeRedis, expected: EXPECTED['node-redis'] })
  })
  await t.test('pool of node-redis', async (t) => {
    await proveFaults(t, { server, connect: connectPool, expected: EXPECTED['node-redis pool'] })
  })
})
