import t from 'tap'
import { grpc } from '../../../lib/checks/clients/grpc/grpc.js'
import { grpcClient, setState } from '../../support/servers/grpc.js'
import { missing, startServer } from '../../support/servers/index.js'
import { EXPECTED } from './expected.js'
import { causeAndEnd, proveFaults } from './prove.js'
import type { Connect } from './prove.js'

/** Each fault takes a while to be detected and to end. */
t.setTimeout(300_000)

const SERVING = 1
const NOT_SERVING = 2

const connectGrpc: Connect = (address) => {
  const client = grpcClient(address)
  return { check: grpc(client), close: () => client.close() }
}

t.jobs = 4

await t.test('gRPC', { skip: missing('grpc'), buffered: true }, async (t) => {
  const server = await startServer(t, 'grpc')
  await t.test('client of @grpc/grpc-js', async (t) => {
    const test = { server, connect: connectGrpc, expected: EXPECTED['grpc-js'], refusedConnections: 1 }
    await proveFaults(t, test)
    await t.test('the service does not serve, and serves again', async (t) => {
      const set = async (state: number): Promise<void> => await setState(server, state)
      const cause = async (): Promise<void> => await set(NOT_SERVING)
      await causeAndEnd(t, test, { fault: 'not serving', cause, end: async () => await set(SERVING) })
    })
  })
})
