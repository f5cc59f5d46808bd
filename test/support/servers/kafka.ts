import { fileURLToPath } from 'node:url'
import kafkajs from 'kafkajs'
import { established } from './established.js'
import { CLIENT_LIMIT_MS } from './kind.js'
import type { ServerKind, Service, TestClient } from './kind.js'
import type { Address, Place } from './place.js'

/** A double of a Kafka broker in its own process. The real broker is in `kafka-broker.ts`. */
export const kafka: ServerKind = {
  packages: [],
  programs: ['node'],
  // The double reads the project's files, which may be readable only for the current user.
  account: 'root',
  user: 'tester',
  protocol: 'kafka',
  path: '',
  prepare,
  connect: connectKafka,
  connections: async ({ port }) => await established(port)
}

async function prepare (place: Place): Promise<readonly Service[]> {
  const program = fileURLToPath(new URL('kafka-program.ts', import.meta.url))
  return await Promise.resolve([{
    program: 'node',
    args: ['--import', import.meta.resolve('tsx'), program, String(place.port), place.user, place.password],
    stopSignal: 'SIGTERM',
    answers: async () => await answers(place)
  }])
}

/** Rejects while a broker does not answer a client with the password. */
export async function answers (address: Address): Promise<void> {
  const client = await connectKafka(address)
  await client.close()
}

export async function connectKafka ({ host, port, user, password }: Address): Promise<TestClient> {
  const admin = new kafkajs.Kafka({
    brokers: [`${host}:${port}`],
    sasl: { mechanism: 'plain', username: user, password },
    connectionTimeout: CLIENT_LIMIT_MS,
    requestTimeout: CLIENT_LIMIT_MS,
    retry: { retries: 0 },
    logLevel: kafkajs.logLevel.NOTHING
  }).admin()
  try {
    await admin.connect()
    await admin.describeCluster()
  } catch (error) {
    await admin.disconnect()
    throw error
  }
  return { ping: async () => await admin.describeCluster(), close: async () => await admin.disconnect() }
}
