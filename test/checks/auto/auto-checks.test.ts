import { EventEmitter } from 'node:events'
import type { FastifyInstance, FastifyPluginCallback, FastifyServerOptions } from 'fastify'
import Fastify from 'fastify'
import fp from 'fastify-plugin'
import { Redis } from 'ioredis'
import { Mongoose } from 'mongoose'
import pg from 'pg'
import t from 'tap'
import { Scopes } from '../../../lib/checks/auto/scopes.js'
import management from '../../../lib/index.js'
import { startApp } from '../../support/app.js'
import type { TestApp } from '../../support/app.js'
import { RecordingLog } from '../../support/log.js'
import type { ManagementOptions } from '../../../lib/index.js'

type SetUp = (app: FastifyInstance) => void | Promise<void>

/** The parts of the decorator of @fastify/postgres that the check uses. */
function postgresDouble (version = '17.2'): object {
  const client = Object.assign(new EventEmitter(), {
    query: async () => await Promise.resolve({ rows: [{ version, read_only: 'off' }] }),
    release: () => undefined
  })
  const pool = Object.assign(new EventEmitter(), {
    options: { max: 10 },
    totalCount: 1,
    idleCount: 1,
    waitingCount: 0,
    connect: async () => await Promise.resolve(client)
  })
  pool.on('error', () => undefined)
  return { pool, connect: pool.connect, query: client.query }
}

const REDIS_PARTS = { status: 'ready', get: () => null, ping: () => 'PONG', info: () => '' }
const REDIS = Object.assign(new EventEmitter(), REDIS_PARTS)

interface AutoCheckedApp extends TestApp {
  /** The names of the checks in `/health`. */
  readonly names: () => Promise<readonly string[]>
}

/** Starts an app that other plugins decorate before or after this plugin is registered. */
async function start (
  test: Pick<typeof t, 'teardown'>,
  options: ManagementOptions,
  { before, after }: { before?: SetUp, after?: SetUp } = {}
): Promise<AutoCheckedApp> {
  const setUps = { ...(before && { before }), ...(after && { after }) }
  const app = await startApp(test, { showDetails: 'always', ...options }, setUps)
  return { ...app, names: async () => Object.keys((await app.app.management.health()).components) }
}

function decorate (key: string, value: unknown): (app: FastifyInstance) => void {
  return (app) => { app.decorate(key, value) }
}

/** Makes a plugin that decorates its own scope. */
function decorated (key: string, value: unknown): FastifyPluginCallback {
  return (scope, _options, done) => {
    decorate(key, value)(scope)
    done()
  }
}

await t.test('no check is added without the option autoChecks', async (t) => {
  for (const options of [{}, { autoChecks: false }, { autoChecks: undefined }]) {
    const { names } = await start(t, options, { before: decorate('pg', postgresDouble()) })
    t.same(await names(), [])
  }
})

await t.test('autoChecks finds a client that was registered before or after this plugin', async (t) => {
  for (const when of ['before', 'after'] as const) {
    const { get, lines } = await start(t, { autoChecks: true }, { [when]: decorate('pg', postgresDouble()) })
    const { body } = await get('/z/health')
    t.match(body, { status: 'UP', components: { postgres: { status: 'UP', details: { version: '17.2' } } } }, when)
    const logged = lines.filter(({ message }) => String(message).includes('added checks'))
    t.match(logged, [{ level: 'info', checks: ['postgres'] }], 'and its name is logged')
  }
})

await t.test('autoChecks: true adds checks to /health only', async (t) => {
  const { app } = await start(t, { autoChecks: true }, { before: decorate('pg', postgresDouble()) })
  t.same((await app.management.health('readiness')).components, {})
})

await t.test('autoChecks adds the checks to one kind or several kinds', async (t) => {
  const { app } = await start(t, { autoChecks: 'readiness' }, { before: decorate('pg', postgresDouble()) })
  t.match(await app.management.health('readiness'), { components: { postgres: { status: 'UP' } } })
  const options = { kinds: ['storage'], autoChecks: ['startup', 'storage'] }
  const { app: several } = await start(t, options, { before: decorate('pg', postgresDouble()) })
  t.match(await several.management.health('startup'), { components: { postgres: { status: 'UP' } } })
  t.match(await several.management.health('storage'), { components: { postgres: { status: 'UP' } } })
})

await t.test('named clients are found under their names', async (t) => {
  const pg = { users: postgresDouble('16.1'), 'my orders': postgresDouble('15.2') }
  const { app } = await start(t, { autoChecks: true }, { before: decorate('pg', pg) })
  t.match((await app.management.health()).components, {
    'postgres.users': { details: { version: '16.1' } },
    'postgres.my_orders': { details: { version: '15.2' } }
  })
})

await t.test('an unnamed client and named clients are found side by side', async (t) => {
  const pg = { ...postgresDouble(), users: postgresDouble() }
  const { names } = await start(t, { autoChecks: true }, { before: decorate('pg', pg) })
  t.same((await names()).toSorted(), ['postgres', 'postgres.users'])
})

await t.test('a client of a scope that was registered earlier is found, and the log names its scopes', async (t) => {
  const shared = postgresDouble()
  const { lines, names } = await start(t, { autoChecks: true }, {
    async before (app) {
      await app.register(Object.assign(decorated('pg', shared), { [Symbol.for('fastify.display-name')]: 'shop' }))
    },
    async after (app) { await app.register(decorated('pg', shared), { prefix: '/users' }) }
  })
  t.same(await names(), ['postgres'])
  const at = ['fastify.pg of shop', 'fastify.pg of a plugin without a name, prefix /users']
  t.match(lines.filter(({ found }) => found !== undefined), [{ found: [{ check: 'postgres', type: 'postgres', at }] }])
})

await t.test('a plugin in a scope finds the clients of the scopes above and below, and no others', async (t) => {
  const log = new RecordingLog()
  const options: FastifyServerOptions = { loggerInstance: log }
  const app = Fastify(options)
  t.teardown(async () => await app.close())
  decorate('pg', postgresDouble())(app)
  await app.register(decorated('redis', REDIS))
  let names: readonly string[] = []
  await app.register(async (scope) => {
    await scope.register(management, { autoChecks: true })
    await scope.register(decorated('cache', { redis: 1 }))
    await scope.register(decorated('mysql', { getConnection: () => undefined }))
    scope.addHook('onReady', async () => { names = Object.keys((await scope.management.health()).components) })
  })
  await app.ready()
  t.same([...names].sort(), ['mysql', 'postgres'])
})

await t.test('scopes of a Fastify without its private property are found if they are registered later', (t) => {
  const listeners: ((scope: object, options: unknown) => void)[] = []
  const addHook = (_name: string, listener: typeof listeners[number]): unknown => listeners.push(listener)
  const app = { addHook, pluginName: 'fastify', prefix: '' }
  const scopes = new Scopes(app as unknown as FastifyInstance)
  const child = Object.create(app) as object
  listeners.forEach((listener) => listener(child, { prefix: '/x' }))
  t.same(scopes.list().map(({ options }) => options), [undefined, { prefix: '/x' }])
  t.same(scopes.list().map(({ instance }) => instance), [app, child])
  t.end()
})

await t.test('a client that its check refuses is logged, and other clients get their checks', async (t) => {
  // The search reads no getter, and the check reads these.
  const prisma = { query: () => undefined, get $connect () { return 1 }, get $disconnect () { return 1 } }
  const { lines, names } = await start(t, { autoChecks: true }, {
    after (app) {
      decorate('pg', prisma)(app)
      decorate('redis', REDIS)(app)
    }
  })
  t.same(await names(), ['redis'])
  t.match(lines.filter(({ objects }) => objects !== undefined), [{
    level: 'info',
    objects: [{ path: 'fastify.pg of the app', reason: /a Prisma client/ }],
    message: 'autoChecks adds no checks for these objects: add your own'
  }])
})

await t.test('names that no check may have get a number or another beginning', async (t) => {
  const client = new Redis({ lazyConnect: true }).on('error', () => undefined)
  t.teardown(() => client.disconnect())
  const decorators = {
    ping: client, '§': new pg.Pool(), __db: new pg.Pool(), pg: { ' 1': postgresDouble(), '../x': postgresDouble() }
  }
  const { names } = await start(t, { autoChecks: true, checkDefaults: { timeout: 50 } }, {
    before (app) { for (const [name, value] of Object.entries(decorators)) decorate(name, value)(app) }
  })
  t.same((await names()).toSorted(), ['client', 'db', 'ping-2', 'postgres..._x', 'postgres._1'])
})

await t.test('a client that is both unnamed and named is found once, under its name', async (t) => {
  const pg: Record<string, unknown> = { ...postgresDouble() }
  pg['users'] = pg
  const { names } = await start(t, { autoChecks: true }, { before: decorate('pg', pg) })
  t.same(await names(), ['postgres.users'])
})

await t.test('a name that is too long is shortened', async (t) => {
  const pg = { ['x'.repeat(200)]: postgresDouble(), ['x'.repeat(201)]: postgresDouble() }
  const { names } = await start(t, { autoChecks: true }, { before: decorate('pg', pg) })
  const found = await names()
  t.same(found.map((name) => name.length), [100, 97])
  t.match(found[1], /-2$/)
})

await t.test('clients of inner scopes are found: the same client once, other clients with a number', async (t) => {
  const shared = postgresDouble()
  const { names } = await start(t, { autoChecks: true }, {
    async after (app) {
      await app.register(async (scope) => { await scope.register(decorated('pg', shared)) })
      await app.register(decorated('pg', shared))
      await app.register(decorated('pg', postgresDouble()))
      await app.register(fp(decorated('redis', REDIS)))
    }
  })
  t.same((await names()).toSorted(), ['postgres', 'postgres-2', 'redis'])
})

await t.test('the app\'s own check keeps its name, whenever it is added', async (t) => {
  const own = (): boolean => true
  const options = { autoChecks: true, checks: { health: { postgres: own } } }
  const early = await start(t, options, { before: decorate('pg', postgresDouble()) })
  t.same((await early.app.management.health()).components['postgres']?.details, undefined, 'in the options')
  t.match(early.lines.filter(({ checks }) => checks !== undefined), [{
    level: 'info',
    checks: ['postgres'],
    message: /^added no checks under these names, because the app has its own checks there$/
  }])
  t.same(early.lines.filter(({ level }) => level === 'warn'), [])
  const hooked = await start(t, { autoChecks: true }, {
    after (app) {
      decorate('pg', postgresDouble())(app)
      app.addHook('onReady', (done) => { app.management.addCheck('health', 'postgres', own); done() })
    }
  })
  t.same((await hooked.app.management.health()).components['postgres']?.details, undefined, 'when the app was ready')
  const late = await start(t, { autoChecks: true }, { before: decorate('pg', postgresDouble()) })
  late.app.management.addCheck('readiness', 'postgres', own)
  t.same((await late.app.management.health()).components['postgres']?.details, undefined, 'later')
  const { components } = await late.app.management.health('readiness')
  t.match(components, { postgres: { status: 'UP' } }, 'under its own kind')
  const addAgain = (): void => late.app.management.addCheck('readiness', 'postgres', () => false)
  t.throws(addAgain, { code: 'FST_MANAGEMENT_NAME_TAKEN' }, 'and keeps its name')
})

await t.test('an automatic check stays when addCheck() throws', async (t) => {
  const { app, names } = await start(t, { autoChecks: true }, { before: decorate('pg', postgresDouble()) })
  t.throws(() => app.management.addCheck('readines', 'postgres', () => true), { code: 'FST_MANAGEMENT_KIND_UNKNOWN' })
  // @ts-expect-error not a function
  t.throws(() => app.management.addCheck('readiness', 'postgres', 7), { code: 'FST_MANAGEMENT_FUNCTION_INVALID' })
  t.same(await names(), ['postgres'])
})

await t.test('removeCheck() removes an automatic check and frees its name', async (t) => {
  const { app, names } = await start(t, { autoChecks: true }, { before: decorate('pg', postgresDouble()) })
  t.equal(app.management.removeCheck('postgres'), true)
  t.same(await names(), [])
  app.management.addCheck('health', 'postgres', () => true)
  t.throws(() => app.management.addCheck('health', 'postgres', () => true), { code: 'FST_MANAGEMENT_NAME_TAKEN' })
})

await t.test('checkDefaults apply to automatic checks', async (t) => {
  const dead = { query: async () => await Promise.reject(new Error('gone')) }
  const options = { autoChecks: true, checkDefaults: { failureStatus: 'DEGRADED' } } as const
  const { app } = await start(t, options, { before: decorate('pg', dead) })
  t.match((await app.management.health()).components, { postgres: { status: 'DEGRADED', details: { error: 'gone' } } })
})

await t.test('a decorator that is not a client is ignored, and the missing client is logged', async (t) => {
  const nonsense = [{}, { users: {} }, { users: 7, orders: null }, 'postgres://db', 7, [], () => undefined]
  for (const value of nonsense) {
    const { names, lines } = await start(t, { autoChecks: true }, { before: decorate('pg', value) })
    t.same(await names(), [])
    t.match(lines.filter(({ level }) => level === 'warn'), [{ message: /found no client to add a check for/ }])
  }
})

await t.test('a pool of the connector mariadb is found, also as { pool } and under a name', async (t) => {
  const pool = (): object => ({
    getConnection: () => undefined,
    totalConnections: () => 0,
    idleConnections: () => 0,
    taskQueueSize: () => 0
  })
  const own = await start(t, { autoChecks: 'readiness' }, { before: decorate('mariadb', pool()) })
  const wrapped = await start(t, { autoChecks: 'readiness' }, { before: decorate('mariadb', { pool: pool() }) })
  const named = await start(t, { autoChecks: 'readiness' }, { before: decorate('mariadb', { orders: pool() }) })
  const found = [own, wrapped, named].map(async ({ names }) => await names())
  t.same(await Promise.all(found), [['mariadb'], ['mariadb'], ['mariadb.orders']])
})

await t.test('the decorators of @fastify/mongodb are found, and mongoose connections beside them', async (t) => {
  const client: object = Object.assign(new EventEmitter(), {
    options: {}, db: (): object => ({ command: () => undefined, client })
  })
  const cats = { client, db: undefined }
  const { names } = await start(t, { autoChecks: true, checkDefaults: { timeout: 20 } }, {
    before: decorate('mongo', { ...cats, cats, dogs: new Mongoose().createConnection() })
  })
  t.same((await names()).toSorted(), ['mongo.dogs', 'mongodb.cats'])
})

await t.test('named clients are found under the names of a client\'s parts', async (t) => {
  const pg = { db: postgresDouble(), pool: postgresDouble(), client: postgresDouble() }
  const { names } = await start(t, { autoChecks: true }, { before: decorate('pg', pg) })
  t.same((await names()).toSorted(), ['postgres.client', 'postgres.db', 'postgres.pool'])
})

await t.test('a name that equals a kind gets a number', async (t) => {
  const options = { kinds: ['Postgres'], autoChecks: true }
  const { names } = await start(t, options, { before: decorate('pg', postgresDouble()) })
  t.same(await names(), ['postgres-2'])
})

await t.test('a client that many scopes share gets one check', async (t) => {
  const client = Object.assign(new EventEmitter(), REDIS_PARTS)
  await start(t, { autoChecks: true }, {
    before: decorate('redis', client),
    async after (app) {
      for (let count = 0; count < 30; count++) await app.register((_scope, _options, done) => done())
    }
  })
  t.equal(client.listenerCount('close'), 1)
})

await t.test('a decorator with unreadable parts is ignored', async (t) => {
  const fail = (): never => { throw new Error('not yet') }
  const hostile: readonly object[] = [
    Object.defineProperty({}, 'pool', { enumerable: true, get: fail }),
    Object.defineProperty({}, 'users', { enumerable: true, get: fail }),
    { users: Object.defineProperty({}, 'pool', { enumerable: true, get: fail }) },
    new Proxy({}, { ownKeys: fail })
  ]
  for (const value of hostile) {
    const { names } = await start(t, { autoChecks: true }, { before: decorate('pg', value) })
    t.same(await names(), [])
  }
})

await t.test('a startup check that is added too late does not replace an automatic check', async (t) => {
  const { app, get, names } = await start(t, { autoChecks: 'startup' }, { before: decorate('pg', postgresDouble()) })
  t.match(await get('/z/health/startup'), { status: 200 })
  const addLate = (): void => app.management.addCheck('startup', 'postgres', () => true)
  t.throws(addLate, { code: 'FST_MANAGEMENT_STARTUP_COMPLETED' })
  t.same(await names(), ['postgres'])
})

await t.test('an unreadable decorator is ignored', async (t) => {
  const { names } = await start(t, { autoChecks: true }, {
    before: decorate('pg', { getter () { throw new Error('not yet') } }),
    after: decorate('redis', REDIS)
  })
  t.same(await names(), ['redis'])
})

await t.test('the registration fails when autoChecks is invalid', async (t) => {
  const wrong: readonly [unknown, string, RegExp][] = [
    [
      'liveness',
      'FST_MANAGEMENT_OPTION_INVALID',
      /option "autoChecks" must be true, false, or kinds other than liveness, got the string "liveness"/
    ],
    [['readiness', 'liveness'], 'FST_MANAGEMENT_OPTION_INVALID', /got the string "liveness"/],
    ['readines', 'FST_MANAGEMENT_KIND_UNKNOWN', /unknown kind: got the string "readines"/],
    [[], 'FST_MANAGEMENT_KIND_UNKNOWN', /unknown kind: got an array of 0/],
    [7, 'FST_MANAGEMENT_KIND_UNKNOWN', /unknown kind: got the number 7/]
  ]
  for (const [autoChecks, code, message] of wrong) {
    await t.rejects(startApp(t, { autoChecks } as ManagementOptions), { code, message })
  }
})
