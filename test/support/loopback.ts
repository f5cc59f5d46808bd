import { connect } from 'node:net'
import type { Server } from 'node:net'
import { Worker } from 'node:worker_threads'
import type t from 'tap'
import { portOf } from './app.js'
import { freePort } from './servers/free-port.js'

type Test = Pick<typeof t, 'teardown'>

/** Starts a server on a free port of the loopback interface and returns the port. The server stops with the test. */
export async function listen (test: Test, server: Server): Promise<number> {
  const connections = new Set<{ destroy: () => void }>()
  server.on('connection', (socket) => connections.add(socket))
  test.teardown(() => {
    for (const connection of connections) connection.destroy()
    server.close()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return portOf(server)
}

/** Returns a port of the loopback interface that refuses connections. */
export async function refusingPort (): Promise<number> {
  return await freePort()
}

/** Listens with a backlog for two connections, and accepts none. */
const BLOCKED = `
  const server = require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    require('node:worker_threads').parentPort.postMessage(server.address().port)
    setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0))
  })
`

/** Returns a port of the loopback interface that neither accepts nor refuses connections until the test ends. */
export async function blackHole (test: Test): Promise<number> {
  const worker = new Worker(BLOCKED, { eval: true })
  test.teardown(async () => await worker.terminate())
  const port = await new Promise<number>((resolve) => worker.once('message', resolve))
  await Promise.all([occupy(test, port), occupy(test, port)])
  return port
}

async function occupy (test: Test, port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1')
  test.teardown(() => socket.destroy())
  socket.on('error', () => undefined)
  await new Promise((resolve) => socket.once('connect', resolve))
}
