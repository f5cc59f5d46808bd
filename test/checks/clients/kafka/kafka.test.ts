import { Admin } from '@platformatic/kafka'
import kafkajs from 'kafkajs'
import t from 'tap'
import { kafka } from '../../../../lib/checks/clients/kafka/kafka.js'
import type { CheckFunction } from '../../../../lib/health/check/check-function.js'
import { run } from '../../../support/check.js'
import { RecordingLog } from '../../../support/log.js'
import type { KafkaDouble } from '../../../support/servers/kafka-double.js'
import { appOf, KafkaDoubleClient, startKafka } from './doubles.js'

/** Two partitions that are well, and a partition that is not. */
const GOOD = { leader: 1, replicas: [1], isr: [1] }
const LAGGING = { leader: 1, replicas: [1, 2, 3], isr: [1, 3] }

/** @platformatic/kafka needs Node.js 22.22. On older Nodes, the tests with a double of its client remain. */
const testPlatformatic = 'withResolvers' in Promise ? t.test.bind(t) : async () => await Promise.resolve()

function kafkajsOf (...ports: readonly number[]): kafkajs.Kafka {
  return new kafkajs.Kafka({ brokers: ports.map((port) => `127.0.0.1:${port}`), logLevel: kafkajs.logLevel.NOTHING })
}

function adminOf (test: Pick<typeof t, 'teardown'>, { port }: KafkaDouble): Admin {
  const admin = new Admin({ clientId: 'app', bootstrapBrokers: [{ host: '127.0.0.1', port }] })
  test.teardown(async () => await admin.close())
  return admin
}

await t.test('kafka() is UP with the brokers, the controller and the topics, over one kept connection', async (t) => {
  const double = await startKafka(t)
  double.topics.set('orders', { partitions: [GOOD, GOOD] })
  const app = appOf(t)
  const client = kafkajsOf(double.port)
  for (const source of [client, client, () => client]) {
    const check = kafka(source, { topics: ['orders', 'orders'] })
    for (let count = 0; count < 3; count++) {
      const topics = { orders: { partitions: 2, underReplicated: 0 } }
      const details = { brokers: 1, controller: 1, topics, latencyMs: Number }
      t.match(await app.run(check), { status: 'UP', details })
    }
  }
  t.same(new Set(double.asked.map(String)), new Set(['orders']), 'it asks for these topics only')
  t.equal(double.connections, 3, 'one for each check')
  app.close()
  await double.settled(0)
})

await t.test('kafka() ignores the problems of topics that it does not name', async (t) => {
  const double = await startKafka(t)
  const app = appOf(t)
  const check = kafka(kafkajsOf(double.port))
  t.match(await app.run(check), { status: 'UP', details: { brokers: 1, controller: 1, topics: undefined } })
  double.topics.set('of another app', { partitions: [{ ...GOOD, leader: -1, error: 5 }] })
  t.match(await app.run(check), { status: 'UP', details: { brokers: undefined } })
})

await testPlatformatic('kafka() reads the same with a client of @platformatic/kafka', async (t) => {
  const double = await startKafka(t)
  double.topics.set('orders', { partitions: [GOOD, LAGGING] }).set('mails', { partitions: [GOOD] })
  const client = adminOf(t, double)
  t.match(await run(kafka(client)), { status: 'UP', details: { brokers: 1, controller: 1 } })
  const check = kafka(client, { topics: ['orders', 'mails'] })
  const error = '1 of 2 partitions of the topic "orders" are under-replicated'
  for (let count = 0; count < 2; count++) {
    t.match(await run(check), { status: 'DEGRADED', details: { error, brokers: 1, controller: 1 } })
  }
  t.equal(double.connections, 1, 'the connection of the client')
  const missing = kafka(client, { topics: ['orders', 'gone', 'lost'] })
  const names = /^the topic "gone" does not exist; the topic "lost" does not exist; 1/
  t.match(await run(missing), { details: { error: names } })
  t.notOk(double.topics.has('gone'), 'it creates no topic')
  double.topics.set('mails', { partitions: [{ ...GOOD, leader: -1, error: 5 }] })
  const leaderless = /^the topic "mails" has a partition without a leader; 1/
  t.match(await run(check), { status: 'DOWN', details: { error: leaderless } })
  await client.close()
  t.match(await run(check), { status: 'DOWN', details: { error: 'the client is closed' } })
})

await t.test('kafka() is DOWN with the name of each topic that is missing, and creates none', async (t) => {
  const double = await startKafka(t)
  double.topics.set('orders', { partitions: [GOOD] })
  const app = appOf(t)
  const check = kafka(kafkajsOf(double.port), { topics: ['gone', 'orders', 'lost'] })
  const error = 'the topic "gone" does not exist; the topic "lost" does not exist'
  const details = { error, brokers: 1, topics: { orders: { partitions: 1 } } }
  t.match(await app.run(check), { status: 'DOWN', details })
  t.same([...double.topics.keys()], ['orders'])
  t.equal(double.connections, 1, 'a missing topic does not end the connection')
})

await t.test('kafka() is DOWN with the problem of a topic', async (t) => {
  const double = await startKafka(t)
  const app = appOf(t)
  const cases = [
    [{ error: 29, partitions: [] }, 'the topic "orders" is hidden: the user needs the right to describe it'],
    [{ error: 17, partitions: [] }, 'the topic "orders" has an invalid name'],
    [{ partitions: [{ ...GOOD, leader: -1, error: 5 }] }, 'the topic "orders" has a partition without a leader'],
    [{ partitions: [GOOD, { ...GOOD, leader: -1 }] }, '1 of 2 partitions of the topic "orders" have no leader'],
    [{ partitions: [] }, 'the topic "orders" does not exist'],
    [{ error: 7, partitions: [] }, 'The request timed out']
  ] as const
  for (const [topic, error] of cases) {
    double.topics.set('orders', topic)
    const check = kafka(kafkajsOf(double.port), { topics: ['orders'] })
    t.match(await app.run(check), { status: 'DOWN', details: { error } })
  }
})

await t.test('kafka() is DEGRADED while partitions are under-replicated, or without a controller', async (t) => {
  const double = await startKafka(t)
  double.topics.set('orders', { partitions: [GOOD, LAGGING, LAGGING] })
  const app = appOf(t)
  const check = kafka(kafkajsOf(double.port), { topics: ['orders'] })
  const error = '2 of 3 partitions of the topic "orders" are under-replicated'
  const topics = { orders: { partitions: 3, underReplicated: 2 } }
  t.match(await app.run(check), { status: 'DEGRADED', details: { error, topics } })
  double.controller = -1
  const both = `the cluster has no controller; ${error}`
  t.match(await app.run(check), { status: 'DEGRADED', details: { error: both, controller: -1 } })
})

await t.test('kafka() sends no second request while one is unanswered, and closes even then', async (t) => {
  const double = await startKafka(t)
  const app = appOf(t)
  const check = kafka(kafkajsOf(double.port))
  t.match(await app.run(check), { status: 'UP' })
  double.isSilent = true
  for (let count = 0; count < 3; count++) {
    t.match(await app.run(check, 20), { status: 'DOWN', details: { error: 'no answer within 18 ms' } })
  }
  t.equal(double.connections, 1)
  app.close()
  await double.settled(0)
})

await t.test('kafka() closes a connection that the broker has not answered yet', async (t) => {
  const double = await startKafka(t)
  double.isSilent = true
  const app = appOf(t)
  const check = kafka(kafkajsOf(double.port))
  t.match(await app.run(check, 20), { details: { error: 'no answer within 18 ms' } })
  app.close()
  await double.settled(0)
})

await t.test('kafka() opens a new connection after a lost one', async (t) => {
  const double = await startKafka(t)
  const app = appOf(t)
  const check = kafka(kafkajsOf(double.port))
  t.match(await app.run(check), { status: 'UP' })
  const { port } = double
  await double.close()
  t.match(await app.run(check), { status: 'DOWN', details: { error: /ECONNREFUSED|Closed connection/ } })
  const error = `Connection error: connect ECONNREFUSED 127.0.0.1:${port}`
  t.match(await app.run(check), { status: 'DOWN', details: { error } })
  await double.listen(port)
  t.match(await app.run(check), { status: 'UP' })
  t.equal(double.connections, 1)
})

await t.test('kafka() tries the other brokers of the list in the same run', async (t) => {
  const double = await startKafka(t)
  const app = appOf(t)
  for (let count = 0; count < 3; count++) {
    t.match(await app.run(kafka(kafkajsOf(1, double.port, 1))), { status: 'UP' })
  }
})

await t.test('kafka() is DOWN with the reason when the app has no list of brokers', async (t) => {
  const client = new kafkajs.Kafka({
    brokers: async () => await Promise.reject(new Error('no discovery')),
    logLevel: kafkajs.logLevel.NOTHING
  })
  t.match(await appOf(t).run(kafka(client)), { status: 'DOWN', details: { error: /no discovery/ } })
})

await t.test('kafka() keeps no connection when no app runs it, or when the app has closed', async (t) => {
  const double = await startKafka(t)
  const check = kafka(kafkajsOf(double.port))
  const context = { signal: new AbortController().signal, timeout: 5_000, log: new RecordingLog() }
  t.match(await check(context), { status: 'UP' })
  await double.settled(0)
  const app = appOf(t)
  app.close()
  t.match(await app.run(check), { status: 'UP' })
  await double.settled(0)
})

await t.test('kafka() neither writes to the log of kafkajs nor changes the client for the app', async (t) => {
  const double = await startKafka(t)
  const lines: unknown[] = []
  const client = new kafkajs.Kafka({
    brokers: [`127.0.0.1:${double.port}`],
    logCreator: () => (line) => lines.push(line),
    retry: { retries: 7 }
  })
  const partsOf = (): unknown[] =>
    Object.getOwnPropertySymbols(client).map((symbol): unknown => Reflect.get(client, symbol))
  const before = partsOf()
  const app = appOf(t)
  t.match(await app.run(kafka(client, { topics: ['gone'] })), { status: 'DOWN' })
  t.same(lines, [])
  t.strictSame(partsOf(), before)
})

await t.test('kafka() reads with the admin client of @confluentinc/kafka-javascript, which it keeps', async (t) => {
  const app = appOf(t)
  const double = new KafkaDoubleClient()
  const check = kafka(double)
  t.match(await app.run(check), { status: 'UP', details: { brokers: undefined, latencyMs: Number } })
  const topics = kafka(double, { topics: ['orders', 'gone'] })
  double.topics = [{ name: 'orders', partitions: [GOOD, LAGGING] }]
  const error = 'the topic "gone" does not exist; 1 of 2 partitions of the topic "orders" are under-replicated'
  t.match(await app.run(topics), { status: 'DOWN', details: { error } })
  t.same(double.events, ['connect', 'listTopics', 'connect', 'fetch orders,gone', 'fetch orders', 'fetch gone'])
  app.close()
  t.same(double.events.slice(6), ['disconnect', 'disconnect'])
})

await t.test('kafka() adds the reason in the log of librdkafka to its errors', async (t) => {
  const app = appOf(t)
  const double = new KafkaDoubleClient()
  const check = kafka(double)
  double.fail(-185, 'Local: Timed out')
  t.match(await app.run(check), { details: { error: /^no answer within \d+ ms$/ } })
  double.log('Error: Local: Broker transport failure')
  double.fail(-195, 'Local: Broker transport failure')
  t.match(await app.run(check), { details: { error: /^Local: Broker transport failure$/ } })
  double.log('[thrd:127.0.0.1:1/bootstrap]: Connect to ipv4#127.0.0.1:1 failed: refused (after 0ms in state CONNECT)')
  const reason = 'Connect to ipv4#127.0.0.1:1 failed: refused'
  t.match(await app.run(check), { details: { error: `Local: Broker transport failure: ${reason}` } })
  double.isHanging = true
  t.match(await app.run(check, 20), { details: { error: `no answer within 18 ms: ${reason}` } })
  t.same(double.events.filter((event) => event === 'connect'), ['connect'], 'librdkafka reconnects by itself')
})

await t.test('kafka() makes another admin client when the first cannot connect, or answers nonsense', async (t) => {
  const app = appOf(t)
  const double = new KafkaDoubleClient()
  double.connectError = new Error('no such configuration property')
  const check = kafka(double)
  t.match(await app.run(check), { status: 'DOWN', details: { error: 'no such configuration property' } })
  double.connectError = undefined
  t.match(await app.run(check), { status: 'UP' })
  t.same(double.events, ['connect', 'disconnect', 'connect', 'listTopics'])
  double.answer = { topics: 'none' }
  const error = 'the client answered without topics'
  t.match(await app.run(kafka(double, { topics: ['orders'] })), { status: 'DOWN', details: { error } })
})

await t.test('kafka() uses the admin client of a kafkajs without the parts that it needs', async (t) => {
  const app = appOf(t)
  const parts = ['createCluster', 'clusterRetry', 'logger'].map((name) => Symbol(`private:Kafka:${name}`))
  const [create = Symbol('create')] = parts
  const double = new KafkaDoubleClient()
  const other = Object.assign(double, Object.fromEntries(parts.map((part) => [part, {}])), { [create]: () => ({}) })
  double.answer = { topics: [{ name: 'orders', partitions: [GOOD] }] }
  t.match(await app.run(kafka(other, { topics: ['orders'] })), { status: 'UP', details: { topics: { orders: {} } } })
})

await t.test('kafka() reads the metadata of a client of @platformatic/kafka', async (t) => {
  const app = appOf(t)
  const asked: object[] = []
  const answer = { brokers: new Map<number, object>(), controllerId: 2, topics: new Map<string, object>() }
  const client = {
    closed: false,
    metadata: async (options: object) => await Promise.resolve(asked.push(options) > 0 && answer),
    listApis: () => undefined,
    connectToBrokers: () => undefined,
    close: () => undefined
  }
  const check = (topics?: readonly string[]): CheckFunction =>
    kafka(client as never, { topics })
  t.match(await run(check()), { status: 'DOWN', details: { error: 'the cluster has no brokers' } })
  answer.brokers.set(1, {}).set(2, {})
  answer.topics.set('orders', { partitions: [GOOD] })
  const details = { brokers: 2, controller: 2, topics: { orders: { partitions: 1 } } }
  t.match(await run(check(['orders'])), { status: 'UP', details })
  t.match(await run(check(['gone'])), { status: 'DOWN', details: { error: 'the topic "gone" does not exist' } })
  t.match(asked[2], { topics: ['orders'], forceUpdate: true, autocreateTopics: false, retries: 0 })
  const errors = [
    [new Error('Unknown topic orders.'), 'the topic "orders" does not exist'],
    [new AggregateError([{ apiCode: 5 }], 'failed'), 'the topic "orders" has a partition without a leader'],
    [new AggregateError([{ apiCode: 2 }], 'failed'), 'failed']
  ] as const
  errors[2][0].cause = errors[2][0]
  for (const [thrown, error] of errors) {
    client.metadata = async ({ topics }: { topics?: readonly string[] }) =>
      await (topics?.length === 0 ? Promise.resolve(answer) : Promise.reject(thrown))
    t.match(await app.run(check(['orders'])), { status: 'DOWN', details: { error } })
  }
  client.metadata = async () => await Promise.resolve(false)
  t.match(await run(check()), { status: 'DOWN', details: { error: 'the client answered without metadata' } })
  client.closed = true
  t.match(await run(check()), { status: 'DOWN', details: { error: 'the client is closed' } })
})

await t.test('kafka() can be shared by two apps, and closes its connection with the last', async (t) => {
  const double = await startKafka(t)
  const [first, second] = [appOf(t), appOf(t)]
  const check = kafka(kafkajsOf(double.port))
  t.match(await first.run(check), { status: 'UP' })
  t.match(await second.run(check), { status: 'UP' })
  first.close()
  t.match(await second.run(check), { status: 'UP' })
  t.equal(double.connections, 1)
  second.close()
  await double.settled(0)
})

await t.test('kafka() throws when its client or an option is invalid', (t) => {
  const client = kafkajsOf(1)
  for (const wrong of [undefined, null, 'kafka:9092', {}, client.admin(), client.producer(), kafkajs]) {
    t.throws(() => kafka(wrong as never), {
      code: 'FST_MANAGEMENT_CLIENT_INVALID',
      message: /^the check kafka\(\) must be given a Kafka of kafkajs or @confluentinc\/kafka-javascript, a client of /
    })
  }
  const cases = [
    [{ topics: [] }, /^option "kafka\.topics" must be an array that is not empty/],
    [{ topics: 'orders' }, /^option "kafka\.topics" must be an array/],
    [{ topics: [''] }, /^option "kafka\.topics\[0\]" must be a string that is not empty/],
    [{ topic: 'orders' }, /^unknown option "kafka\(client\)\.topic" \(did you mean "topics"\?\)/]
  ] as const
  for (const [options, message] of cases) {
    t.throws(() => kafka(client, options as never), { code: 'FST_MANAGEMENT_OPTION_INVALID', message })
  }
  t.end()
})
