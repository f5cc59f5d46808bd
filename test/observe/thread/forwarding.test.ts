import { createServer } from 'node:http'
import t from 'tap'
import type { Test } from 'tap'
import { systemClock } from '../../../lib/base/clock.js'
import { PortSocket } from '../../../lib/observe/thread/port-socket.js'
import { Forwarder } from '../../../lib/observe/thread/worker/forwarder.js'
import { separatePortOf, startServers } from '../../hosts/fixtures/two-servers.js'
import { portOf } from '../../support/app.js'
import { listen } from '../../support/loopback.js'
import { codesIn, exchange, openRaw } from '../../support/raw-socket.js'
import { startPortThread } from './fixtures/port-thread.js'

const HOST = 'Host: h\r\n'
const CLOSE = 'Connection: close\r\n'

/** Requests for `/z/info`, from the second line on. Most hostile ones are refused. */
const HEADS: readonly string[] = [
  `${HOST}Trailer: x\r\nTE: trailers\r\n`,
  `${HOST}X: ä\r\nCookie: a=b\r\ncookie: c=d\r\n__proto__: x\r\nX:\r\n`,
  `${HOST}Host: other\r\n`,
  `${HOST}Expect: 100-continue\r\n`,
  `${HOST}Expect: magic\r\n`,
  `${HOST}Upgrade: websocket\r\n`,
  `${HOST}X-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Proto: https\r\nForwarded: for=1\r\n`,
  `${HOST}X: ${'a'.repeat(16_310)}\r\n`,
  `${HOST}X: ${'a'.repeat(20_000)}\r\n`,
  `${HOST}X: a\r\n folded\r\n`,
  `${HOST}X: a\rb\r\n`,
  'Host: h\nX: y\r\n',
  `${HOST}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n`,
  `${HOST}Content-Length: 5\r\nContent-Length: 6\r\n`,
  `${HOST}Transfer-Encoding : chunked\r\n`,
  ''
]
const BODIES: readonly string[] = [
  `GET /z/info HTTP/1.1\r\n${HOST}${CLOSE}Content-Length: 5\r\n\r\nhello`,
  `GET /z/info HTTP/1.1\r\n${HOST}${CLOSE}Transfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nX-T: 1\r\n\r\n`,
  `POST /z/info HTTP/1.1\r\n${HOST}${CLOSE}\r\n`,
  `PUT /z/info HTTP/1.1\r\n${HOST}${CLOSE}Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}`
]
const LINES: readonly string[] = [
  'GET /z/info HTTP/1.0', 'HEAD /z/health HTTP/1.0', 'GET http://h/z/info HTTP/1.1', 'GET * HTTP/1.1',
  'OPTIONS /z/info HTTP/1.1', 'PURGE /z/info HTTP/1.1', 'QUERY /z/info HTTP/1.1', 'CONNECT h:80 HTTP/1.1',
  'GET /z/health/__proto__ HTTP/1.1', 'GET /z/health/constructor HTTP/1.1', 'HEAD /z/health/toString HTTP/1.1',
  'GET /z/health/% HTTP/1.1', 'GET /z/inf\xff HTTP/1.1', 'GET /z/{}|^` HTTP/1.1', 'GET //z/info HTTP/1.1'
]
const REQUESTS: readonly string[] = [
  ...HEADS.map((head) => `GET /z/info HTTP/1.1\r\n${CLOSE}${head}\r\n`),
  ...LINES.map((line) => `${line}\r\n${line.endsWith('1.0') ? '' : HOST}${CLOSE}\r\n`),
  ...BODIES
]

/** Sends all requests to the separate port of an app. Returns the answers, and the requests that `auth` has seen. */
async function outcomes (t: Test, thread: boolean): Promise<readonly unknown[]> {
  const seen: unknown[] = []
  const { app, lines } = await startServers(t, {
    listen: { port: 0, thread },
    version: '1',
    info: {},
    auth: async ({ ip, protocol, raw: { rawHeaders } }) => {
      seen.push([ip, protocol, rawHeaders.filter((text) => !/^trailer$/i.test(text) && text !== 'x')])
      return await Promise.resolve(true)
    }
  })
  const answers = []
  for (const request of REQUESTS) {
    const answer = await exchange(t, separatePortOf(app), request)
    answers.push([request.slice(0, 80), answer.replace(/^Date: .*$/m, 'Date: x').replace(/"uptime[^,}]*/g, '')])
  }
  return [answers, seen, lines.filter(({ level }) => level === 'error')]
}

await t.test('hostile requests get the same answers with and without a thread', async (t) => {
  t.same(await outcomes(t, true), await outcomes(t, false))
})

await t.test('a request that cannot be forwarded is answered with 503', async (t) => {
  const forwarder = new Forwarder({
    watch: { blockedMs: () => 0 },
    state: { isReady: true },
    clock: systemClock,
    knock: () => setImmediate(() => forwarder.flush()),
    connect: () => { throw new Error('a connection cannot be sent') }
  })
  const server = createServer((request, response) => forwarder.forward({ request, response }))
  await listen(t, server)
  const answer = await exchange(t, portOf(server), `GET / HTTP/1.1\r\n${HOST}${CLOSE}\r\n`)
  t.match(answer, /^HTTP\/1\.1 503 .*"message":"a connection cannot be sent"/s)
})

await t.test('an answer that cannot be relayed becomes 503, and trailers are left out', async (t) => {
  const { port, message, send } = await startPortThread(t)
  const answers = [
    'HTTP/1.1 200 OK\r\nTrailer: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nx: y\r\n\r\n',
    'HTTP/1.1 20 \r\n\r\n'
  ]
  for (const [bytes, code] of [[answers[0], 200], [answers[1], 503]] as const) {
    const answer = exchange(t, port, 'GET /z/info HTTP/1.0\r\n\r\n')
    await message('knock')
    send({ type: 'come' })
    const { port: connection, peer } = await message('connection')
    new PortSocket(connection, peer).resume().end(bytes)
    t.same(codesIn(await answer), [code])
  }
})

await t.test('pipelined requests reach the app one after another, and not after their client has left', async (t) => {
  const { port, message, received, send } = await startPortThread(t)
  const { write, receives, socket } = await openRaw(t, port)
  write(`GET /z/info HTTP/1.1\r\n${HOST}\r\n`.repeat(3))
  for (const count of [1, 2]) {
    await message('knock')
    send({ type: 'come' })
    const { port: connection, peer } = await message('connection')
    t.same(received, [])
    if (count === 2) break
    createServer((_request, response) => response.end('first')).emit('connection', new PortSocket(connection, peer))
    await receives(/first/)
  }
  socket.destroy()
  const other = await openRaw(t, port)
  other.write('BROKEN\r\n\r\n')
  await other.closed()
  t.same(received, [])
})

await t.test('headers as large as the app accepts reach it through the thread', async (t) => {
  const fastify = { keepAliveTimeout: 1_000, http: { maxHeaderSize: 40_000 } }
  const { app } = await startServers(t, { listen: { port: 0, thread: true } }, fastify)
  const codeOf = async (length: number): Promise<readonly number[]> => {
    const head = `GET /z/info HTTP/1.1\r\n${HOST}${CLOSE}X: ${'a'.repeat(length)}\r\n\r\n`
    return codesIn(await exchange(t, separatePortOf(app), head))
  }
  t.same([await codeOf(39_000), await codeOf(41_000)], [[200], [431]])
})
