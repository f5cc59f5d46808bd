import { EventEmitter, on, once } from 'node:events'
import { Agent, createServer, get } from 'node:http'
import type { Server as HttpServer, IncomingMessage, RequestListener } from 'node:http'
import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2'
import type { ServerHttp2Session } from 'node:http2'
import { Agent as TlsAgent, createServer as createTlsServer, get as getOverTls } from 'node:https'
import { connect } from 'node:net'
import type { Server, Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { connect as connectTls } from 'node:tls'
import t from 'tap'
import type { Test } from 'tap'
import { Connections } from '../../lib/shutdown/connections.js'
import { portOf } from '../support/app.js'
import { CERTIFICATE } from '../support/certificate.js'
import { ManualClock } from '../support/clock.js'

const LARGE = Buffer.alloc(50_000_000, 'x')

/** Handles requests. The test itself ends the responses to `/waits`, `/begun` and all unknown paths. */
class Handler {
  readonly #ends: (() => void)[] = []
  readonly #emitter = new EventEmitter()
  readonly #requests = on(this.#emitter, 'request')

  readonly listener: RequestListener = ({ url }, response) => {
    if (url === '/large') response.end(LARGE)
    else if (url === '/at-once') response.end('at once')
    else {
      if (url === '/begun') response.write('begun, ')
      this.#ends.push(() => response.end('ended'))
    }
    this.#emitter.emit('request', url)
  }

  /** Waits for the next request for a path. */
  async requested (path: string): Promise<void> {
    for (;;) {
      const { value } = await this.#requests.next() as { value: readonly unknown[] }
      if (value[0] === path) return
    }
  }

  endAll (): void {
    for (const end of this.#ends.splice(0)) end()
  }
}

async function listen (t: Test, server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  t.teardown(() => server.close())
  await once(server, 'listening')
  return portOf(server)
}

interface Setting {
  readonly connections: Connections
  readonly handler: Handler
  readonly port: number
  readonly server: HttpServer
}

async function setUp (t: Test): Promise<Setting> {
  const handler = new Handler()
  const server = createServer(handler.listener)
  t.teardown(() => server.closeAllConnections())
  const connections = new Connections()
  connections.watch(server)
  return { connections, handler, port: await listen(t, server), server }
}

/** Returns a function that sends requests over one keep-alive connection. */
function keepAliveClient (t: Test, port: number): (path: string) => Promise<IncomingMessage> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  t.teardown(() => agent.destroy())
  return async (path) => await new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path, agent }, resolve).on('error', reject)
  })
}

async function open (t: Test, port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').on('error', () => undefined)
  t.teardown(() => socket.destroy())
  await once(socket, 'connect')
  return socket
}

async function nextTurn (): Promise<void> {
  await new Promise<void>((resolve) => { setImmediate(resolve) })
}

/** Returns a function that reports whether the promise has resolved. */
function watchPromise (promise: Promise<unknown>): () => boolean {
  let hasResolved = false
  void promise.then(() => { hasResolved = true })
  return () => hasResolved
}

await t.test('responses keep the connection alive before announceClose()', async (t) => {
  const { port } = await setUp(t)
  t.match(await keepAliveClient(t, port)('/at-once'), { headers: { connection: 'keep-alive' } })
})

await t.test('announceClose() sets `Connection: close` on responses under way and on later ones', async (t) => {
  const { connections, handler, port } = await setUp(t)
  const [idle, busy] = [keepAliveClient(t, port), keepAliveClient(t, port)]
  await text(await idle('/at-once'))
  const [underWay] = await Promise.all([busy('/waits'), handler.requested('/waits').then(() => {
    connections.announceClose()
    handler.endAll()
  })])
  for (const answer of [underWay, await idle('/at-once'), await keepAliveClient(t, port)('/at-once')]) {
    t.match(answer, { statusCode: 200, headers: { connection: 'close' } })
    await text(answer)
  }
})

await t.test('announceClose() does not change a response whose headers have been sent', async (t) => {
  const { connections, handler, port } = await setUp(t)
  const answer = await keepAliveClient(t, port)('/begun')
  connections.announceClose()
  handler.endAll()
  t.match(answer, { headers: { connection: 'keep-alive' } })
  t.equal(await text(answer), 'begun, ended')
})

await t.test('a slow client and a waiting client get whole responses when the server closes', async (t) => {
  const { connections, handler, port, server } = await setUp(t)
  const idle = keepAliveClient(t, port)
  await text(await idle('/at-once'))
  const [slow] = await Promise.all([keepAliveClient(t, port)('/large'), handler.requested('/large')])
  const waiting = keepAliveClient(t, port)('/waits')
  await handler.requested('/waits')
  await connections.stopAccepting(new ManualClock())
  const closed = once(server, 'close')
  server.close()
  connections.closeWhenIdle()
  handler.endAll()
  t.equal(await text(await waiting), 'ended')
  t.equal((await text(slow)).length, LARGE.length)
  await closed
  await connections.allClosed()
})

await t.test('allClosed() resolves when a client disconnects before it has read the response', async (t) => {
  const { connections, handler, port, server } = await setUp(t)
  const [slow] = await Promise.all([keepAliveClient(t, port)('/large'), handler.requested('/large')])
  await connections.stopAccepting(new ManualClock())
  const gone = connections.allClosed()
  server.close()
  connections.closeWhenIdle()
  slow.on('error', () => undefined).destroy()
  await t.resolves(gone)
})

await t.test('stopAccepting() refuses new connections but serves open ones, idle ones too', async (t) => {
  const { connections, handler, port } = await setUp(t)
  const client = keepAliveClient(t, port)
  await Promise.all([client('/at-once').then(text), handler.requested('/at-once')])
  await connections.stopAccepting(new ManualClock())
  t.equal(await text(await client('/at-once')), 'at once')
  await t.rejects(keepAliveClient(t, port)('/at-once'), { code: 'ECONNREFUSED' })
})

await t.test('stopAccepting() waits up to 500 ms for the first request of a new client', async (t) => {
  for (const [passed, isRequesting] of [[490, true], [500, false]] as const) {
    const { connections, handler, port } = await setUp(t)
    const silent = await open(t, port)
    await Promise.all([keepAliveClient(t, port)('/at-once').then(text), handler.requested('/at-once')])
    const clock = new ManualClock()
    const stopped = connections.stopAccepting(clock)
    const isStopped = watchPromise(stopped)
    while (clock.waiting === 0) await nextTurn()
    await clock.pass(passed)
    if (isRequesting) {
      t.equal(isStopped(), false)
      silent.write('GET /at-once HTTP/1.1\r\nhost: a\r\n\r\n')
      await handler.requested('/at-once')
      await clock.pass(10)
    }
    await t.resolves(stopped)
    t.equal(clock.waiting, 0)
  }
})

await t.test('stopAccepting() ignores a server that is not a net.Server', async (t) => {
  const connections = new Connections()
  connections.watch(new EventEmitter())
  await t.resolves(connections.stopAccepting(new ManualClock()))
})

await t.test('closeWhenIdle() closes a connection without any request at once', async (t) => {
  const { connections, port, handler } = await setUp(t)
  const silent = await open(t, port)
  // After a response on a later connection, the server knows the silent connection too.
  const [answer] = await Promise.all([keepAliveClient(t, port)('/at-once'), handler.requested('/at-once')])
  await text(answer)
  connections.closeWhenIdle()
  await once(silent, 'close')
})

await t.test('pipelined requests are all answered, and only the last response has `Connection: close`', async (t) => {
  const requestsFor = (...paths: string[]): string => {
    return paths.map((path) => `GET ${path} HTTP/1.1\r\nhost: a\r\n\r\n`).join('')
  }
  for (const isClosed of [true, false]) {
    const { connections, handler, port } = await setUp(t)
    const socket = await open(t, port)
    const all = text(socket)
    socket.write(requestsFor('/begun', '/waits', '/last'))
    await handler.requested('/last')
    connections.announceClose()
    socket.write(requestsFor('/later', '/at-the-end'))
    await handler.requested('/at-the-end')
    if (isClosed) connections.closeWhenIdle()
    handler.endAll()
    const answers = await all
    const expected = [...Array<string>(5).fill('HTTP/1.1 200 OK'), 'connection: close']
    t.same(answers.match(/HTTP\/1\.1 200 OK|connection: close/gi), expected, answers)
    t.match(answers, /begun, /)
  }
})

await t.test('closeWhenIdle() ends a connection even if its client does not close it', async (t) => {
  const { connections, handler, port, server } = await setUp(t)
  // Otherwise Node would end the connection after this timeout.
  server.keepAliveTimeout = 0
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  t.teardown(() => socket.destroy())
  socket.write('GET /begun HTTP/1.1\r\nhost: a\r\n\r\n')
  await handler.requested('/begun')
  const gone = connections.allClosed()
  connections.announceClose()
  connections.closeWhenIdle()
  handler.endAll()
  await t.resolves(gone)
})

await t.test('closeWhenIdle() closes idle connections at once while a slow client still reads', async (t) => {
  const { connections, handler, port, server } = await setUp(t)
  const [idle] = await Promise.all([keepAliveClient(t, port)('/at-once'), handler.requested('/at-once')])
  const closed = once(idle.socket, 'close')
  await text(idle)
  const [slow] = await Promise.all([keepAliveClient(t, port)('/large'), handler.requested('/large')])
  await connections.stopAccepting(new ManualClock())
  connections.closeWhenIdle()
  server.close()
  await closed
  t.equal((await text(slow)).length, LARGE.length)
})

await t.test('closeWhenIdle() does not close an upgraded connection', async (t) => {
  const { connections, port, server } = await setUp(t)
  const upgraded = once(server, 'upgrade') as Promise<[IncomingMessage, Socket]>
  const client = await open(t, port)
  client.write('GET / HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: chat\r\n\r\n')
  const [, socket] = await upgraded
  await connections.stopAccepting(new ManualClock())
  connections.closeWhenIdle()
  socket.end('a last word')
  t.equal(await text(client), 'a last word')
})

await t.test('closeWhenIdle() closes a connection on which a request has only begun', async (t) => {
  const { connections, handler, port } = await setUp(t)
  const socket = await open(t, port)
  socket.write('G')
  // After a response on a later connection, the server has read this byte.
  await Promise.all([keepAliveClient(t, port)('/at-once').then(text), handler.requested('/at-once')])
  const clock = new ManualClock()
  const stopped = connections.stopAccepting(clock)
  while (clock.waiting === 0) await nextTurn()
  await clock.pass(500)
  await stopped
  connections.closeWhenIdle()
  await t.resolves(once(socket, 'close'))
})

await t.test('stopAccepting() waits for an event-loop turn without new connections, up to a limit', async (t) => {
  for (const [turns, expected] of [[20, 20], [Infinity, 200]] as const) {
    const server = new EventEmitter()
    const connections = new Connections()
    connections.watch(server)
    const isStopped = watchPromise(connections.stopAccepting(new ManualClock()))
    let passed = 0
    for (; !isStopped(); passed++) {
      const socket = new EventEmitter()
      if (passed < turns) server.emit('connection', socket)
      socket.emit('close')
      await nextTurn()
    }
    t.ok(passed >= expected && passed < expected + 10, `${passed} turns`)
  }
})

await t.test('connections over TLS close in the same way', async (t) => {
  const handler = new Handler()
  const server = createTlsServer(CERTIFICATE, handler.listener)
  t.teardown(() => server.closeAllConnections())
  const connections = new Connections()
  connections.watch(server)
  const port = await listen(t, server)
  const agent = new TlsAgent({ keepAlive: true, rejectUnauthorized: false })
  t.teardown(() => agent.destroy())
  const request = async (path: string): Promise<IncomingMessage> => await new Promise((resolve, reject) => {
    getOverTls({ host: '127.0.0.1', port, path, agent }, resolve).on('error', reject)
  })

  const withoutHandshake = await open(t, port)
  const partOfHandshake = await open(t, port)
  // The first three bytes of a TLS handshake.
  partOfHandshake.write(Buffer.from([22, 3, 1]))
  const withoutRequest = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false }).on('error', () => undefined)
  t.teardown(() => withoutRequest.destroy())
  await once(withoutRequest, 'secureConnect')
  const begun = await request('/begun')
  const [waiting] = await Promise.all([request('/waits'), handler.requested('/waits').then(() => {
    connections.announceClose()
    connections.closeWhenIdle()
    handler.endAll()
  })])
  t.match(waiting, { headers: { connection: 'close' } })
  t.equal(await text(waiting), 'ended')
  const closed = once(begun.socket, 'close')
  t.equal(await text(begun), 'begun, ended')
  await closed
  await connections.allClosed()
  for (const socket of [withoutHandshake, partOfHandshake, withoutRequest]) {
    if (!socket.destroyed) await once(socket, 'close')
  }
})

await t.test('HTTP/2 sessions get GOAWAY, finish their requests and close', async (t) => {
  const server = createHttp2Server()
  const connections = new Connections()
  connections.watch(server)
  const ends: (() => void)[] = []
  server.on('request', ({ url }, response) => {
    if (url === '/waits') ends.push(() => response.end('ended'))
    else response.end('at once')
    server.emit('requested')
  })
  const port = await listen(t, server)
  const client = (): ReturnType<typeof connectHttp2> => {
    const session = connectHttp2(`http://127.0.0.1:${port}`)
    t.teardown(() => session.destroy())
    return session
  }
  const session = client()
  const [waiting] = [session.request({ ':path': '/waits' }), await once(server, 'requested')]
  const goneAway = once(session, 'goaway')
  connections.announceClose()
  t.equal((await goneAway)[0], 0, 'without an error')

  const late = client()
  t.equal(await text(late.request({ ':path': '/' })), 'at once', 'a client that connects after GOAWAY is served')
  connections.closeWhenIdle()
  const closed = Promise.all([once(session, 'close'), once(late, 'close')])
  for (const end of ends) end()
  t.equal(await text(waiting), 'ended')
  await closed
})

await t.test('announceClose() skips a destroyed HTTP/2 session whose client is still connected', async (t) => {
  const server = createHttp2Server()
  const connections = new Connections()
  connections.watch(server)
  const port = await listen(t, server)
  const gone = once(server, 'session')
  const client = connect({ host: '127.0.0.1', port, allowHalfOpen: true })
  t.teardown(() => client.destroy())
  client.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0')
  const [session] = await gone as [ServerHttp2Session]
  session.destroy()
  t.doesNotThrow(() => connections.announceClose())
  connections.closeWhenIdle()
})
