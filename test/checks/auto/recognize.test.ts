import { EventEmitter } from 'node:events'
import { inspect } from 'node:util'
import { Client as OpenSearchClient } from '@opensearch-project/opensearch'
import { Queue } from 'bullmq'
import { Cluster, Redis } from 'ioredis'
import { Kafka, logLevel } from 'kafkajs'
import mariadb from 'mariadb'
import { MongoClient } from 'mongodb'
import { Mongoose } from 'mongoose'
import mysql2 from 'mysql2'
import { createTransport } from 'nodemailer'
import pg from 'pg'
import { createClient, createClientPool, createCluster } from 'redis'
import t from 'tap'
import { RECOGNIZERS } from '../../../lib/checks/auto/recognize/index.js'
import { findClients } from '../../../lib/checks/auto/find-clients.js'
import { startApp } from '../../support/app.js'
import { RecordingLog } from '../../support/log.js'

type Close = () => unknown

/** Makes a class with these methods, which count as parts of the client. */
function classOf (name: string, methods: readonly string[], getters: readonly string[] = []): new () => object {
  const Named = class { readonly isDouble = true }
  Object.defineProperty(Named, 'name', { value: name })
  const method = { value: () => ({}), configurable: true, writable: true }
  for (const key of methods) Object.defineProperty(Named.prototype, key, method)
  for (const key of getters) Object.defineProperty(Named.prototype, key, { get: fail })
  return Named
}

function fail (): never {
  throw new Error('a getter was called')
}

function knexDouble (dialect: string): object {
  const methods = { raw: fail, transaction: fail, select: fail, batchInsert: fail }
  return Object.defineProperty(Object.assign(function knex () { fail() }, methods, {
    context: { client: { dialect, pool: {} } }
  }), 'client', { get: fail })
}

function prismaDouble (): object {
  const methods = { $queryRawUnsafe: fail, $connect: fail, $disconnect: fail }
  const target = Object.assign(Object.create(methods) as object, { _activeProvider: 'sqlite', _clientVersion: '7.0.0' })
  return new Proxy(Object.assign(target, { _originalClient: target }), { get: readByFastify })
}

/** Fastify itself reads two properties of each decorator. */
function readByFastify (_target: object, key: PropertyKey): undefined {
  if (key !== 'getter' && key !== 'setter') fail()
}

const MYSQL = ['query', 'execute', 'end', 'beginTransaction']
const KYSELY = ['selectFrom', 'executeQuery', 'withPlugin', 'destroy']
const TYPEORM = ['initialize', 'query', 'createQueryRunner', 'getRepository', 'runMigrations']
const SEQUELIZE = ['authenticate', 'query', 'define', 'transaction', 'getQueryInterface']

function kyselyDouble (name = 'Kysely'): object {
  const Adapter = classOf('PostgresAdapter', [])
  const getExecutor = (): object => ({ adapter: new Adapter() })
  return Object.assign(new (classOf(name, KYSELY, ['schema', 'isTransaction']))(), { getExecutor })
}

/** Clients that connect to nothing before their first use, by the type that autoChecks must recognize. */
function clients (t: { readonly teardown: (close: Close) => unknown }): readonly (readonly [string, string, object])[] {
  const open = <T extends object>(client: T, close: (client: T) => unknown): T => {
    t.teardown(() => close(client))
    return client
  }
  const redis = open(new Redis({ lazyConnect: true }), (client) => client.disconnect())
  const mysqlPool = open(mysql2.createPool({}), (pool) => pool.end())
  const odm = new Mongoose()
  const search = open(new OpenSearchClient({ node: 'http://127.0.0.1:1' }), async (client) => await client.close())
  const mongo = open(new MongoClient('mongodb://127.0.0.1:1'), async (client) => await client.close())
  return [
    ['postgres', 'pg Pool', open(new pg.Pool(), async (pool) => await pool.end())],
    ['postgres', 'pg Client', new pg.Client()],
    ['mysql', 'mysql2 Pool', mysqlPool],
    ['mysql', 'mysql2 promise Pool', open(mysql2.createPool({}).promise(), async (pool) => await pool.end())],
    ['mysql', 'mariadb Pool', open(
      mariadb.createPool({ host: '127.0.0.1', port: 1, minimumIdle: 0 }), async (pool) => await pool.end())],
    ['mysql', 'mysql2 Connection', new (classOf('PromiseConnection', MYSQL))()],
    ['redis', 'ioredis', redis],
    ['redis', 'ioredis Cluster', open(new Cluster([], { lazyConnect: true }), (client) => client.disconnect())],
    ['redis', 'node-redis', createClient()],
    ['redis', 'node-redis pool', createClientPool()],
    ['redis', 'node-redis cluster', createCluster({ rootNodes: [{ url: 'redis://127.0.0.1:1' }] })],
    ['mongodb', 'MongoClient', mongo],
    ['mongodb', 'Db', open(new MongoClient('mongodb://127.0.0.1:1'), async (client) => await client.close()).db('x')],
    ['mongoose', 'Mongoose', odm],
    ['mongoose', 'Connection', new Mongoose().createConnection()],
    ['elasticsearch', 'opensearch', search],
    ['kafka', 'kafkajs', new Kafka({ brokers: ['127.0.0.1:1'], logLevel: logLevel.NOTHING })],
    ['knex', 'Knex', knexDouble('postgresql')],
    ['kysely', 'Kysely', kyselyDouble()],
    ['typeorm', 'DataSource', Object.assign(new (classOf('DataSource', TYPEORM))(), { options: { type: 'postgres' } })],
    ['sequelize', 'Sequelize', Object.assign(new (classOf('Sequelize', SEQUELIZE))(), { options: {}, models: {} })],
    ['prisma', 'Prisma', prismaDouble()]
  ]
}

/** Objects that many apps decorate with. None of them is a client of autoChecks. */
function others (t: { readonly teardown: (close: Close) => unknown }): readonly object[] {
  const connection = new Redis({ lazyConnect: true })
  t.teardown(() => connection.disconnect())
  const queue = new Queue('mail', { connection, skipVersionCheck: true, skipMetasUpdate: true })
  return [
    {}, { db: 1, options: {} }, new EventEmitter(), new Map(), new RecordingLog(), new URL('http://a'), console, process,
    queue.on('error', () => undefined), createTransport({ host: '127.0.0.1', port: 1 }),
    async () => await Promise.all([]),
    classOf('Pool', []), new (classOf('Kysely', []))(), new Proxy({}, { get: fail }), { query: fail }, globalThis
  ]
}

await t.test('each client is recognized by one recognizer, under any name, and other objects by none', async (t) => {
  const mistakes: string[] = []
  const all = clients(t)
  for (const [type, name, client] of all) {
    const found = await findClients({ anything: client })
    const types = found.clients.map(({ recognizer }) => recognizer.type)
    if (types.join() !== type || found.doubts.length > 0) mistakes.push(`${name}: ${types.join()}`)
  }
  for (const other of others(t)) {
    const found = await findClients({ anything: other })
    if (found.clients.length + found.doubts.length > 0) mistakes.push(inspect(other, { depth: 0 }))
  }
  t.same(mistakes, [])
  t.same([...new Set(all.map(([type]) => type))], RECOGNIZERS.map(({ type }) => type))
})

await t.test('each client gets a check, which loads the code of its type', async (t) => {
  const all = clients(t)
  const { app, lines } = await startApp(t, { autoChecks: true, checkDefaults: { timeout: 20 } }, {
    after (app) { for (const [index, [, , client]] of all.entries()) app.decorate(`client${index}`, client) }
  })
  const { components } = await app.management.health()
  t.same(Object.keys(components).length, all.length)
  const added = lines.flatMap(({ found }) => Array.isArray(found) ? found as { readonly type: string }[] : [])
  t.same([...new Set(added.map(({ type }) => type))], RECOGNIZERS.map(({ type }) => type))
})

await t.test('each ORM gets the query of its database', async (t) => {
  const sent: unknown[] = []
  const send = async (...args: readonly unknown[]): Promise<void> => { await Promise.resolve(sent.push(...args)) }
  const knex = (dialect: string): object =>
    Object.assign(knexDouble(dialect), { raw: (sql: string) => ({ timeout: async () => await send(sql) }) })
  const dataSource = (type: string): object =>
    Object.assign(new (classOf('DataSource', TYPEORM))(), { options: { type }, query: send })
  const prisma = (provider: string): object => {
    const methods = { $queryRawUnsafe: send, $runCommandRaw: send, $connect: fail, $disconnect: fail }
    const target = Object.assign(Object.create(methods) as object, { _activeProvider: provider, _clientVersion: '7' })
    const proxy = new Proxy(Object.assign(target, { _originalClient: target }), { get: fail })
    return new Proxy({ _appliedParent: proxy }, { get: readByFastify })
  }
  const orms = [
    knex('mssql'), knex('oracle'), dataSource('mysql'), dataSource('oracle'), dataSource('sap'), prisma('sqlite'),
    prisma('mongodb'), Object.assign(kyselyDouble(), { executeQuery: ({ sql }: { sql: string }) => send(sql) }),
    Object.assign(new (classOf('Sequelize', SEQUELIZE))(), { options: {}, models: {}, authenticate: send })
  ]
  const { app } = await startApp(t, { autoChecks: true }, {
    after (app) { for (const [index, client] of orms.entries()) app.decorate(`orm${index}`, client) }
  })
  t.equal((await app.management.health()).status, 'UP')
  t.same(sent.toSorted(), [
    'SELECT 1', 'SELECT 1 FROM DUAL', 'select 1', 'SELECT 1', 'SELECT 1 FROM DUAL', 'SELECT 1 FROM DUMMY',
    { logging: false, useMaster: true }, 'SELECT 1', { ping: 1 }
  ].toSorted())
})

await t.test('an ORM for an unknown database is a doubt', async (t) => {
  const mongodb = Object.assign(new (classOf('DataSource', TYPEORM))(), { options: { type: 'mongodb' } })
  const withoutExecutor = Object.assign(kyselyDouble(), { getExecutor: () => undefined })
  const broken = Object.assign(kyselyDouble(), { getExecutor: fail })
  t.match((await findClients({ knex: knexDouble('cassandra'), mongodb, withoutExecutor, broken })).doubts, [
    { path: 'knex', reason: 'its dialect cassandra is unknown: add a check with resolves()' },
    { path: 'mongodb', reason: /^its driver mongodb has no SQL/ },
    { path: 'withoutExecutor', reason: /^its dialect is unknown/ },
    { path: 'broken', reason: 'it cannot be read' }
  ])
})

await t.test('an object with some fields of a Prisma client is no client', async (t) => {
  const original = { _activeProvider: 'sqlite' }
  const values = [{ _originalClient: original }, { _originalClient: { ...original, _clientVersion: '7' } }]
  for (const value of values) t.same((await findClients({ db: new Proxy(value, {}) })).clients, [])
})

await t.test('a client whose class has another name is a doubt, except under the name of its decorator', async (t) => {
  const minified = kyselyDouble('a')
  const reason = 'it has the parts of kysely, but its class has another name'
  t.same((await findClients({ users: minified })).doubts, [{ path: 'users', reason }])
  t.same((await findClients({ kysely: minified })).clients.map(({ name }) => name), ['kysely'])
})

await t.test('a client that two recognizers take is a doubt', async (t) => {
  const Both = classOf('Sequelize', [...SEQUELIZE, ...TYPEORM])
  const both = Object.assign(new Both(), { options: { type: 'postgres' }, models: {} })
  Object.defineProperty(both, 'constructor', { value: { name: 'DataSource' } })
  const { clients, doubts } = await findClients({ both })
  t.same([clients, doubts], [[], [{ path: 'both', reason: 'it has the parts of typeorm and sequelize' }]])
})

await t.test('a getter or a proxy is not read, and it is a doubt under the name of a client', async (t) => {
  const scope = Object.defineProperties({}, {
    pg: { get: fail },
    config: { get: fail },
    redis: { value: new Proxy({}, { get: fail, has: fail }) },
    cache: { value: new Proxy(new EventEmitter(), { get: fail, has: fail }) },
    db: { value: null }
  })
  t.same((await findClients(scope)).doubts, [
    { path: 'pg', reason: 'it is a getter, which could connect' },
    { path: 'redis', reason: 'it is a proxy, which could connect' },
    { path: 'db', reason: 'it is no client that autoChecks knows' }
  ])
})

await t.test('clients in a literal are found, except behind a getter', async (t) => {
  const clients = Object.defineProperty({ main: knexDouble('mysql'), more: { deeper: knexDouble('mysql') } }, 'lazy', {
    enumerable: true, get: fail
  })
  t.same((await findClients({ clients })).clients.map(({ name }) => name), ['clients.main'])
})

await t.test('a hostile decorator never throws', async (t) => {
  const traps = ['ownKeys', 'getPrototypeOf', 'getOwnPropertyDescriptor']
  const proxies = traps.map((trap) => new Proxy({}, { [trap]: fail }))
  for (const value of [...proxies, ...proxies.map((proxy) => Object.create(proxy) as object)]) {
    for (const key of ['pg', 'constructor', '__proto__', 'users']) {
      const scope = Object.defineProperty({}, key, { value, enumerable: true })
      t.same((await findClients(scope)).clients, [])
    }
  }
})

await t.test('every decorator is examined, and of a literal a thousand properties', async (t) => {
  const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`key${index}`, { index }]))
  const scope = { many: { ...many, last: knexDouble('mysql') }, ...many, last: knexDouble('mysql') }
  t.same((await findClients(scope)).clients.map(({ path }) => path), ['last'])
})
