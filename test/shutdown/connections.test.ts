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

/** Routes whose answers the test ends itself. */
class Handler {
  readonly #ends: (() => void)[] = []
  readonly #asked = new EventEmitter()
  readonly #requests = on(this.#asked, 'asked')

  readonly listener: RequestListener = ({ url }, answer) => {
    if (url === '/large') answer.end(LARGE)
    else if (url === '/at-once') answer.end('at once')
    else {
      if (url === '/begun') answer.write('begun, ')
      this.#ends.push(() => answer.end('ended'))
    }
    this.#asked.emit('asked', url)
  }

  /** Waits for the next request for a path. */
  async asked (path: string): Promise<void> {
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

/** Asks over a connection that is kept. */
function keepAsking (t: Test, port: number): (path: string) => Promise<IncomingMessage> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  t.teardown(() => agent.destroy())
  return async (path) => await new Promise((resolve, reject) => { get({ host: '127.0.0.1', port, path, agent }, resolve).on('error', reject) })
}

async function open (t: Test, port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').on('error', () => undefined)
  t.teardown(() => socket.destroy())
  await once(socket, 'connect')
  return socket
}

async function turn (): Promise<void> {
  await new Promise<void>((resolve) => { setImmediate(resolve) })
}

function isOver (work: Promise<unknown>): () => boolean {
  let over = false
  void work.then(() => { over = true })
  return () => over
}

await t.test('until they are released, connections are kept', async (t) => {
  const { port } = await setUp(t)
  t.match(await keepAsking(t, port)('/at-once'), { headers: { connection: 'keep-alive' } })
})

await t.test('once released, each answer asks for another connection: those under way, and the next on any', async (t) => {
  const { connections, handler, port } = await setUp(t)
  const [idle, busy] = [keepAsking(t, port), keepAsking(t, port)]
  await text(await idle('/at-once'))
  const [underWay] = await Promise.all([busy('/waits'), handler.asked('/waits').then(() => {
    connections.release()
    handler.endAll()
  })])
  for (const answer of [underWay, await idle('/at-once'), await keepAsking(t, port)('/at-once')]) {
    t.match(answer, { statusCode: 200, headers: { connection: 'close' } })
    await text(answer)
  }
})

await t.test('an answer that has begun when they are released is given as it has begun', async (t) => {
  const { connections, handler, port } = await setUp(t)
  const answer = await keepAsking(t, port)('/begun')
  connections.release()
  handler.endAll()
  t.match(answer, { headers: { connection: 'keep-alive' } })
  t.equal(await text(answer), 'begun, ended')
})

await t.test('stopped, a server that is closed lets whoever reads slowly read all that is ended, and what ends meanwhile', async (t) => {
  const { connections, handler, port, server } = await setUp(t)
  const idle = keepAsking(t, port)
  await text(await idle('/at-once'))
  const [slow] = await Promise.all([keepAsking(t, port)('/large'), handler.asked('/large')])
  const waiting = keepAsking(t, port)('/waits')
  await handler.asked('/waits')
  await connections.stop(new ManualClock())
  const closed = once(server, 'close')
  server.close()
  connections.close()
  handler.endAll()
  t.equal(await text(await waiting), 'ended')
  t.equal((await text(slow)).length, LARGE.length)
  await closed
  await connections.gone()
})

await t.test('who leaves before he has read it is not waited for', async (t) => {
  const { connections, handler, port, server } = await setUp(t)
  const [slow] = await Promise.all([keepAsking(t, port)('/large'), handler.asked('/large')])
  await connections.stop(new ManualClock())
  const gone = connections.gone()
  server.close()
  connections.close()
  slow.on('error', () => undefined).destroy()
  await t.resolves(gone)
})

await t.test('stopped, it takes no others, and those that are open are served, idle ones too', async (t) => {
  const { connections, handler, port } = await setUp(t)
  const ask = keepAsking(t, port)
  await Promise.all([ask('/at-once').then(text), handler.asked('/at-once')])
  await connections.stop(new ManualClock())
  t.equal(await text(await ask('/at-once')), 'at once')
  await t.rejects(keepAsking(t, port)('/at-once'), { code: 'ECONNREFUSED' })
})

await t.test('stopped, whoever has just come has half a second to ask', async (t) => {
  for (const [passed, asks] of [[490, true], [500, false]] as const) {
    const { connections, handler, port } = await setUp(t)
    const silent = await open(t, port)
    await Promise.all([keepAsking(t, port)('/at-once').then(text), handler.asked('/at-once')])
    const clock = new ManualClock()
    const stopped = connections.stop(clock)
    const isStopped = isOver(stopped)
    while (clock.waiting === 0) await turn()
    await clock.pass(passed)
    if (asks) {
      t.equal(isStopped(), false)
      silent.write('GET /at-once HTTP/1.1\r\nhost: a\r\n\r\n')
      await handler.asked('/at-once')
      await clock.pass(10)
    }
    await t.resolves(stopped)
    t.equal(clock.waiting, 0)
  }
})

await t.test('a server that is none of the network is not stopped', async (t) => {
  const connections = new Connections()
  connections.watch(new EventEmitter())
  await t.resolves(connections.stop(new ManualClock()))
})

await t.test('closed, one on which nothing was ever asked is gone at once', async (t) => {
  const { connections, port, handler } = await setUp(t)
  const silent = await open(t, port)
  // The server has come to know of the one when it has answered on another.
  const [answer] = await Promise.all([keepAsking(t, port)('/at-once'), handler.asked('/at-once')])
  await text(answer)
  connections.close()
  await once(silent, 'close')
})

await t.test('one on which an answer is under way is ended after it, and all that was asked on it is answered, only the last as such', async (t) => {
  const ask = (...paths: string[]): string => paths.map((path) => `GET ${path} HTTP/1.1\r\nhost: a\r\n\r\n`).join('')
  for (const isClosed of [true, false]) {
    const { connections, handler, port } = await setUp(t)
    const socket = await open(t, port)
    const all = text(socket)
    socket.write(ask('/begun', '/waits', '/last'))
    await handler.asked('/last')
    connections.release()
    socket.write(ask('/later', '/at-the-end'))
    await handler.asked('/at-the-end')
    if (isClosed) connections.close()
    handler.endAll()
    const answers = await all
    t.same(answers.match(/HTTP\/1\.1 200 OK|connection: close/gi), [...Array<string>(5).fill('HTTP/1.1 200 OK'), 'connection: close'], answers)
    t.match(answers, /begun, /)
  }
})

await t.test('closed, one is over whether or not its client closes it too', async (t) => {
  const { connections, handler, port, server } = await setUp(t)
  // Node ends it after that otherwise.
  server.keepAliveTimeout = 0
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  t.teardown(() => socket.destroy())
  socket.write('GET /begun HTTP/1.1\r\nhost: a\r\n\r\n')
  await handler.asked('/begun')
  const gone = connections.gone()
  connections.release()
  connections.close()
  handler.endAll()
  await t.resolves(gone)
})

await t.test('closed, idle ones are closed at once, whoever reads slowly elsewhere', async (t) => {
  const { connections, handler, port, server } = await setUp(t)
  const [idle] = await Promise.all([keepAsking(t, port)('/at-once'), handler.asked('/at-once')])
  const closed = once(idle.socket, 'close')
  await text(idle)
  const [slow] = await Promise.all([keepAsking(t, port)('/large'), handler.asked('/large')])
  await connections.stop(new ManualClock())
  connections.close()
  server.close()
  await closed
  t.equal((await text(slow)).length, LARGE.length)
})

await t.test('closed, one that was handed over is left to whom it was handed to', async (t) => {
  const { connections, port, server } = await setUp(t)
  const upgraded = once(server, 'upgrade') as Promise<[IncomingMessage, Socket]>
  const client = await open(t, port)
  client.write('GET / HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: chat\r\n\r\n')
  const [, socket] = await upgraded
  await connections.stop(new ManualClock())
  connections.close()
  socket.end('a last word')
  t.equal(await text(client), 'a last word')
})

await t.test('closed, one on which a request has only begun is over', async (t) => {
  const { connections, handler, port } = await setUp(t)
  const socket = await open(t, port)
  socket.write('G')
  // The server has read that when it has answered on another that came later.
  await Promise.all([keepAsking(t, port)('/at-once').then(text), handler.asked('/at-once')])
  const clock = new ManualClock()
  const stopped = connections.stop(clock)
  while (clock.waiting === 0) await turn()
  await clock.pass(500)
  await stopped
  connections.close()
  await t.resolves(once(socket, 'close'))
})

await t.test('to stop, it waits for a turn of the event loop in which nobody comes, but not for ever', async (t) => {
  for (const [turns, expected] of [[20, 20], [Infinity, 200]] as const) {
    const server = new EventEmitter()
    const connections = new Connections()
    connections.watch(server)
    const isStopped = isOver(connections.stop(new ManualClock()))
    let passed = 0
    for (; !isStopped(); passed++) {
      const socket = new EventEmitter()
      if (passed < turns) server.emit('connection', socket)
      socket.emit('close')
      await turn()
    }
    t.ok(passed >= expected && passed < expected + 10, `${passed} turns`)
  }
})

await t.test('over TLS it is the same', async (t) => {
  const handler = new Handler()
  const server = createTlsServer(CERTIFICATE, handler.listener)
  t.teardown(() => server.closeAllConnections())
  const connections = new Connections()
  connections.watch(server)
  const port = await listen(t, server)
  const agent = new TlsAgent({ keepAlive: true, rejectUnauthorized: false })
  t.teardown(() => agent.destroy())
  const ask = async (path: string): Promise<IncomingMessage> => await new Promise((resolve, reject) => { getOverTls({ host: '127.0.0.1', port, path, agent }, resolve).on('error', reject) })

  const withoutHandshake = await open(t, port)
  const halfShaken = await open(t, port)
  // The first three bytes of a handshake.
  halfShaken.write(Buffer.from([22, 3, 1]))
  const withoutRequest = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false }).on('error', () => undefined)
  t.teardown(() => withoutRequest.destroy())
  await once(withoutRequest, 'secureConnect')
  const begun = await ask('/begun')
  const [waiting] = await Promise.all([ask('/waits'), handler.asked('/waits').then(() => {
    connections.release()
    connections.close()
    handler.endAll()
  })])
  t.match(waiting, { headers: { connection: 'close' } })
  t.equal(await text(waiting), 'ended')
  const closed = once(begun.socket, 'close')
  t.equal(await text(begun), 'begun, ended')
  await closed
  await connections.gone()
  for (const silent of [withoutHandshake, halfShaken, withoutRequest]) if (!silent.destroyed) await once(silent, 'close')
})

await t.test('over HTTP/2 clients are told to go away, what is under way is answered, and the sessions are closed', async (t) => {
  const server = createHttp2Server()
  const connections = new Connections()
  connections.watch(server)
  const ends: (() => void)[] = []
  server.on('request', ({ url }, answer) => {
    if (url === '/waits') ends.push(() => answer.end('ended'))
    else answer.end('at once')
    server.emit('asked')
  })
  const port = await listen(t, server)
  const client = (): ReturnType<typeof connectHttp2> => {
    const session = connectHttp2(`http://127.0.0.1:${port}`)
    t.teardown(() => session.destroy())
    return session
  }
  const session = client()
  const [waiting] = [session.request({ ':path': '/waits' }), await once(server, 'asked')]
  const goneAway = once(session, 'goaway')
  connections.release()
  t.equal((await goneAway)[0], 0, 'without an error')

  const late = client()
  t.equal(await text(late.request({ ':path': '/' })), 'at once', 'who comes after it is served')
  connections.close()
  const closed = Promise.all([once(session, 'close'), once(late, 'close')])
  for (const end of ends) end()
  t.equal(await text(waiting), 'ended')
  await closed
})

await t.test('over HTTP/2 a session that is gone while its client stays is no stumbling block', async (t) => {
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
  t.doesNotThrow(() => connections.release())
  connections.close()
})
