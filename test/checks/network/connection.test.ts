import http, { createServer } from 'node:http'
import type { RequestListener } from 'node:http'
import https, { createServer as createHttpsServer } from 'node:https'
import { createSecureServer } from 'node:http2'
import net from 'node:net'
import { connect, createServer as createTlsServer, TLSSocket } from 'node:tls'
import t from 'tap'
import { openSecure, whenOpen } from '../../../lib/checks/network/connection.js'
import { http as httpCheck } from '../../../lib/checks/network/http.js'
import { serviceDependency } from '../../../lib/checks/network/service-dependency.js'
import { startApp } from '../../support/app.js'
import { CHAIN } from '../../support/certificate.js'
import { run } from '../../support/check.js'
import { KNOWS_PROXIES, startForwardProxy } from '../../support/forward-proxy.js'
import { blackHole, listen, refusingPort } from '../../support/loopback.js'

type Test = Pick<typeof t, 'equal' | 'match' | 'notMatch' | 'same' | 'teardown'>

const SERVER = { key: CHAIN.key, cert: `${CHAIN.leaf}\n${CHAIN.intermediate}` }
const UP: RequestListener = (_request, response) => response.end('{"status":"UP"}')

/** Adds a test if this Node.js uses the proxy of the environment for its own requests. */
async function testWithProxy (title: string, run: (test: Test) => Promise<void>): Promise<void> {
  if (KNOWS_PROXIES) await t.test(title, run)
}

/** Sets the proxy of the environment as Node.js does at its start with `NODE_USE_ENV_PROXY=1`. */
function useProxy (test: Test, env: Readonly<Record<string, string>>): void {
  for (const { globalAgent } of [http, https]) {
    const { options } = globalAgent as unknown as { options: { proxyEnv: object | undefined } }
    const before = options.proxyEnv
    test.teardown(() => { options.proxyEnv = before })
    options.proxyEnv = env
  }
}

await t.test('checks connect directly when Node.js itself uses no proxy', async (t) => {
  const port = await listen(t, createServer(UP))
  const url = `http://127.0.0.1:${port}/`
  process.env['HTTP_PROXY'] = `http://127.0.0.1:${await refusingPort()}`
  t.teardown(() => { delete process.env['HTTP_PROXY'] })
  for (const check of [httpCheck(url), serviceDependency(url)]) t.match(await run(check), { status: 'UP' })
})

await t.test('checks work when the app has replaced the global agent', async (t) => {
  const before = http.globalAgent
  t.teardown(() => { http.globalAgent = before })
  Reflect.set(http, 'globalAgent', {})
  const url = `http://127.0.0.1:${await listen(t, createServer(UP))}/`
  t.match(await run(httpCheck(url)), { status: 'UP' })
})

await testWithProxy('checks request http:// URLs from the proxy of the environment', async (t) => {
  const port = await listen(t, createServer(UP))
  const proxy = await startForwardProxy(t, port)
  useProxy(t, { http_proxy: proxy.url })
  const url = 'http://partner.invalid/health'
  for (const check of [httpCheck(url), serviceDependency(url)]) t.match(await run(check), { status: 'UP' })
  const { get } = await startApp(t, { serviceDependencies: { partner: url } })
  t.match(await get('/z/health'), { status: 200 })
  t.same(proxy.targets, [url, url, url])
})

await testWithProxy('checks open a tunnel through the proxy for https:// URLs', async (t) => {
  const port = await listen(t, createHttpsServer(SERVER, UP))
  const proxy = await startForwardProxy(t, port)
  useProxy(t, { HTTPS_PROXY: proxy.url })
  const url = 'https://localhost:8443/health'
  const tls = { ca: CHAIN.root }
  for (const check of [httpCheck(url, { tls }), serviceDependency(url, { tls })]) {
    t.match(await run(check), { status: 'UP' })
  }
  t.same(proxy.targets, ['localhost:8443', 'localhost:8443'])
  t.match(await run(httpCheck(url)), { status: 'DOWN', details: { error: /unable to get local issuer/ } })
})

await testWithProxy('a proxied service receives the hop and the time limit', async (t) => {
  const seen: unknown[] = []
  const service: RequestListener = ({ headers }, response) => {
    seen.push(headers['management-hop'], Number(headers['management-timeout']) > 0)
    response.end('{"status":"UP"}')
  }
  const plain = await startForwardProxy(t, await listen(t, createServer(service)))
  const secure = await startForwardProxy(t, await listen(t, createHttpsServer(SERVER, service)))
  useProxy(t, { http_proxy: plain.url, https_proxy: secure.url })
  t.match(await run(serviceDependency('http://users.invalid/')), { status: 'UP' })
  t.match(await run(serviceDependency('https://localhost/', { tls: { ca: CHAIN.root } })), { status: 'UP' })
  t.same(seen, ['1', true, '1', true])
})

await testWithProxy('checks use HTTP/2 through a tunnel of the proxy', async (t) => {
  const port = await listen(t, createSecureServer(SERVER, (_request, response) => response.end('{"status":"UP"}')))
  const proxy = await startForwardProxy(t, port)
  useProxy(t, { https_proxy: proxy.url })
  t.match(await run(serviceDependency('https://localhost/', { tls: { ca: CHAIN.root } })), { status: 'UP' })
  t.same(proxy.targets, ['localhost:443'])
})

await t.test('openSecure() resolves with the tunnel that Node.js opens, and ends with its error', async (t) => {
  const port = await listen(t, createHttpsServer(SERVER, UP))
  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false })
  t.teardown(() => socket.destroy())
  const target = new URL('https://localhost')
  const connection = { name: undefined, context: undefined, signal: new AbortController().signal }
  const toProxy = new net.Socket()
  const open = async (error: Error | null): Promise<unknown> => await openSecure(target, connection, {
    createConnection: (_options, callback) => {
      setImmediate(() => callback?.(error, socket))
      return toProxy
    }
  })
  t.equal(await open(null), socket)
  t.equal(toProxy.destroyed, false)
  await t.rejects(open(new Error('Failed to establish tunnel')), { message: 'Failed to establish tunnel' })
  t.equal(toProxy.destroyed, true)
})

await t.test('openSecure() waits for the tunnel when the proxy itself uses TLS', async (t) => {
  useProxy(t, { HTTPS_PROXY: 'https://proxy' })
  const port = await listen(t, createTlsServer(SERVER, () => undefined))
  const toProxy = connect({ host: '127.0.0.1', port, rejectUnauthorized: false })
  const tunnel = new TLSSocket(new net.Socket())
  t.teardown(() => { toProxy.destroy(); tunnel.destroy() })
  const connection = { name: undefined, context: undefined, signal: new AbortController().signal }
  const opened = await openSecure(new URL('https://localhost'), connection, {
    createConnection: (_options, callback) => {
      toProxy.once('secureConnect', () => setImmediate(() => callback?.(null, tunnel)))
      return toProxy
    }
  })
  t.equal(opened, tunnel)
})

await t.test('openSecure() rejects and opens no connection when its time is over', async (t) => {
  const connection = { name: undefined, context: undefined, signal: AbortSignal.abort(new Error('too late')) }
  const createConnection = (): never => t.fail('must not be called') as never
  await t.rejects(openSecure(new URL('https://localhost'), connection, { createConnection }), { message: 'too late' })
})

await t.test('whenOpen() waits for the TLS handshake with a proxy', (t) => {
  const socket = new TLSSocket(new net.Socket())
  const events: string[] = []
  whenOpen(socket, () => events.push('open'))
  socket.emit('connect')
  t.same(events, [])
  socket.emit('secureConnect')
  t.same(events, ['open'])
  socket.destroy()
  t.end()
})

await testWithProxy('checks connect directly to the hosts in NO_PROXY', async (t) => {
  const port = await listen(t, createServer(UP))
  const securePort = await listen(t, createHttpsServer(SERVER, UP))
  const dead = `http://127.0.0.1:${await refusingPort()}`
  useProxy(t, { http_proxy: dead, https_proxy: dead, no_proxy: 'other, 127.0.0.1, localhost' })
  t.match(await run(httpCheck(`http://127.0.0.1:${port}/`)), { status: 'UP' })
  t.match(await run(httpCheck(`https://localhost:${securePort}/`, { tls: { ca: CHAIN.root } })), { status: 'UP' })
})

await testWithProxy('a check is DOWN with the reason when the proxy fails', async (t) => {
  const refusing = createServer((_request, response) => response.writeHead(407).end())
    .on('connect', (_request, socket) => socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n'))
  const proxies: readonly (readonly [number, RegExp, RegExp])[] = [
    [await listen(t, refusing), /answered 407/, /Failed to establish tunnel to localhost:443 .* 407/],
    [await listen(t, net.createServer((socket) => socket.destroy())), /ECONNRESET|hang up/, /ECONNRESET|ended unexp/],
    [await refusingPort(), /ECONNREFUSED/, /ECONNREFUSED/]
  ]
  for (const [port, plain, secure] of proxies) {
    useProxy(t, { http_proxy: `http://u:hidden@127.0.0.1:${port}`, https_proxy: `http://u:hidden@127.0.0.1:${port}` })
    const results = [await run(httpCheck('http://localhost/')), await run(httpCheck('https://localhost/'))]
    t.match(results, [{ status: 'DOWN', details: { error: plain } }, { status: 'DOWN', details: { error: secure } }])
    t.notMatch(JSON.stringify(results), /hidden/)
  }
})

await t.test('a check is DOWN before the timeout and closes the connection when the proxy hangs', async (t) => {
  const closed: Promise<void>[] = []
  const hanging = await listen(t, net.createServer((socket) => {
    socket.resume().on('error', () => undefined)
    closed.push(new Promise((resolve) => { socket.once('close', () => resolve()) }))
  }))
  const url = `http://127.0.0.1:${hanging}`
  useProxy(t, { http_proxy: url, https_proxy: url })
  for (const target of [url, `https://127.0.0.1:${hanging}`]) {
    t.match(await run(httpCheck(target), 200), { status: 'DOWN', details: { error: 'no answer within 180 ms' } })
  }
  await Promise.all(closed)
  t.equal(closed.length, 2)
})

await testWithProxy('a check is DOWN before the timeout when the proxy does not accept', async (t) => {
  const url = `http://127.0.0.1:${await blackHole(t)}`
  useProxy(t, { http_proxy: url, https_proxy: url })
  for (const target of ['http://localhost/', 'https://localhost/']) {
    t.match(await run(httpCheck(target), 200), { status: 'DOWN', details: { error: 'no answer within 180 ms' } })
  }
})
