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

/** Every fault takes a while to be seen and to be over. */
t.setTimeout(300_000)

const NEEDED = ['postgres', 'mariadb', 'redis', 'mongodb'] as const

/** An app with every official plugin, with a name and without, where it can have both. */
async function startShop (t: Test, { postgres, mariadb, redis, mongodb }: Record<typeof NEEDED[number], TestServer>): Promise<TestApp> {
  const { host, port, password } = redis
  const closes = { forceClose: true, database: 'shop' }
  return await startApp(t, { autoChecks: 'readiness', showDetails: 'always', checkDefaults: { timeout: 10_000 } }, {
    async after (app) {
      await app.register(fastifyPostgres, { connectionString: postgres.url })
      await app.register(fastifyPostgres, { connectionString: postgres.url, name: 'orders' })
      for (const { pool } of [app.pg, app.pg['orders']].filter((db) => db !== undefined)) pool.on('error', () => undefined)
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

await t.test('autoChecks with the official plugins and real servers', { skip: NEEDED.map((name) => missing(name)).find((reason) => reason !== false) ?? false }, async (t) => {
  const start = async (name: ServerName): Promise<TestServer> => await startServer(t, name)
  const [postgres, mariadb, redis, mongodb] = await Promise.all([start('postgres'), start('mariadb'), start('redis'), start('mongodb')])
  const { get } = await startShop(t, { postgres, mariadb, redis, mongodb })

  await t.test('all are found, and are UP', async (t) => {
    const { status, body } = await get('/z/health/readiness?verbose')
    t.equal(status, 200)
    const components = isRecord(body) && isRecord(body['components']) ? body['components'] : {}
    t.same(Object.keys(components).toSorted(), [
      'mongodb.cats', 'mysql.callbacks', 'mysql.promises', 'mysql.single', 'postgres', 'postgres.orders', 'redis.cache', 'redis.sessions'
    ].toSorted())
    for (const [name, component] of Object.entries(components)) t.match(component, { status: 'UP', details: { version: String, latencyMs: Number } }, name)
  })

  await t.test('each says when its own server is away', async (t) => {
    await redis.stop()
    t.match(await get('/z/health/readiness?verbose'), { status: 503, body: { components: { 'redis.cache': { status: 'DOWN' }, 'redis.sessions': { status: 'DOWN' }, postgres: { status: 'UP' } } } })
    await redis.start()
  })
})

t.ok(NEEDED.every((name) => name in servers))
