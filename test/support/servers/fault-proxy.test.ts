import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { Socket } from 'node:net'
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { portOf } from '../app.js'
import { FaultProxy } from './fault-proxy.js'

const RST = { code: 'ECONNRESET' }

await t.test('the proxy forwards in both directions', async (t) => {
  const { proxy } = await startEcho(t)
  const client = await open(t, proxy)
  t.equal(await echo(client, 'hello'), 'hello')
})

await t.test('the proxy forwards a close by the client and by the server', async (t) => {
  const { proxy, sockets } = await startEcho(t)
  const leaving = await open(t, proxy)
  await echo(leaving, 'hello')
  t.equal(proxy.connections, 1)
  leaving.end()
  await once(leaving, 'close')
  await isEmpty(proxy)

  const left = await open(t, proxy)
  await echo(left, 'hello')
  for (const socket of sockets) socket.end()
  await once(left, 'close')
  await isEmpty(proxy)
})

await t.test('the proxy forwards an RST of the server', async (t) => {
  const { proxy, sockets } = await startEcho(t)
  const client = await open(t, proxy)
  await echo(client, 'hello')
  const reset = t.rejects(once(client, 'close'), RST)
  for (const socket of sockets) socket.resetAndDestroy()
  await reset
})

await t.test('a black hole drops the data of an open connection in both directions, and its close', async (t) => {
  const { proxy, sockets } = await startEcho(t)
  const client = await open(t, proxy)
  await echo(client, 'hello')
  proxy.blackHole()
  t.equal(await heard(client, () => client.write('hello')), '')
  t.equal(await heard(client, () => { for (const socket of sockets) socket.write('hello') }), '')
  t.equal(await heard(client, () => client.end()), '')
  t.equal(client.closed, false)
  t.equal(sockets.size, 1)
  // A client that hung up no longer counts.
  await isEmpty(proxy)
})

await t.test('a black hole accepts a connection that never reaches the server', async (t) => {
  const { proxy, sockets } = await startEcho(t)
  proxy.blackHole()
  const client = await open(t, proxy)
  t.equal(await heard(client, () => client.write('hello')), '')
  t.equal(sockets.size, 0)
  t.equal(proxy.connections, 1)
})

await t.test('pass() destroys connections that lost data, and forwards new connections', async (t) => {
  const { proxy } = await startEcho(t)
  const before = await open(t, proxy)
  await echo(before, 'hello')
  proxy.blackHole()
  const during = await open(t, proxy)
  const closed = Promise.all([once(before, 'close'), once(during, 'close')])
  await heard(during, () => during.write('hello'))
  proxy.pass()
  await closed
  t.equal(await echo(await open(t, proxy), 'hello'), 'hello')
})

await t.test('pass() keeps connections that lost no data', async (t) => {
  const { proxy } = await startEcho(t)
  const client = await open(t, proxy)
  proxy.pass()
  t.equal(await echo(client, 'hello'), 'hello')
})

await t.test('resetOnNextData() answers the next bytes of an open connection with an RST, once', async (t) => {
  const { proxy } = await startEcho(t)
  const [sending, silent] = [await open(t, proxy), await open(t, proxy)]
  await echo(sending, 'hello')
  proxy.resetOnNextData()
  const reset = t.rejects(once(sending, 'close'), RST)
  sending.write('hello')
  await reset
  t.equal(await echo(silent, 'hello'), 'hello')
})

await t.test('resetOnNextData() answers the next bytes of a new connection with an RST', async (t) => {
  const { proxy } = await startEcho(t)
  proxy.resetOnNextData()
  const client = await open(t, proxy)
  const reset = t.rejects(once(client, 'close'), RST)
  client.write('hello')
  await reset
})

interface Echo {
  readonly proxy: FaultProxy
  /** The server's ends of its connections. */
  readonly sockets: ReadonlySet<Socket>
  readonly closeServer: () => Promise<void>
}

/** An echo server behind a proxy. */
async function startEcho (test: Pick<typeof t, 'teardown'>): Promise<Echo> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket)).pipe(socket)
  })
  const closeServer = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  }
  test.teardown(closeServer)
  await once(server.listen({ host: '127.0.0.1', port: 0 }), 'listening')
  return { proxy: await FaultProxy.start(test, portOf(server)), sockets, closeServer }
}

async function open (test: Pick<typeof t, 'teardown'>, { host, port }: FaultProxy): Promise<Socket> {
  const client = connect({ host, port })
  test.teardown(() => client.destroy())
  await once(client, 'connect')
  return client.setEncoding('utf8')
}

/** A client notices its close one turn before the proxy does. */
async function isEmpty (proxy: FaultProxy): Promise<void> {
  while (proxy.connections > 0) await turn()
}

/** Sends a text and reads the same amount. */
async function echo (client: Socket, text: string): Promise<string> {
  let read = ''
  const whole = new Promise((resolve) => {
    client.on('data', (part: string) => {
      read += part
      if (read.length >= text.length) resolve(read)
    })
  })
  client.write(text)
  await whole
  client.removeAllListeners('data')
  return read
}

/** The data that a client receives in the moment after an action. */
async function heard (client: Socket, act: () => unknown): Promise<string> {
  let read = ''
  client.on('data', (part: string) => { read += part }).on('end', () => { read += 'the end' })
  act()
  await sleep(50)
  client.removeAllListeners('data').removeAllListeners('end')
  return read
}
