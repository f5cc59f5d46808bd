import fastifyMongodb from '@fastify/mongodb'
import fastifyMysql from '@fastify/mysql'
import fastifyPostgres from '@fastify/postgres'
import fastifyRedis from '@fastify/redis'
import t from 'tap'
import type { Test } from 'tap'
import { startApp } from '../../support/app.js'
import type { TestApp } from '../../support/app.js'
import { missing, servers, startServer } from '../../support/servers/index.js'
import type { ServerName, TestServer } from '../../support/servers/index.js'
import { isRecord } from '../../../lib/base/type-guards.js'

/** Each fault takes a while to be detected and to end. */
t.setTimeout(300_000)

const NEEDED = ['postgres', 'mariadb', 'redis', 'mongodb'] as const

type Servers = Record<typeof NEEDED[number], TestServer>

/** Starts an app with all official plugins, registered with and without a name if a plugin allows both. */
async function startShop (t: Test, { postgres, mariadb, redis, mongodb }: Servers): Promise<TestApp> {
  const { host, port, password } = redis
  const closes = { forceClose: true, database: 'shop' }
  const options = { autoChecks: 'readiness', showDetails: 'always', checkDefaults: { timeout: 10_000 } } as const
  return await startApp(t, options, {
    async after (app) {
      await app.register(fastifyPostgres, { connectionString: postgres.url })
      await app.register(fastifyPostgres, { connectionString: postgres.url, name: 'orders' })
      for (const db of [app.pg, app.pg['orders']]) db?.pool.on('error', () => undefined)
      await app.register(fastifyMysql, { connectionString: mariadb.url, name: 'callbacks' })
      await app.register(fastifyMysql, { connectionString: mariadb.url, promise: true, name: 'promises' })
      await app.register(fastifyMysql, { uri: mariadb.url, type: 'connection', promise: true, name: 'single' })
      await app.register(fastifyRedis, { host, port, password, namespace: 'cache' })
      await app.register(fastifyRedis, { host, port, password, namespace: 'sessions' })
      await app.register(fastifyMongodb, { url: urlOf(mongodb), name: 'cats', ...closes })
    }
  })
}

function urlOf ({ url }: TestServer): string {
  return url.includes('?') ? url : `${url.replace(/\/$/, '')}/?authSource=admin`
}

const skip = NEEDED.map((name) => missing(name)).find((reason) => reason !== false) ?? false

await t.test('autoChecks with the official plugins and real servers', { skip }, async (t) => {
  const start = async (name: ServerName): Promise<TestServer> => await startServer(t, name)
  const starting = [start('postgres'), start('mariadb'), start('redis'), start('mongodb')] as const
  const [postgres, mariadb, redis, mongodb] = await Promise.all(starting)
  const { get } = await startShop(t, { postgres, mariadb, redis, mongodb })

  await t.test('all clients are found and UP', async (t) => {
    const { status, body } = await get('/z/health/readiness?verbose')
    t.equal(status, 200)
    const components = isRecord(body) && isRecord(body['components']) ? body['components'] : {}
    t.same(Object.keys(components).toSorted(), [
      'mongodb.cats', 'mysql.callbacks', 'mysql.promises', 'mysql.single', 'postgres', 'postgres.orders',
      'redis.cache', 'redis.sessions'
    ].toSorted())
    for (const [name, component] of Object.entries(components)) {
      t.match(component, { status: 'UP', details: { version: String, latencyMs: Number } }, name)
    }
  })

  await t.test('the checks of a stopped server are DOWN, and the other checks stay UP', async (t) => {
    await redis.stop()
    const components = {
      'redis.cache': { status: 'DOWN' },
      'redis.sessions': { status: 'DOWN' },
      postgres: { status: 'UP' }
    }
    t.match(await get('/z/health/readiness?verbose'), { status: 503, body: { components } })
    await redis.start()
  })
})

t.ok(NEEDED.every((name) => name in servers))
