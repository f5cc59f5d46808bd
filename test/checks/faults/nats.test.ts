import { connect } from '@nats-io/transport-node'
import type { NatsConnection } from '@nats-io/transport-node'
import t from 'tap'
import { nats } from '../../../lib/checks/clients/nats/nats.js'
import { missing, startServer } from '../../support/servers/index.js'
import { EXPECTED } from './expected.js'
import { proveFaults } from './prove.js'
import type { Connect } from './prove.js'

/** Each fault takes a while to be detected and to end. */
t.setTimeout(300_000)

/** Connects like an app that goes on without its connection, and reports the error in its client function. */
const connectNats: Connect = async ({ host, port, user, password }) => {
  const options = { servers: `${host}:${port}`, user, pass: password, maxReconnectAttempts: -1, reconnectTimeWait: 250 }
  const opened = await connect(options).catch((error: unknown) => error)
  const current = (): NatsConnection => {
    if (opened instanceof Error) throw opened
    return opened as NatsConnection
  }
  return {
    check: nats(current),
    close: async () => opened instanceof Error ? undefined : await current().close()
  }
}

await t.test('NATS', { skip: missing('nats') }, async (t) => {
  const server = await startServer(t, 'nats')
  await t.test('@nats-io/transport-node', async (t) => {
    await proveFaults(t, { server, connect: connectNats, expected: EXPECTED.nats })
  })
})
