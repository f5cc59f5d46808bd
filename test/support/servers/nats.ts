import { connect } from '@nats-io/transport-node'
import { established } from './established.js'
import { CLIENT_LIMIT_MS } from './kind.js'
import type { ServerKind, Service, TestClient } from './kind.js'
import type { Address, Place } from './place.js'

/** NATS, with one user. */
export const nats: ServerKind = {
  packages: ['nats-server'],
  programs: ['nats-server'],
  account: 'nats',
  user: 'tester',
  protocol: 'nats',
  path: '',
  prepare,
  connect: open,
  connections: async ({ port }) => await established(port)
}

async function prepare (place: Place): Promise<readonly Service[]> {
  return await Promise.resolve([{
    program: 'nats-server',
    args: ['--addr', place.host, '--port', String(place.port), '--user', place.user, '--pass', place.password],
    stopSignal: 'SIGTERM',
    answers: async () => {
      const client = await open(place)
      await client.close()
    }
  }])
}

async function open ({ host, port, user, password }: Address): Promise<TestClient> {
  const connection = await connect({
    servers: `${host}:${port}`,
    user,
    pass: password,
    reconnect: false,
    timeout: CLIENT_LIMIT_MS
  })
  return { ping: async () => await connection.flush(), close: async () => await connection.close() }
}
