import { once } from 'node:events'
import { createServer } from 'node:http'
import type { Server, ServerResponse } from 'node:http'
import { createServer as createHttp2Server } from 'node:http2'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import t from 'tap'
import type { Test } from 'tap'
import { limitConnections, limitPipelining, makeRoom } from '../../../lib/observe/thread/server-limits.js'
import { listen } from '../../support/loopback.js'
import { openRaw } from '../../support/raw-socket.js'
import type { RawSocket } from '../../support/raw-socket.js'

const NAMES = [
  'headersTimeout', 'requestTimeout', 'keepAliveTimeout', 'connectionsCheckingInterval', 'maxConnections', 'timeout',
  'maxRequestsPerSocket', 'maxHeadersCount', 'maxHeaderSize'
] as const
const DEFAULTS = {
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  keepAliveTimeout: 3_000,
  connectionsCheckingInterval: 1_000,
  maxConnections: 1_000,
  timeout: 0,
  maxRequestsPerSocket: 0,
  maxHeadersCount: null,
  maxHeaderSize: undefined
}

function limitsBeside (appServer: unknown): object {
  const server = createServer()
  limitConnections(server, appServer)
  return Object.fromEntries(NAMES.map((name) => [name, Reflect.get(server, name)]))
}

await t.test('the separate port has strict limits beside a server with the defaults of Node', (t) => {
  for (const appServer of [createServer(), createHttp2Server(), undefined, null, 5, {}]) {
    t.same(limitsBeside(appServer), DEFAULTS)
  }
  t.end()
})

await t.test('the separate port has each stricter limit of the app', (t) => {
  for (const name of NAMES) {
    const expected = { ...DEFAULTS, [name]: 500 }
    if (/^(headers|request)Timeout$/.test(name)) expected.connectionsCheckingInterval = 500
    t.same(limitsBeside({ [name]: 500 }), expected, name)
  }
  t.end()
})

await t.test('the separate port takes no wider limit from the app, and no limit that is off', (t) => {
  for (const wide of [0, -1, NaN, Infinity, '1', null, undefined]) {
    t.same(limitsBeside(Object.fromEntries(NAMES.map((name) => [name, wide]))), DEFAULTS, String(wide))
  }
  t.same(limitsBeside({ headersTimeout: 60_000, maxConnections: 5_000 }), DEFAULTS)
  t.end()
})

interface CrowdedServer {
  readonly server: Server
  readonly open: () => Promise<Socket>
  readonly closed: () => number
}

/** A server for at most so many connections. It never answers. */
async function crowdedServer (t: Test, maxConnections: number): Promise<CrowdedServer> {
  let closed = 0
  const server = createServer(() => undefined)
  server.maxConnections = maxConnections
  makeRoom(server, () => { closed += 1 })
  const port = await listen(t, server)
  const open = async (): Promise<Socket> => {
    const accepted = Promise.race([once(server, 'connection'), once(server, 'drop')])
    const socket = connect(port, '127.0.0.1').on('error', () => undefined)
    t.teardown(() => socket.destroy())
    await Promise.all([once(socket, 'connect'), accepted])
    return socket
  }
  return { server, open, closed: () => closed }
}

async function request (server: Server, socket: Socket): Promise<void> {
  const received = once(server, 'request')
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  await received
}

async function openAll (open: CrowdedServer['open'], count: number): Promise<readonly Socket[]> {
  const sockets: Socket[] = []
  while (sockets.length < count) sockets.push(await open())
  return sockets
}

/** Opens one more connection, and returns the positions of those that close. */
async function closedByOneMore (open: CrowdedServer['open'], sockets: readonly Socket[]): Promise<readonly number[]> {
  const anyClosed = Promise.race(sockets.map(async (socket) => { await once(socket, 'close') }))
  await open()
  await anyClosed
  return sockets.flatMap(({ closed }, position) => closed ? [position] : [])
}

await t.test('an old idle connection closes when nine tenths of the connections are open', async (t) => {
  const { server, open, closed } = await crowdedServer(t, 10)
  const sockets = await openAll(open, 9)
  t.equal(closed(), 0)
  for (const socket of sockets.slice(0, 1)) await request(server, socket)
  t.same(await closedByOneMore(open, sockets), [1], 'a request makes the first connection the newest')
  t.equal(closed(), 1)
})

await t.test('a running request keeps an old connection open while another old connection is idle', async (t) => {
  const { server, open } = await crowdedServer(t, 10)
  const sockets = await openAll(open, 9)
  for (const position of [2, 3, 4, 5, 6, 7, 8, 0, 1]) {
    const socket = sockets[position]
    if (position !== 4 && socket !== undefined) await request(server, socket)
  }
  t.same(await closedByOneMore(open, sockets), [4])
})

await t.test('the connection with the oldest request closes when all old connections have requests', async (t) => {
  const { server, open } = await crowdedServer(t, 20)
  const sockets = await openAll(open, 18)
  for (const socket of sockets.slice(0, 9)) await request(server, socket)
  for (const socket of sockets.slice(9)) await request(server, socket)
  t.same(await closedByOneMore(open, sockets), [0])
})

await t.test('a refused connection closes an old one, so that the next connection is accepted', async (t) => {
  const { open } = await crowdedServer(t, 1)
  const first = await open()
  const firstClosed = once(first, 'close')
  const second = await open()
  if (!second.closed) await once(second, 'close')
  await firstClosed
  t.notOk((await open()).closed)
})

await t.test('nothing closes when every connection has closed already', async (t) => {
  const { server, closed } = await crowdedServer(t, 10)
  server.emit('drop')
  t.equal(closed(), 0)
  await Promise.resolve()
})

await t.test('the connection of the newest pipelined request closes when too many wait', async (t) => {
  const heads: ServerResponse[] = []
  let [waiting, answered] = [0, 0]
  const server = createServer((_request, response) => {
    if (response.socket !== null) {
      heads.push(response)
      return
    }
    waiting += 1
    response.once('socket', () => response.end(() => { answered += 1 }))
  })
  limitPipelining(server)
  const port = await listen(t, server)
  const send = async (count: number): Promise<RawSocket> => {
    const raw = await openRaw(t, port)
    raw.write('GET / HTTP/1.1\r\nHost: h\r\n\r\n'.repeat(count))
    return raw
  }
  const until = async (isDone: () => boolean): Promise<void> => {
    while (!isDone()) await new Promise((resolve) => { setImmediate(resolve) })
  }
  for (const round of [1, 2]) {
    waiting = 0
    const { socket: first } = await send(1_501)
    await until(() => waiting === 1_500)
    t.equal(await (await send(1_000)).closed(), '')
    heads.find(({ socket }) => socket?.remotePort === first.localPort)?.end()
    await until(() => answered === round * 1_500)
  }
})
