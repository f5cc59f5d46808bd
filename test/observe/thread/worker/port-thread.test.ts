import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import t from 'tap'
import { PortSocket } from '../../../../lib/observe/thread/port-socket.js'
import type { FromThread } from '../../../../lib/observe/thread/messages.js'
import { startPortThread } from '../fixtures/port-thread.js'

/** Waits until the thread has answered a broken request, and so has read what was sent before. */
async function refusal (port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1')
  socket.write('BROKEN\r\n\r\n')
  await once(socket.resume(), 'close')
}

await t.test('a probe gets the report of the app while the event loop moves', async (t) => {
  const { get, message, send, block } = await startPortThread(t)
  block(0)
  const answer = get('/z/health/readiness')
  t.same(await message('report'), { type: 'report', kind: 1 })
  send({ type: 'report', kind: 1, status: 'DOWN' })
  t.match(await answer, { status: 503, text: '{"status":"DOWN"}', headers: { 'cache-control': /no-store/ } })
})

await t.test('probes that arrive during a report share it', async (t) => {
  const { port, message, send, received, state } = await startPortThread(t)
  // A beat in the future: the event loop looks as if it moved during the whole test.
  state.beatAt += 60_000
  const client = connect(port, '127.0.0.1')
  const others = connect(port, '127.0.0.1')
  client.write('GET /z/health/liveness HTTP/1.1\r\nHost: h\r\n\r\n')
  await message('report')
  others.write('GET /z/health/liveness HTTP/1.1\r\nHost: h\r\n\r\n')
  // Answered after the first request of this connection has been read.
  await refusal(port)
  send({ type: 'report', kind: 0, status: 'UP' })
  for (const socket of [client, others]) {
    t.match(String((await once(socket, 'data') as [Buffer])[0]), /200 OK/)
    socket.destroy()
  }
  t.same(received, [])
})

await t.test('a probe is answered from the latest statuses while the event loop is blocked', async (t) => {
  const { get, block, publish, received } = await startPortThread(t)
  const failures: unknown[] = []
  for (const [blockedMs, path, status] of [
    [1_000, 'liveness', 'UP'], [1_000, 'ping', 'UP'], [1_000, 'readiness', 'UP'], [1_000, 'startup', 'UP'],
    [3_000, 'liveness', 'UP'], [3_000, 'readiness', 'OUT_OF_SERVICE'], [3_000, 'startup', 'UP'],
    [31_000, 'liveness', 'DOWN'], [31_000, 'readiness', 'OUT_OF_SERVICE'], [31_000, 'startup', 'UP']
  ] as const) {
    block(blockedMs)
    const { text } = await get(`/z/health/${path}`)
    if (text !== `{"status":"${status}"}`) failures.push([blockedMs, path, text])
  }
  t.same(failures, [])
  publish({ liveness: 'DOWN', readiness: 'DEGRADED' })
  block(1_000)
  t.match(await get('/z/health/liveness'), { status: 503, text: '{"status":"DOWN"}' })
  t.match(await get('/z/health/readiness?a=1'), { status: 200, text: '{"status":"DEGRADED"}' })
  t.match(await get('/z/health/readiness', {}, 'HEAD'), { status: 200, text: '', headers: { 'content-length': '21' } })
  t.same(received, [])
})

await t.test('a probe is answered from the latest statuses when the event loop stops during the request', async (t) => {
  const { get, block, received } = await startPortThread(t)
  block(50)
  t.match(await get('/z/health/liveness'), { status: 200, text: '{"status":"UP"}' })
  t.same(received, [{ type: 'report', kind: 0 }])
  block(50)
  t.match(await get('/z/health/liveness'), { status: 200, text: '{"status":"UP"}' })
  t.same(received, [{ type: 'report', kind: 0 }], 'the app still owes the first report')
})

await t.test('readiness waits for the app when its latest status is old, and then is OUT_OF_SERVICE', async (t) => {
  const { get, block, publish, message, send } = await startPortThread(t)
  publish({}, 1)
  block(150)
  const answer = get('/z/health/readiness')
  await message('report')
  send({ type: 'report', kind: 1, status: 'UP' })
  t.match(await answer, { status: 200 })
  block(150)
  t.match(await get('/z/health/readiness'), { status: 503, text: '{"status":"OUT_OF_SERVICE"}' })
})

await t.test('before the app is ready, liveness is UP, and readiness and startup are OUT_OF_SERVICE', async (t) => {
  const { get, state, received } = await startPortThread(t)
  state.isReady = false
  t.match(await get('/z/health/liveness'), { status: 200, text: '{"status":"UP"}' })
  t.match(await get('/z/health/readiness'), { status: 503, text: '{"status":"OUT_OF_SERVICE"}' })
  t.match(await get('/z/health/startup', { accept: 'text/html' }), { status: 503, text: '{"status":"OUT_OF_SERVICE"}' })
  t.match(await get('/z/info'), { status: 503, text: /"message":"the app has not started yet"/ })
  t.same(received, [])
})

await t.test('other requests reach the app with their address and headers, and the answer is relayed', async (t) => {
  const { port, get, message, send, state } = await startPortThread(t)
  state.beatAt += 60_000
  const app = createServer((request, response) => {
    const { method, url, rawHeaders, socket: { remoteAddress, remotePort } } = request
    response.setHeader('x-app', 'yes')
    const seen = { method, url, rawHeaders, remoteAddress, remotePort }
    request.resume().on('end', () => response.end(JSON.stringify(seen)))
  })
  const relay = async (): Promise<void> => {
    await message('knock')
    send({ type: 'come' })
    const { port, peer } = await message('connection')
    app.emit('connection', new PortSocket(port, peer))
  }
  const serving = relay()
  const answer = await get('/z/health?verbose', { 'X-A': '1' }, 'POST')
  await serving
  t.match(answer, { status: 200, headers: { 'x-app': 'yes', connection: 'close' } })
  t.match(JSON.parse(answer.text), { method: 'POST', url: '/z/health?verbose', remoteAddress: '127.0.0.1' })
  t.match(JSON.parse(answer.text), { rawHeaders: ['X-A', '1', 'Host', `127.0.0.1:${port}`] })
})

await t.test('a request that the app cannot answer gets 503 with the duration of the block', async (t) => {
  const { get, block, send, message } = await startPortThread(t)
  block(5_000)
  const [info, probe] = await Promise.all([get('/z/info'), get('/z/health/liveness?exclude=a')])
  t.match(info, { status: 503, headers: { 'cache-control': 'no-store' } })
  t.match(JSON.parse(info.text), {
    statusCode: 503,
    error: 'Service Unavailable',
    message: /^the event loop has been blocked for \d+ ms$/,
    eventLoop: { blockedMs: Number }
  })
  t.match(probe, { status: 200, text: '{"status":"UP"}' })
  await message('knock')
  send({ type: 'come' })
  block(0)
  const lost = get('/z/info')
  await message('knock')
  send({ type: 'come' })
  const { port } = await message('connection')
  port.close()
  t.match(await lost, { status: 503, text: /the app gave no answer/ })
})

await t.test('a request of a client that has disconnected never reaches the app', async (t) => {
  const { port, block, message, send, received, get } = await startPortThread(t)
  block(500)
  const client = connect(port, '127.0.0.1')
  client.write('GET /z/info HTTP/1.1\r\nHost: h\r\n\r\n')
  await message('knock')
  client.destroy()
  await once(client, 'close')
  await refusal(port)
  send({ type: 'come' })
  await get('/z/health/liveness')
  t.same(received.filter(({ type }: FromThread) => type === 'connection'), [])
})

await t.test('broken requests get the answers of Fastify', async (t) => {
  const { port } = await startPortThread(t)
  const failures: unknown[] = []
  for (const [sent, answer] of [
    ['BROKEN\r\n\r\n', /^HTTP\/1\.1 400 Bad Request\r\nContent-Length: 65\r\nContent-Type: application\/json/],
    [`GET / HTTP/1.1\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`, /^HTTP\/1\.1 431 .*allowed HTTP header size/s]
  ] as const) {
    const client = connect(port, '127.0.0.1')
    client.write(sent)
    const [answered] = await once(client, 'data') as [Buffer]
    if (!answer.test(String(answered))) failures.push(String(answered))
    client.destroy()
  }
  t.same(failures, [])
})

await t.test('the thread reports an error when its port is taken', async (t) => {
  const { port } = await startPortThread(t)
  const second = startPortThread({ teardown: () => undefined }, { address: { host: '127.0.0.1', port } })
  await t.rejects(second, { code: 'EADDRINUSE', message: /^listen EADDRINUSE: address already in use 127/ })
})
