import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import t from 'tap'
import { PortSocket } from '../../../../lib/observe/thread/port-socket.js'
import { writeToStandardError } from '../../../../lib/observe/thread/worker/block-reporter.js'
import { startPortThread } from '../fixtures/port-thread.js'

await t.test('a slow answer of an app that moves is awaited', async (t) => {
  const { get, message, send, state } = await startPortThread(t)
  state.beatAt += 60_000
  const answer = get('/z/health/readiness?exclude=a', { accept: 'text/plain', connection: 'keep-alive' })
  await message('knock')
  await new Promise((resolve) => setTimeout(resolve, 150))
  send({ type: 'come' })
  const { port, peer } = await message('connection')
  createServer((_request, response) => response.end('slow')).emit('connection', new PortSocket(port, peer))
  t.match(await answer, { status: 200, text: 'slow' })
})

await t.test('a probe waits for a slow report of an app that moves', async (t) => {
  const { get, message, send, state } = await startPortThread(t)
  state.beatAt += 60_000
  const answer = get('/z/health/liveness')
  await message('report')
  await new Promise((resolve) => setTimeout(resolve, 150))
  send({ type: 'report', kind: 0, status: 'DOWN' })
  t.match(await answer, { status: 503 })
})

await t.test('the answer of the app is dropped after the thread has answered the probe', async (t) => {
  const { get, message, send, block } = await startPortThread(t)
  const answer = get('/z/health/readiness?exclude=a')
  await message('knock')
  send({ type: 'come' })
  const { port, peer } = await message('connection')
  block(500)
  t.match(await answer, { status: 200, text: '{"status":"UP"}' })
  createServer((_request, response) => response.end('late')).emit('connection', new PortSocket(port, peer))
  send({ type: 'report', kind: 1, status: 'DOWN' })
  send({ type: 'limits', limits: { maxConnections: 5 } })
  t.match(await get('/z/health/liveness'), { status: 200 })
})

await t.test('logged requests and prefixes with parameters or without a path are recognized', async (t) => {
  const logged = await startPortThread(t, { isSilent: false, prefix: '/' })
  logged.block(1_000)
  t.match(await logged.get('/health/liveness'), { status: 200 })
  const { get, block } = await startPortThread(t, { prefix: '/:tenant/z' })
  block(1_000)
  t.match(await get('/a/z/health/liveness'), { status: 200, text: '{"status":"UP"}' })
  t.match(await get('/a/b/z/health/liveness'), { status: 503 })
})

await t.test('close() disconnects clients with unfinished requests after a second', async (t) => {
  const { port, message, send } = await startPortThread({ teardown: () => undefined })
  const client = connect(port, '127.0.0.1').resume()
  client.write('GET /z/info HTTP/1.1\r\nHost: h\r\n\r\n')
  await message('knock')
  send({ type: 'come' })
  await message('connection')
  send({ type: 'close' })
  await once(client, 'close')
  t.pass('closed')
})

await t.test('the thread writes to the standard error without a stream', (t) => {
  t.doesNotThrow(() => writeToStandardError(''))
  t.end()
})
