import { EventEmitter } from 'node:events'
import t from 'tap'
import { mongodb } from '../../../lib/checks/clients/mongodb/mongodb.js'
import { nats } from '../../../lib/checks/clients/nats/nats.js'
import { rabbitmq } from '../../../lib/checks/clients/rabbitmq/rabbitmq.js'
import { redis } from '../../../lib/checks/clients/redis/redis.js'

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

const CHECKS = [
  ['redis', redis, REDIS],
  ['mongodb', mongodb, MONGODB],
  ['rabbitmq', rabbitmq, RABBITMQ],
  ['nats', nats, NATS]
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
