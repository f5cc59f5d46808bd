import { createServer } from 'node:http'
import type { IncomingMessage, RequestListener } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import net from 'node:net'
import type { Socket } from 'node:net'
import t from 'tap'
import { probe } from '../../lib/probe/http-probe.js'
import type { ProbeResult } from '../../lib/probe/http-probe.js'
import { portOf } from '../support/app.js'
import { CERTIFICATE } from '../support/certificate.js'
import { blackHole, listen, refusingPort } from '../support/loopback.js'

type Test = Pick<typeof t, 'teardown'>

const KIB = 1024

/** Time enough for any machine. */
const LONG = 20_000

async function ask (url: URL | string, timeoutMs = LONG): Promise<ProbeResult> {
  return await probe(new URL(url), { timeoutMs, userAgent: 'kube-probe/1.34' })
}

async function startServer (test: Test, listener: RequestListener): Promise<URL> {
  return new URL(`http://127.0.0.1:${await listen(test, createServer(listener))}/health`)
}

async function startSecureServer (test: Test, listener: RequestListener): Promise<URL> {
  return new URL(`https://127.0.0.1:${await listen(test, createSecureServer(CERTIFICATE, listener).on('tlsClientError', () => undefined))}/health`)
}

/** A server that says what it likes, over and over where it may. */
async function startRaw (test: Test, begin: string, more?: string): Promise<URL> {
  const server = net.createServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => {
      if (more === undefined) socket.end(begin)
      else pour(socket, begin, more)
    })
  })
  return new URL(`http://127.0.0.1:${await listen(test, server)}/`)
}

function pour (socket: Socket, begin: string, more: string): void {
  const on = (): void => { while (socket.write(more)); }
  socket.on('drain', on)
  socket.write(begin)
  on()
}

function answering (status: number, body = ''): RequestListener {
  return (_request, response) => response.writeHead(status).end(body)
}

/** Resolves once the connection of a request is closed. */
async function closing ({ socket }: IncomingMessage): Promise<void> {
  await new Promise<void>((resolve) => socket.once('close', () => resolve()))
}

await t.test('a server that is not there, or closes the connection: the probe fails, with the reason', async (t) => {
  const port = await refusingPort()
  t.same(await ask(`http://127.0.0.1:${port}/`), { passed: false, reason: `connect ECONNREFUSED 127.0.0.1:${port}`, fault: 'answer', statusCode: undefined, body: '' })
  t.match(await ask(`http://localhost:${port}/`), { passed: false, reason: /ECONNREFUSED/, fault: 'answer' })
  const resetting = await startServer(t, (request) => request.socket.resetAndDestroy())
  t.match(await ask(resetting), { passed: false, reason: /ECONNRESET|socket hang up/, fault: 'answer' })
  t.match(await ask(await startRaw(t, '')), { passed: false, reason: 'socket hang up', fault: 'answer' })
})

await t.test('a server that speaks no HTTP, or too much of it: the probe fails', async (t) => {
  t.match(await ask(await startRaw(t, '220 smtp ready\r\n')), { passed: false, reason: /^Parse Error/, fault: 'answer' })
  t.match(await ask(await startRaw(t, '\0'.repeat(100))), { passed: false, reason: /^Parse Error/, fault: 'answer' })
  t.match(await ask(await startRaw(t, 'HTTP/1.1 200 OK\r\n', 'x: y\r\n'.repeat(1_000))), { passed: false, reason: /Header overflow/, fault: 'answer' })
  t.match(await ask(await startRaw(t, 'HTTP/1.1 200 OK\r\nx: ', 'y'.repeat(1_000))), { passed: false, reason: /Header overflow/, fault: 'answer' })
  t.match(await ask(await startRaw(t, 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nno chunk\r\n')), { passed: false, reason: /^answered 200, but its body broke off: /, fault: 'body' })
})

await t.test('an answer of 100 to 199: the probe fails, as another one does not come', async (t) => {
  const upgrade = 'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'
  t.match(await ask(await startRaw(t, upgrade)), { passed: false, reason: 'answered 101, which nobody asked for', fault: 'answer' })
  t.match(await ask(await startRaw(t, 'HTTP/1.1 199 Almost\r\n\r\n')), { passed: false, reason: 'socket hang up', fault: 'answer' })
  t.match(await ask(await startRaw(t, '', 'HTTP/1.1 102 Processing\r\n\r\n'.repeat(100)), 200), { passed: false, reason: 'no answer within 200 ms', fault: 'answer' })
  t.match(await ask(await startRaw(t, 'HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 200 OK\r\n\r\n')), { passed: true, statusCode: 200 })
})

await t.test('no connection, or no answer, within the time: the probe fails, and the connection is closed', async (t) => {
  t.match(await ask(`http://127.0.0.1:${await blackHole(t)}/`, 200), { passed: false, reason: 'no answer within 200 ms', fault: 'answer', statusCode: undefined })
  let closed: Promise<void> | undefined
  const silent = await startServer(t, (request) => { closed = closing(request) })
  t.same(await ask(silent, 500), { passed: false, reason: 'no answer within 500 ms', fault: 'answer', statusCode: undefined, body: '' })
  await closed
})

await t.test('headers that come a letter at a time: the time is for all of them', async (t) => {
  const server = net.createServer((socket) => {
    const timer = setInterval(() => socket.write('x'), 20)
    socket.on('error', () => undefined).on('close', () => clearInterval(timer)).write('HTTP/1.1 200 OK\r\nx: ')
  })
  t.match(await ask(`http://127.0.0.1:${await listen(t, server)}/`, 300), { passed: false, reason: 'no answer within 300 ms' })
})

await t.test('a body that does not end within the time: the probe fails, with what has come of it, and the connection is closed', async (t) => {
  let closed: Promise<void> | undefined
  const url = await startServer(t, (request, response) => {
    closed = closing(request)
    response.write('{"status":')
  })
  t.same(await ask(url, 1_000), { passed: false, reason: 'answered 200, but its body did not end within 1000 ms', fault: 'body', statusCode: 200, body: '{"status":' })
  await closed
})

await t.test('a body that breaks off: the probe fails, with what has come of it', async (t) => {
  const url = await startServer(t, (request, response) => { response.write('{"status":', () => request.socket.resetAndDestroy()) })
  t.match(await ask(url), { passed: false, reason: /^answered 200, but its body broke off: .*(aborted|ECONNRESET)/, fault: 'body', statusCode: 200, body: /^(\{"status":)?$/ })
  t.match(await ask(await startRaw(t, 'HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{"status":')), { passed: false, fault: 'body', body: '{"status":' })
})

await t.test('a status code of 400 or more: the probe fails, with the body', async (t) => {
  for (const status of [400, 404, 500, 503, 599, 999]) {
    const url = await startServer(t, answering(status, '{"status":"DOWN"}'))
    t.same(await ask(url), { passed: false, reason: `answered ${status}, expected 200 to 399`, fault: 'status', statusCode: status, body: '{"status":"DOWN"}' })
  }
})

await t.test('a status code of 200 to 399: the probe passes, with the body', async (t) => {
  for (const status of [200, 299, 300, 399]) {
    t.same(await ask(await startServer(t, answering(status, '{"status":"UP"}'))), { passed: true, statusCode: status, body: '{"status":"UP"}' })
  }
  for (const status of [204, 304]) t.same(await ask(await startServer(t, answering(status))), { passed: true, statusCode: status, body: '' })
})

await t.test('a body without end: the probe passes at 10 KiB, and the connection is closed', async (t) => {
  let closed: Promise<void> | undefined
  const url = await startServer(t, (request, response) => {
    closed = closing(request)
    const on = (): void => { while (response.write('x'.repeat(1_000))); }
    response.on('drain', on)
    on()
  })
  t.same(await ask(url), { passed: true, statusCode: 200, body: 'x'.repeat(10 * KIB) })
  await closed
})

await t.test('a body of 10 KiB or of a byte less: only of the latter the end is waited for', async (t) => {
  for (const [length, expected] of [[10 * KIB, { passed: true }], [10 * KIB - 1, { passed: false, fault: 'body' }]] as const) {
    const url = await startServer(t, (_request, response) => { response.write('x'.repeat(length)) })
    t.match(await ask(url, 2_000), expected)
  }
  const failing = await startServer(t, (_request, response) => { response.writeHead(500).write('x'.repeat(20 * KIB)) })
  t.match(await ask(failing), { passed: false, fault: 'status', body: 'x'.repeat(10 * KIB) }, 'a cut body makes no answer a good one')
})

await t.test('a redirect to the same host name: it is followed, wherever it leads there', async (t) => {
  const other = await startServer(t, answering(200, 'other port'))
  const secure = await startSecureServer(t, answering(200, 'over TLS'))
  const places = new Map([['/relative', '/there'], ['/query', '?there'], ['/port', other.href], ['/tls', secure.href], ['/failing', '/broken']])
  const url = await startServer(t, (request, response) => {
    const location = places.get(request.url ?? '')
    if (location !== undefined) response.writeHead(302, { location }).end('moved')
    else response.writeHead(request.url === '/broken' ? 500 : 200).end(request.url)
  })
  t.match(await ask(new URL('/relative', url)), { passed: true, statusCode: 200, body: '/there' })
  t.match(await ask(new URL('/query', url)), { passed: true, statusCode: 200, body: '/query?there' })
  t.match(await ask(new URL('/port', url)), { passed: true, statusCode: 200, body: 'other port' })
  t.match(await ask(new URL('/tls', url)), { passed: true, statusCode: 200, body: 'over TLS' })
  t.match(await ask(new URL('/failing', url)), { passed: false, statusCode: 500, body: '/broken' })
})

await t.test('a redirect of any code that is one: it is followed, and no other is', async (t) => {
  const url = await startServer(t, (request, response) => {
    const status = Number(request.url?.slice(1))
    response.writeHead(status, { location: '/200' }).end()
  })
  for (const status of [301, 302, 303, 307, 308]) t.match(await ask(new URL(`/${status}`, url)), { passed: true, statusCode: 200 })
  for (const status of [300, 304, 305, 399]) t.match(await ask(new URL(`/${status}`, url)), { passed: true, statusCode: status })
})

await t.test('a redirect to another host name: it is not followed, and passes as it is', async (t) => {
  let isAsked = false
  const other = await startServer(t, (_request, response) => { isAsked = true; response.writeHead(500).end() })
  for (const location of [`http://localhost:${other.port}/`, 'https://login.example/', '//login.example/', 'mailto:ops@shop.example']) {
    const url = await startServer(t, (_request, response) => response.writeHead(302, { location }).end('elsewhere'))
    t.same(await ask(url), { passed: true, statusCode: 302, body: 'elsewhere' }, location)
  }
  t.notOk(isAsked)
})

await t.test('a redirect that says not where: it passes as it is', async (t) => {
  t.same(await ask(await startServer(t, answering(302, 'somewhere'))), { passed: true, statusCode: 302, body: 'somewhere' })
  const empty = await startServer(t, (_request, response) => response.writeHead(302, { location: '' }).end())
  t.match(await ask(empty), { passed: true, statusCode: 302 })
})

await t.test('a redirect to what cannot be asked: the probe fails', async (t) => {
  for (const [location, reason] of [['http://', 'redirected to what is no URL: http://'], ['ftp://127.0.0.1/', /Protocol "ftp:" not supported/]] as const) {
    const url = await startServer(t, (_request, response) => response.writeHead(302, { location }).end())
    t.match(await ask(url), { passed: false, reason, fault: 'answer', statusCode: undefined })
  }
})

await t.test('redirects without end: the probe fails at the tenth, as the kubelet does', async (t) => {
  let asked = 0
  const url = await startServer(t, (request, response) => {
    asked += 1
    const left = Number(new URL(request.url ?? '', 'http://h').searchParams.get('left'))
    if (left === 0) response.end('arrived')
    else response.writeHead(302, { location: `?left=${left - 1}` }).end()
  })
  t.match(await ask(new URL('?left=9', url)), { passed: true, body: 'arrived' })
  asked = 0
  t.match(await ask(new URL('?left=1000', url)), { passed: false, reason: 'redirected 10 times', fault: 'answer' })
  t.equal(asked, 10)
})

await t.test('redirects that take their time: the time is for all of them', async (t) => {
  const url = await startServer(t, (_request, response) => { setTimeout(() => response.writeHead(302, { location: '/' }).end(), 150) })
  t.match(await ask(url, 400), { passed: false, reason: 'no answer within 400 ms' })
})

await t.test('the request says who asks, and each probe has a connection of its own', async (t) => {
  const sockets = new Set<Socket>()
  let request: unknown
  const url = await startServer(t, ({ method, url, headers, socket }, response) => {
    sockets.add(socket)
    request = { method, url, headers }
    response.end()
  })
  t.match(await ask(new URL('/health?verbose#top', url)), { passed: true })
  t.same(request, { method: 'GET', url: '/health?verbose', headers: { host: url.host, 'user-agent': 'kube-probe/1.34', accept: '*/*', connection: 'close' } })
  t.match(await ask(url), { passed: true })
  t.equal(sockets.size, 2)
})

await t.test('a certificate that nobody trusts: the probe passes, and fails where TLS is not spoken', async (t) => {
  const secure = await startSecureServer(t, answering(200, 'over TLS'))
  t.same(await ask(secure), { passed: true, statusCode: 200, body: 'over TLS' })
  const plain = await startServer(t, answering(200))
  t.match(await ask(plain.href.replace('http:', 'https:')), { passed: false, reason: /wrong version number|packet length too long/, fault: 'answer' })
  t.match(await ask(secure.href.replace('https:', 'http:')), { passed: false, fault: 'answer' })
})

await t.test('a user in the URL: it is sent, unless it makes no header', async (t) => {
  let authorization: string | undefined
  const url = await startServer(t, ({ headers }, response) => { authorization = headers.authorization; response.end() })
  t.match(await ask(url.href.replace('127', 'probe:p%40ss@127')), { passed: true })
  t.equal(authorization, `Basic ${Buffer.from('probe:p@ss').toString('base64')}`)
  t.match(await ask(url.href.replace('127', 'probe:100%@127')), { passed: false, reason: 'URI malformed', fault: 'answer' })
})

await t.test('an address of IPv6, a path of any letters: they are asked for', async (t) => {
  const server = createServer((request, response) => response.end(request.url))
  t.teardown(() => server.close())
  await new Promise<void>((resolve) => server.listen(0, '::1', resolve))
  t.match(await ask(`http://[::1]:${portOf(server)}/gesund/✓ ja`), { passed: true, body: '/gesund/%E2%9C%93%20ja' })
})

await t.test('a body of any bytes: it is text', async (t) => {
  const url = await startServer(t, (_request, response) => response.end(Buffer.of(0x1b, 0x5b, 0x33, 0x31, 0x6d, 0xff, 0xc3, 0xa4)))
  t.match(await ask(url), { passed: true, body: '\u001b[31m\ufffdä' })
})
