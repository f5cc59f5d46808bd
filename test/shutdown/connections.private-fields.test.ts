import { once } from 'node:events'
import { Agent, createServer, get } from 'node:http'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { connect as connectHttp2, createSecureServer, createServer as createHttp2Server } from 'node:http2'
import { Agent as TlsAgent, createServer as createTlsServer, get as getOverTls } from 'node:https'
import { Socket, connect, createServer as createTcpServer } from 'node:net'
import type { Server } from 'node:net'
import { text } from 'node:stream/consumers'
import t from 'tap'
import type { Test } from 'tap'
import { systemClock } from '../../lib/base/clock.js'
import type { Clock } from '../../lib/base/clock.js'
import { Connections } from '../../lib/shutdown/connections.js'
import { portOf } from '../support/app.js'
import { CERTIFICATE } from '../support/certificate.js'
import { ManualClock } from '../support/clock.js'
import { hideField } from '../support/private-field.js'

type Request = (path: string) => Promise<IncomingMessage>

const LARGE = Buffer.alloc(20_000_000, 'x')

/** How the tests open connections to a kind of server. */
interface Protocol {
  readonly name: string
  readonly create: (listener: RequestListener) => Server
  readonly client: (t: Test, port: number) => Request
}

const PLAIN: Protocol = {
  name: 'HTTP/1',
  create: createServer,
  client (t, port) {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    t.teardown(() => agent.destroy())
    return async (path) => await new Promise((resolve, reject) => {
      get({ host: '127.0.0.1', port, path, agent }, resolve).on('error', reject)
    })
  }
}

const tlsClient: Protocol['client'] = (t, port) => {
  const agent = new TlsAgent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false })
  t.teardown(() => agent.destroy())
  return async (path) => await new Promise((resolve, reject) => {
    getOverTls({ host: '127.0.0.1', port, path, agent }, resolve).on('error', reject)
  })
}

const PROTOCOLS: readonly Protocol[] = [
  PLAIN,
  { name: 'HTTP/1 over TLS', create: (listener) => createTlsServer(CERTIFICATE, listener), client: tlsClient },
  {
    name: 'HTTP/1 on an HTTP/2 server',
    create: (listener) => createSecureServer({ ...CERTIFICATE, allowHTTP1: true }, listener as never),
    client: tlsClient
  }
]

interface Setting {
  readonly server: Server
  readonly connections: Connections
  readonly port: number
  /** The responses that the test itself must end, by path. */
  readonly open: ReadonlyMap<string, ServerResponse>
}

async function setUp (
  t: Test, { create }: Pick<Protocol, 'create'>, watched?: (server: Server) => Server
): Promise<Setting> {
  const open = new Map<string, ServerResponse>()
  const server = create(({ url = '' }, response) => {
    if (url === '/large') response.end(LARGE)
    else if (url === '/at-once') response.end('at once')
    else open.set(url, response)
    server.emit('requested', url)
  })
  const outer = watched?.(server) ?? server
  const connections = new Connections()
  connections.watch(outer)
  outer.listen(0, '127.0.0.1')
  t.teardown(() => outer.close())
  await once(outer, 'listening')
  return { server, connections, port: portOf(outer), open }
}

async function requested ({ server }: Setting, path: string): Promise<void> {
  for (;;) {
    const [url] = await once(server, 'requested') as [string]
    if (url === path) return
  }
}

/** Makes an idle, a waiting and a slow client, and closes the server. All must get their whole answers. */
async function closeWithClients (
  t: Test, setting: Setting, client: Protocol['client'], clock: Clock = new ManualClock()
): Promise<void> {
  const { connections, port, open, server } = setting
  await text(await client(t, port)('/at-once'))
  const [slow] = await Promise.all([client(t, port)('/large'), requested(setting, '/large')])
  const waiting = client(t, port)('/waits')
  await requested(setting, '/waits')
  await connections.stopAccepting(clock)
  const allClosed = connections.allClosed()
  connections.closeWhenIdle()
  open.get('/waits')?.end('ended')
  t.equal(await text(await waiting), 'ended')
  t.equal((await text(slow)).length, LARGE.length)
  await allClosed
  server.close()
}

const HIDDEN: readonly (readonly [string, readonly string[], null?])[] = [
  ['all private fields exist', []],
  ['`socket.parser` is missing', ['parser']],
  ['`socket._httpMessage` is missing', ['_httpMessage']],
  ['both private fields are missing', ['parser', '_httpMessage']],
  ['both private fields are null', ['parser', '_httpMessage'], null]
]

for (const [title, names, value] of HIDDEN) {
  await t.test(`connections close when ${title}`, async (t) => {
    for (const name of names) hideField(t, Socket.prototype, name, value)

    for (const { name, create, client } of PROTOCOLS) {
      await t.test(`${name}: idle clients do not delay the close, and others get their whole answer`, async (t) => {
        await closeWithClients(t, await setUp(t, { create }), client)
      })
    }

    await t.test('HTTP/2: an idle session does not delay the close, and a request is answered', async (t) => {
      const setting = await setUp(t, { create: (listener) => createHttp2Server(listener as never) })
      const open = (): ReturnType<typeof connectHttp2> => {
        const session = connectHttp2(`http://127.0.0.1:${setting.port}`)
        t.teardown(() => session.destroy())
        return session
      }
      t.equal(await text(open().request({ ':path': '/at-once' })), 'at once')
      const waiting = open().request({ ':path': '/waits' })
      await requested(setting, '/waits')
      await setting.connections.stopAccepting(new ManualClock())
      const allClosed = setting.connections.allClosed()
      setting.connections.closeWhenIdle()
      setting.open.get('/waits')?.end('ended')
      t.equal(await text(waiting), 'ended')
      await allClosed
    })

    await t.test('an upgraded connection stays open', async (t) => {
      for (const event of ['upgrade', 'connect']) {
        const { server, connections, port } = await setUp(t, PLAIN)
        const upgraded = once(server, event) as Promise<[IncomingMessage, Socket]>
        const client = connect(port, '127.0.0.1')
        t.teardown(() => client.destroy())
        client.write(event === 'upgrade'
          ? 'GET / HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: chat\r\n\r\n'
          : 'CONNECT a:1 HTTP/1.1\r\nhost: a:1\r\n\r\n')
        const [, socket] = await upgraded
        await connections.stopAccepting(new ManualClock())
        connections.closeWhenIdle()
        socket.end('a last word')
        t.equal(await text(client), 'a last word')
      }
    })

    await t.test('a request with `Expect: 100-continue` is answered by the listener of the app', async (t) => {
      const { server, connections, port } = await setUp(t, PLAIN)
      const expected = once(server, 'checkContinue') as Promise<[IncomingMessage, ServerResponse]>
      const client = connect(port, '127.0.0.1')
      t.teardown(() => client.destroy())
      client.write('POST / HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 1\r\n\r\n')
      const [, response] = await expected
      const allClosed = connections.allClosed()
      connections.closeWhenIdle()
      response.end('too large')
      t.match(await text(client), /too large/)
      await allClosed
    })
  })
}

await t.test('connections that another server passes on close when idle, and requests are answered', async (t) => {
  const pass = (server: Server): Server => createTcpServer((socket) => { server.emit('connection', socket) })
  // The idle client seems to send its first request soon, so this waits for half a second.
  await closeWithClients(t, await setUp(t, PLAIN, pass), PLAIN.client, systemClock)
})

await t.test('a response stays open whose request other code has taken before the app', async (t) => {
  const { server, connections, port } = await setUp(t, PLAIN)
  // As engine.io does.
  server.removeAllListeners('request')
  const requests = once(server, 'request') as Promise<[IncomingMessage, ServerResponse]>
  const waiting = PLAIN.client(t, port)('/waits')
  const [, response] = await requests
  const allClosed = connections.allClosed()
  connections.closeWhenIdle()
  response.end('ended')
  t.equal(await text(await waiting), 'ended')
  await allClosed
})
