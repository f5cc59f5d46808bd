import { EventEmitter } from 'node:events'
import { Client as GrpcClient, credentials } from '@grpc/grpc-js'
import { Client as OpenSearchClient } from '@opensearch-project/opensearch'
import { Admin as PlatformaticAdmin } from '@platformatic/kafka'
import { Queue } from 'bullmq'
import { circuitBreaker as cockatielBreaker, ConsecutiveBreaker, handleAll } from 'cockatiel'
import { Cluster, Redis } from 'ioredis'
import { Kafka } from 'kafkajs'
import mariadb from 'mariadb'
import Memcached from 'memcached'
import memjs from 'memjs'
import { MongoClient } from 'mongodb'
import { Mongoose } from 'mongoose'
import mysql2 from 'mysql2'
import { createTransport } from 'nodemailer'
import Opossum from 'opossum'
import pg from 'pg'
import { createClient, createClientPool } from 'redis'
import t from 'tap'
import * as checks from '../../../lib/checks/index.js'

/** An object with methods of these names, for packages that need a server to make a client. */
function withMethods (...names: readonly string[]): object {
  return Object.assign(new EventEmitter(), Object.fromEntries(names.map((name) => [name, () => undefined])))
}

const NATS = ['rtt', 'isClosed', 'isDraining', 'closed', 'getServer', 'status', 'publish', 'close']

const KAFKA = { clientId: 'app', bootstrapBrokers: ['127.0.0.1:1'] }

interface NodeSqlite {
  readonly DatabaseSync: new (path: string) => { close (): void }
}

interface Foreign {
  /** The check that takes the client. */
  readonly check: string
  readonly client: object
  readonly close?: () => unknown
}

/** Node.js 20 has no SQLite. */
function nodeSqlite (): Readonly<Record<string, Foreign>> {
  const { DatabaseSync } = (process.getBuiltinModule('node:sqlite') ?? {}) as Partial<NodeSqlite>
  if (DatabaseSync === undefined) return {}
  const database = new DatabaseSync(':memory:')
  return { 'node:sqlite': { check: 'sqlite', client: database, close: () => database.close() } }
}

/** Clients that connect to nothing before their first use. */
function clients (): Readonly<Record<string, Foreign>> {
  const pool = new pg.Pool()
  const mysqlPool = mysql2.createPool({})
  const mariadbPool = mariadb.createPool({ host: '127.0.0.1', port: 1, minimumIdle: 0 })
  const redis = new Redis({ lazyConnect: true })
  const cluster = new Cluster([], { lazyConnect: true })
  const mongo = new MongoClient('mongodb://127.0.0.1:1')
  const search = new OpenSearchClient({ node: 'http://127.0.0.1:1' })
  const grpc = new GrpcClient('127.0.0.1:1', credentials.createInsecure())
  const queue = new Queue('mail', { connection: redis, skipVersionCheck: true, skipMetasUpdate: true })
  const odm = new Mongoose()
  const breaker = new Opossum(async () => await Promise.resolve())
  const policy = cockatielBreaker(handleAll, { halfOpenAfter: 1, breaker: new ConsecutiveBreaker(1) })
  return {
    'pg Pool': { check: 'postgres', client: pool, close: async () => await pool.end() },
    'pg Client': { check: 'postgres', client: new pg.Client() },
    'mysql2 Pool': { check: 'mysql', client: mysqlPool, close: () => mysqlPool.end() },
    'mariadb Pool': { check: 'mysql', client: mariadbPool, close: async () => await mariadbPool.end() },
    ioredis: { check: 'redis', client: redis, close: () => redis.disconnect() },
    'ioredis cluster': { check: 'redis', client: cluster, close: () => cluster.disconnect() },
    'node-redis': { check: 'redis', client: createClient() },
    'node-redis pool': { check: 'redis', client: createClientPool() },
    mongodb: { check: 'mongodb', client: mongo, close: async () => await mongo.close() },
    'mongodb Db': { check: 'mongodb', client: mongo.db('admin') },
    mongoose: { check: 'mongoose', client: odm },
    'mongoose Connection': { check: 'mongoose', client: odm.connection },
    bullmq: { check: 'bullmq', client: queue.on('error', () => undefined) },
    kafkajs: { check: 'kafka', client: new Kafka({ brokers: ['127.0.0.1:1'] }) },
    '@platformatic/kafka': { check: 'kafka', client: new PlatformaticAdmin(KAFKA) },
    '@confluentinc/kafka-javascript': { check: 'kafka', client: withMethods('admin', 'producer', 'consumer') },
    amqplib: { check: 'rabbitmq', client: withMethods('createChannel', 'createConfirmChannel', 'close') },
    nats: { check: 'nats', client: withMethods(...NATS) },
    opensearch: { check: 'elasticsearch', client: search, close: async () => await search.close() },
    'grpc-js': { check: 'grpc', client: grpc, close: () => grpc.close() },
    nodemailer: { check: 'smtp', client: createTransport({ host: '127.0.0.1', port: 1 }) },
    memjs: { check: 'memcached', client: memjs.Client.create('127.0.0.1:1') },
    memcached: { check: 'memcached', client: new Memcached('127.0.0.1:1') },
    sqlite: { check: 'sqlite', client: withMethods('prepare', 'exec', 'close', 'pragma', 'transaction', 'function') },
    ...nodeSqlite(),
    opossum: { check: 'circuitBreaker', client: breaker, close: () => breaker.shutdown() },
    cockatiel: { check: 'circuitBreaker', client: policy }
  }
}

type MakeCheck = (client: object) => unknown

await t.test('every check of a client accepts its own clients, and refuses all clients of other checks', (t) => {
  const all = Object.entries(clients())
  t.teardown(async () => await Promise.all(all.map(([, { close }]) => close?.())))
  const names = [...new Set(all.map(([, { check }]) => check))]
  const mistakes: string[] = []
  for (const name of names) {
    const makeCheck = (checks as unknown as Readonly<Record<string, MakeCheck>>)[name]
    for (const [client, foreign] of all) {
      const code = codeOf(() => makeCheck?.(foreign.client))
      const expected = foreign.check === name ? undefined : 'FST_MANAGEMENT_CLIENT_INVALID'
      if (code !== expected) mistakes.push(`${name}(${client}): ${String(code)}, expected ${String(expected)}`)
    }
  }
  t.same(mistakes, [])
  t.end()
})

function codeOf (call: () => unknown): unknown {
  try {
    call()
    return undefined
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : error
  }
}
