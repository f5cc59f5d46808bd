import { EventEmitter } from 'node:events'
import t from 'tap'
import { circuitBreaker } from '../../../lib/checks/clients/circuit-breaker/circuit-breaker.js'
import { elasticsearch } from '../../../lib/checks/clients/elasticsearch/elasticsearch.js'
import { grpc } from '../../../lib/checks/clients/grpc/grpc.js'
import { kafka } from '../../../lib/checks/clients/kafka/kafka.js'
import { memcached } from '../../../lib/checks/clients/memcached/memcached.js'
import { mongodb } from '../../../lib/checks/clients/mongodb/mongodb.js'
import { nats } from '../../../lib/checks/clients/nats/nats.js'
import { rabbitmq } from '../../../lib/checks/clients/rabbitmq/rabbitmq.js'
import { redis } from '../../../lib/checks/clients/redis/redis.js'
import { smtp } from '../../../lib/checks/clients/smtp/smtp.js'
import { sqlite } from '../../../lib/checks/clients/sqlite/sqlite.js'

/** An object with methods of these names, as the real packages have them. */
function withMethods (...names: readonly string[]): object {
  return Object.assign(new EventEmitter(), Object.fromEntries(names.map((name) => [name, () => undefined])))
}

type Case = readonly [wrong: unknown, message: RegExp]

/** Doubles with the shapes of bullmq 5, bull 4, generic-pool 3, keyv 5, rate-limiter-flexible, ioredis and redis. */
const REDIS: readonly Case[] = [
  [withMethods('waitUntilReady', 'add', 'close', 'disconnect'), /got a Queue, Worker or FlowProducer of BullMQ: .*"conn/],
  [withMethods('isReady', 'process', 'getJob', 'add', 'multi'), /got a Queue of Bull: pass queue\.client$/],
  [withMethods('acquire', 'release', 'drain'), /got a pool of generic-pool: pass a client, or .*createClientPool\(\)$/],
  [{ ...withMethods('get', 'set', 'clear', 'disconnect'), opts: {} }, /got a Keyv or one of its stores: .*store\.client$/],
  [withMethods('consume', 'penalty', 'reward', 'get'), /got a rate limiter: .*"storeClient"$/],
  [withMethods('get', 'exec'), /got a transaction or a pipeline: pass the client that has made it$/],
  [{ ping: () => 0, info: () => 0, sendCommand: () => 0 }, /got a client of node-redis with callbacks: .*legacy\(\)/],
  [withMethods('ping', 'info', 'internal_send_command'), /got a client of node-redis 3 or older: /],
  [{ createClient: () => 0 }, /got the module of node-redis: pass the client that createClient\(\) returns$/],
  [{ Cluster: EventEmitter }, /got the module of ioredis: pass the client that new Redis\(\) returns$/]
]

/** Doubles with the shapes of mongoose 9 and mongodb 7. */
const CONNECTIONS = Object.assign(withMethods('db'), { options: { maxPoolSize: 1 } })
const MONGODB: readonly Case[] = [
  [withMethods('createConnection', 'model', 'connect'), /got mongoose: pass \(\) => mongoose\.connection\.getClient\(\)$/],
  [withMethods('getClient', 'model'), /got a connection of mongoose: pass \(\) => connection\.getClient\(\)$/],
  [Object.assign(() => undefined, { modelName: 'User' }), /got a model of mongoose: pass \(\) => Model\.db\.getClient/],
  [Object.assign(withMethods('findOne', 'insertOne'), { client: CONNECTIONS }), /got a collection: pass its Db or its/],
  [Object.assign(withMethods('startTransaction', 'endSession'), { client: CONNECTIONS }), /got a session: pass its Mongo/],
  [withMethods('serverStatus', 'listDatabases', 'command'), /got an Admin: pass its Db or its MongoClient$/],
  [{ MongoClient: EventEmitter }, /got the module mongodb: pass the MongoClient that you have made$/]
]

/** Doubles with the shapes of amqplib 2, amqp-connection-manager 5 and rabbitmq-client 5. */
const RABBITMQ: readonly Case[] = [
  [withMethods('assertQueue', 'consume', 'sendToQueue'), /got a channel of amqplib: pass the connection that has made it$/],
  [withMethods('assertQueue', 'consume', 'sendToQueue', 'addSetup', 'waitForConnect'), /got a ChannelWrapper of amqp-/],
  [withMethods('createConsumer', 'createPublisher', 'acquire'), /got a Connection of rabbitmq-client: .*amqplib only/],
  [{ connect: () => 0 }, /got the module amqplib: pass the connection that connect\(\) resolves with$/]
]

/** Doubles with the shapes of nats 2, @nats-io/transport-node and @nats-io/jetstream 3. */
const NATS: readonly Case[] = [
  [withMethods('getAccountInfo', 'advisories', 'jetstream'), /got a JetStreamManager: pass the NatsConnection that it was/],
  [withMethods('publish', 'jetstreamManager'), /got a JetStreamClient: pass the NatsConnection that it was made with$/],
  [withMethods('unsubscribe', 'getSubject', 'drain'), /got a subscription: pass the NatsConnection that has made it$/],
  [{ connect: () => 0 }, /got a module of nats\.js: pass the NatsConnection that connect\(\) resolves with$/],
  [{ jetstream: () => 0 }, /got a module of nats\.js: /]
]

/** Doubles with the shapes of memjs 1, keyv 5, nodemailer 10, @grpc/grpc-js 1 and cockatiel 3. */
const MEMCACHED: readonly Case[] = [
  [{ Client: EventEmitter, Server: EventEmitter }, /got the module memjs: pass the client that Client\.create\(\) returns$/],
  [{ ...withMethods('get', 'set', 'clear'), opts: {} }, /got a Keyv or one of its stores: .*keyv\.store\.client$/]
]
const SMTP: readonly Case[] = [
  [withMethods('sendMail'), /got a transporter without a server that can be verified: pass a transporter for an SMTP/],
  [withMethods('createTransport'), /got the module nodemailer: pass the transporter that createTransport\(\) returns$/],
  [withMethods('login', 'quit', 'send'), /got an SMTPConnection: pass a transporter$/]
]
const GRPC: readonly Case[] = [
  [withMethods('getConnectivityState', 'getTarget'), /got a channel: pass a client that uses it$/],
  [withMethods('addService', 'bindAsync'), /got a server: pass a client of another server$/],
  [withMethods('makeClientConstructor'), /got the module @grpc\/grpc-js: pass the client of your service$/]
]
const CIRCUIT_BREAKER: readonly Case[] = [
  [withMethods('circuitBreaker'), /got the module cockatiel: pass the policy that circuitBreaker\(\) returns$/],
  [withMethods('execute', 'onFailure'), /got another policy: pass the policy that circuitBreaker\(\) of cockatiel/]
]

/** Doubles with the shapes of @opensearch-project/opensearch 3, sqlite3, and node:sqlite. */
const ELASTICSEARCH: readonly Case[] = [
  [withMethods('request', 'sniff'), /got a Transport: pass the Client that it belongs to$/],
  [withMethods('health', 'state', 'reroute'), /got the API of a cluster: pass the Client that it belongs to$/],
  [{ Client: EventEmitter }, /got a module: pass the client that new Client\(\) returns$/]
]
const SQLITE: readonly Case[] = [
  [withMethods('prepare', 'exec', 'each', 'run', 'close'), /got a database of sqlite3 or sqlite, which is asynchronous: /],
  [withMethods('get', 'all', 'iterate'), /got a statement: pass the database that has prepared it$/],
  [{ DatabaseSync: EventEmitter }, /got the module node:sqlite: pass the database that new DatabaseSync\(\) returns$/]
]

/** Doubles with the shapes of kafkajs 2, @confluentinc/kafka-javascript 1 and @platformatic/kafka 2. */
const KAFKA: readonly Case[] = [
  [withMethods('connect', 'disconnect', 'fetchTopicMetadata'), /got an admin client, a producer or a consumer: pass the /],
  [withMethods('connect', 'disconnect', 'sendBatch'), /got an admin client, a producer or a consumer: pass the Kafka that/],
  [withMethods('connect', 'disconnect', 'getMetadata'), /got an admin client, a producer or a consumer: pass the Kafka/],
  [{ Kafka: EventEmitter }, /got the module of a Kafka client: pass the client that new Kafka\(\) or new Admin\(\) returns$/],
  [{ KafkaJS: { Kafka: EventEmitter } }, /got the module of a Kafka client: /],
  [{ Admin: EventEmitter }, /got the module of a Kafka client: /]
]

const CHECKS = [
  ['redis', redis, REDIS],
  ['mongodb', mongodb, MONGODB],
  ['rabbitmq', rabbitmq, RABBITMQ],
  ['nats', nats, NATS],
  ['kafka', kafka, KAFKA],
  ['memcached', memcached, MEMCACHED],
  ['smtp', smtp, SMTP],
  ['grpc', grpc, GRPC],
  ['circuitBreaker', circuitBreaker, CIRCUIT_BREAKER],
  ['elasticsearch', elasticsearch, ELASTICSEARCH],
  ['sqlite', sqlite, SQLITE]
] as const

for (const [name, makeCheck, cases] of CHECKS) {
  await t.test(`${name}() names the wrong object and the right one when the check is made`, (t) => {
    for (const [wrong, message] of cases) {
      t.throws(() => makeCheck(wrong as never), { code: 'FST_MANAGEMENT_CLIENT_INVALID', message })
    }
    t.end()
  })
}

await t.test('redis() names the right object in the first result when a function returns the wrong one', async (t) => {
  const queue = withMethods('isReady', 'process', 'getJob')
  const check = redis(() => queue as never)
  const context = { signal: new AbortController().signal, timeout: 1_000, log: { warn: () => undefined } as never }
  t.match(await check(context), { status: 'DOWN', details: { error: /must be given .*got a Queue of Bull: pass queue/ } })
})
