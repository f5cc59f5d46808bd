import { connect } from 'node:net'
import kafkajs from 'kafkajs'
import t from 'tap'
import type { Test } from 'tap'
import { kafka } from '../../../lib/checks/clients/kafka/kafka.js'
import { isLong } from '../../support/long.js'
import { missing, startServer } from '../../support/servers/index.js'
import type { TestServer } from '../../support/servers/index.js'
import { kafkaBroker, missingKafkaBroker } from '../../support/servers/kafka-broker.js'
import { EXPECTED } from './expected.js'
import { proveFaults } from './prove.js'
import type { Connect } from './prove.js'

/** Each fault takes a while to be detected and to end. */
t.setTimeout(300_000)

/** kafkajs connects to the address that the broker names, so it reaches the proxy in front of it by its sockets. */
const connectKafkajs = (server: TestServer): Connect => ({ host, port, user, password }) => {
  const client = new kafkajs.Kafka({
    brokers: [`${host}:${server.port}`],
    sasl: { mechanism: 'plain', username: user, password },
    logLevel: kafkajs.logLevel.NOTHING,
    socketFactory: ({ onConnect }) => connect({ host, port }, onConnect)
  })
  return { check: kafka(client), close: () => undefined }
}

const connectPlatformatic: Connect = async ({ host, port, user, password }) => {
  const { Admin } = await import('@platformatic/kafka')
  const sasl = { mechanism: 'PLAIN', username: user, password } as const
  const client = new Admin({ clientId: 'app', bootstrapBrokers: [{ host, port }], sasl })
  return { check: kafka(client), close: async () => await client.close() }
}

async function proveClients (t: Test, server: TestServer): Promise<void> {
  await t.test('kafkajs', async (t) => {
    await proveFaults(t, { server, connect: connectKafkajs(server), expected: EXPECTED.kafkajs })
  })
  // @platformatic/kafka needs Node.js 22.22, and the other servers' tests run on one Node.
  if (!('withResolvers' in Promise)) return
  await t.test('@platformatic/kafka', async (t) => {
    await proveFaults(t, { server, connect: connectPlatformatic, expected: EXPECTED['@platformatic/kafka'] })
  })
}

await t.test('Kafka (double)', { skip: missing('kafka') }, async (t) => {
  await proveClients(t, await startServer(t, 'kafka'))
})

// A broker takes seconds to start, and comes from Maven Central.
if (isLong) {
  await t.test('Kafka (broker)', { skip: missingKafkaBroker() }, async (t) => {
    await proveClients(t, await startServer(t, kafkaBroker))
  })
}
