import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { Redis } from 'ioredis'
import { MongoClient } from 'mongodb'
import { createPool } from 'mysql2'
import pg from 'pg'
import { createClient } from 'redis'
import t from 'tap'
import type { Test } from 'tap'
import { mongodb } from '../../../lib/checks/clients/mongodb/mongodb.js'
import { mysql } from '../../../lib/checks/clients/sql/mysql.js'
import { postgres } from '../../../lib/checks/clients/sql/postgres.js'
import { redis } from '../../../lib/checks/clients/redis/redis.js'
import { certificate } from '../../../lib/checks/network/certificate.js'
import { diskSpaceWith } from '../../../lib/checks/host/disk-space.js'
import { dns } from '../../../lib/checks/network/dns.js'
import { http } from '../../../lib/checks/network/http.js'
import { serviceDependency } from '../../../lib/checks/network/service-dependency.js'
import { systemClock } from '../../../lib/base/clock.js'
import type { CheckFunction } from '../../../lib/health/check/check-function.js'
import { standaloneCheck } from '../../support/check.js'
import { block } from '../../support/clock.js'
import { listen } from '../../support/loopback.js'

/** The checks have 90 % of it for their answers. */
const TIMEOUT_MS = 2_000

const host = '127.0.0.1'
const ignore = (): undefined => undefined

/** Makes a check of each kind for servers that accept connections or requests and never answer. */
async function makeChecksOfSilentServers (t: Test): Promise<Readonly<Record<string, CheckFunction>>> {
  const port = await listen(t, createServer())
  const names = createSocket('udp4').bind(0, host)
  t.teardown(() => names.close())
  await once(names, 'listening')
  const mysqlPool = createPool({ host, port })
  const pgPool = new pg.Pool({ host, port, user: 'tester', password: 'secret' }).on('error', ignore)
  const mongoClient = new MongoClient(`mongodb://${host}:${port}`)
  const ioredis = new Redis({ host, port }).on('error', ignore)
  const nodeRedis = createClient({ url: `redis://${host}:${port}` }).on('error', ignore)
  nodeRedis.connect().catch(ignore)
  t.teardown(async () => {
    mysqlPool.end(ignore)
    ioredis.disconnect()
    nodeRedis.destroy()
    await Promise.all([pgPool.end(), mongoClient.close()])
  })
  return {
    certificate: certificate({ host, port }),
    diskSpace: diskSpaceWith(async () => await new Promise(ignore), {}),
    dns: dns('db.test', { servers: [`${host}:${names.address().port}`] }),
    http: http(`http://${host}:${port}/`),
    ioredis: redis(ioredis),
    mongodb: mongodb(mongoClient),
    mysql: mysql(mysqlPool),
    'node-redis': redis(nodeRedis),
    postgres: postgres(pgPool),
    serviceDependency: serviceDependency(`http://${host}:${port}/z/health`)
  }
}

await t.test('a check reports the cause of its wait, even if a blocked event loop delays all timers', async (t) => {
  const checks = Object.entries(await makeChecksOfSilentServers(t))
  const runs = checks.map(([name, check]) => {
    return { name, run: standaloneCheck(check, { timeout: TIMEOUT_MS }, systemClock).run() }
  })
  block(TIMEOUT_MS + 100)
  for (const { name, run } of runs) t.match(await run, { status: 'DOWN', details: { error: /within 1800 ms$/ } }, name)
})
