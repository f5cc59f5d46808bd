import { createServer } from 'node:net'
import { Client, credentials } from '@grpc/grpc-js'
import t from 'tap'
import { grpc } from '../../../../lib/checks/clients/grpc/grpc.js'
import type { GrpcClient } from '../../../../lib/checks/clients/grpc/grpc.js'
import { run } from '../../../support/check.js'
import { startGrpc, stateOf } from '../../../support/grpc-health.js'
import type { Answers } from '../../../support/grpc-health.js'
import { listen, refusingPort } from '../../../support/loopback.js'

type Test = Pick<typeof t, 'teardown'>

function clientFor (test: Test, port: number): Client {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure())
  test.teardown(() => client.close())
  return client
}

async function connectedClient (test: Test, answers?: Answers): Promise<Client> {
  const { server, port } = await startGrpc(answers)
  test.teardown(() => server.forceShutdown())
  return clientFor(test, port)
}

await t.test('grpc() is UP when the server answers SERVING for the service', async (t) => {
  const long = `shop.${'Inventory'.repeat(20)}`
  const client = await connectedClient(t, { '': stateOf(1), 'shop.Inventory': stateOf(1), [long]: stateOf(1) })
  for (const service of ['', 'shop.Inventory', long]) {
    const details = { service, target: /^dns:127\.0\.0\.1:\d+$/, servingStatus: 'SERVING', latencyMs: Number }
    t.match(await run(grpc(() => client, { service })), { status: 'UP', details })
  }
  t.match(await run(grpc(client)), { status: 'UP', details: { service: '' } })
})

await t.test('grpc() is DOWN with the state when the server does not answer SERVING', async (t) => {
  const noState = 'a message that is no HealthCheckResponse'
  const answers: readonly (readonly [Buffer, string])[] = [
    [stateOf(0), 'UNKNOWN'],
    [stateOf(2), 'NOT_SERVING'],
    [stateOf(3), 'SERVICE_UNKNOWN'],
    [stateOf(4), noState],
    [Buffer.from([0x08]), noState],
    [Buffer.from([0x12, 1, 1]), noState]
  ]
  const client = await connectedClient(t, Object.fromEntries(answers.map(([bytes], index) => [`s${index}`, bytes])))
  for (const [index, [, state]] of answers.entries()) {
    const error = `the service s${index} answers ${state}`
    const result = await run(grpc(client, { service: `s${index}` }))
    t.match(result, { status: 'DOWN', details: { error, servingStatus: state } })
  }
  const whole = await connectedClient(t, { '': stateOf(2) })
  t.match(await run(grpc(whole)), { status: 'DOWN', details: { error: 'the server answers NOT_SERVING' } })
})

await t.test('grpc() is DOWN with the reason when the server has no such service', async (t) => {
  const unknown = grpc(await connectedClient(t, {}), { service: 'shop.Inventry' })
  t.match(await run(unknown), { status: 'DOWN', details: { error: 'the server knows no service "shop.Inventry"' } })
  const error = 'the server has no service grpc.health.v1.Health'
  t.match(await run(grpc(await connectedClient(t))), { status: 'DOWN', details: { error } })
})

await t.test('grpc() is DOWN with the reason of the connection when the server does not run', async (t) => {
  const port = await refusingPort()
  const error = `connect ECONNREFUSED 127.0.0.1:${port}`
  t.match(await run(grpc(clientFor(t, port))), { status: 'DOWN', details: { error } })
})

await t.test('grpc() is DOWN in time when the server hangs', async (t) => {
  const hanging = clientFor(t, await listen(t, createServer()))
  t.match(await run(grpc(hanging), 200), { status: 'DOWN', details: { error: 'no answer within 180 ms' } })
})

await t.test('grpc() is DOWN when the client is closed', async (t) => {
  const client = await connectedClient(t, { '': stateOf(1) })
  client.close()
  t.match(await run(grpc(client)), { status: 'DOWN', details: { error: 'Channel has been shut down' } })
})

/** A client whose calls end with an error. It counts the calls that were cancelled. */
function failingClient (error: object | undefined): GrpcClient & { cancelled: number } {
  const double = {
    cancelled: 0,
    makeUnaryRequest (...[, , , , , callback]: Parameters<GrpcClient['makeUnaryRequest']>) {
      if (error !== undefined) callback(error)
      return { cancel: () => { double.cancelled += 1 } }
    },
    getChannel: () => ({ getTarget: () => 'dns:inventory' }),
    waitForReady: () => undefined,
    close: () => undefined
  }
  return double
}

await t.test('grpc() cancels its call when the time is over', async (t) => {
  const client = failingClient(undefined)
  t.match(await run(grpc(client), 20), { status: 'DOWN', details: { error: 'no answer within 18 ms' } })
  t.equal(client.cancelled, 1)
})

await t.test('grpc() is DOWN with the details of an error, otherwise with its message', async (t) => {
  const cases = [
    [{ code: 4, details: 'Deadline exceeded' }, 'no answer within 4500 ms'],
    [{ code: 16, details: 'no token', message: '16 UNAUTHENTICATED: no token' }, 'no token'],
    [{ code: 14, details: '', message: '14 UNAVAILABLE: ' }, '14 UNAVAILABLE: '],
    [{
      code: 14,
      details: 'No connection established. Last error: Error: read ECONNRESET ' +
        '(2026-11-28T10:00:00.000Z). Resolution note: '
    }, 'read ECONNRESET']
  ] as const
  for (const [failure, error] of cases) {
    t.match(await run(grpc(failingClient(failure))), { status: 'DOWN', details: { error } })
  }
})

await t.test('grpc() throws when its options are invalid', (t) => {
  const client = failingClient(undefined)
  t.throws(() => grpc(client, { services: '' } as never), {
    code: 'FST_MANAGEMENT_OPTION_INVALID',
    message: /grpc\(client\)\.services.*did you mean "service"/
  })
  t.throws(() => grpc(client, { service: 1 as never }), {
    code: 'FST_MANAGEMENT_OPTION_INVALID',
    message: /grpc\.service/
  })
  t.end()
})
