import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { createSecureServer } from 'node:http2'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import { createServer as createTlsServer } from 'node:tls'
import t from 'tap'
import { http } from '../../lib/checks/network/http.js'
import { serviceDependency } from '../../lib/checks/network/service-dependency.js'
import { answerTo, endpointOf, serverNameOf } from '../../lib/probe/http-exchange.js'
import { probe } from '../../lib/probe/http-probe.js'
import { CHAIN } from '../support/certificate.js'
import { run } from '../support/check.js'
import { listen } from '../support/loopback.js'

type Test = Pick<typeof t, 'teardown'>
type Listener = (request: Http2ServerRequest, response: Http2ServerResponse) => void

/** The outcome of one request: whether it passed, and the reason if not. */
type Result = readonly [passes: boolean, reason: string | undefined]

const SERVER = { key: CHAIN.key, cert: `${CHAIN.leaf}\n${CHAIN.intermediate}` }
const TLS = { tls: { ca: CHAIN.root } }
const UP: Listener = (_request, response) => response.end('{"status":"UP"}')

/** Every sender of a request over TLS. */
const SENDERS: Readonly<Record<string, (url: string, timeout?: number) => Promise<Result>>> = {
  async probe (url, timeoutMs = 20_000) {
    const result = await probe(new URL(url), { timeoutMs, userAgent: 'kube-probe/1.34' })
    return [result.passed, result.passed ? undefined : result.reason]
  },
  http: async (url, timeout) => await resultOf(http(url, TLS), timeout),
  contains: async (url, timeout) => await resultOf(http(url, { ...TLS, contains: '"UP"' }), timeout),
  serviceDependency: async (url, timeout) => await resultOf(serviceDependency(url, TLS), timeout)
}

async function resultOf (check: ReturnType<typeof http>, timeout?: number): Promise<Result> {
  const { status, details } = await run(check, timeout)
  return [status === 'UP', details?.['error'] as string | undefined]
}

/** Starts a server that speaks only HTTP/2, unless `allowHTTP1` is set. */
async function startServer (test: Test, listener: Listener, allowHTTP1 = false): Promise<string> {
  const server = createSecureServer({ ...SERVER, allowHTTP1 }, listener)
  return `https://localhost:${await listen(test, server)}`
}

await t.test('a server that speaks only HTTP/2 passes', async (t) => {
  const url = await startServer(t, UP)
  for (const [sender, send] of Object.entries(SENDERS)) t.same(await send(url), [true, undefined], sender)
})

await t.test('a server that speaks HTTP/1.1, both protocols, or does not know ALPN passes', async (t) => {
  const both = await startServer(t, UP, true)
  const http1 = await listen(t, createHttpsServer(SERVER, (_request, response) => response.end('{"status":"UP"}')))
  const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 15\r\nConnection: close\r\n\r\n{"status":"UP"}'
  const old = await listen(t, createTlsServer(SERVER, (socket) => socket.once('data', () => socket.end(answer))))
  for (const url of [both, `https://localhost:${http1}`, `https://localhost:${old}`]) {
    for (const [sender, send] of Object.entries(SENDERS)) t.same(await send(url), [true, undefined], `${sender} ${url}`)
  }
})

await t.test('a request over HTTP/2 has its path, its headers and its method', async (t) => {
  const seen: object[] = []
  const url = await startServer(t, ({ url, method, headers, authority, httpVersion }, response) => {
    seen.push({ url, method, authority, httpVersion, agent: headers['user-agent'], tenant: headers['x-tenant'] })
    response.end('{"status":"UP"}')
  })
  await run(serviceDependency(`${url}/z/health?a=b`, { ...TLS, headers: { 'X-Tenant': 'a' } }))
  await run(http(url, { ...TLS, method: 'HEAD' }))
  await SENDERS['probe']?.(`${url}/live`)
  const { host: authority } = new URL(url)
  const agent = 'fastify-management-endpoints'
  t.same(seen, [
    { url: '/z/health?a=b', method: 'GET', authority, httpVersion: '2.0', agent, tenant: 'a' },
    { url: '/', method: 'HEAD', authority, httpVersion: '2.0', agent, tenant: undefined },
    { url: '/live', method: 'GET', authority, httpVersion: '2.0', agent: 'kube-probe/1.34', tenant: undefined }
  ])
})

await t.test('a service receives the hop and the time limit over HTTP/2', async (t) => {
  const seen: unknown[] = []
  const url = await startServer(t, ({ headers }, response) => {
    seen.push(headers['management-hop'], Number(headers['management-timeout']) > 0)
    response.end('{"status":"UP"}')
  })
  await run(serviceDependency(url, TLS))
  t.same(seen, ['1', true])
})

await t.test('the header host changes the server name and the authority', async (t) => {
  const seen: unknown[] = []
  const url = await startServer(t, ({ headers, authority }, response) => {
    seen.push(headers.host ?? authority)
    response.end()
  })
  const other = url.replace('localhost', '127.0.0.1')
  t.match(await run(http(other, { ...TLS, headers: { host: 'localhost:1' } })), { status: 'UP' })
  t.match(await run(http(other, { ...TLS, headers: { host: 'other' } })), {
    status: 'DOWN',
    details: { error: /does not match certificate/ }
  })
  t.same(seen, ['localhost:1'])
})

await t.test('redirects are followed over HTTP/2', async (t) => {
  const url = await startServer(t, (request, response) => {
    if (request.url === '/moved') response.end('{"status":"UP"}')
    else response.writeHead(302, { location: '/moved' }).end()
  })
  for (const [sender, send] of Object.entries(SENDERS)) t.same(await send(url), [true, undefined], sender)
})

await t.test('a few interim answers are skipped, and a flood of them ends the request', async (t) => {
  const early = 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'
  const up = 'HTTP/1.1 200 OK\r\nContent-Length: 15\r\nConnection: close\r\n\r\n{"status":"UP"}'
  const startBoth = async (count: number): Promise<readonly string[]> => {
    const http1 = createTlsServer(SERVER, (socket) => {
      socket.on('error', () => undefined).once('data', () => socket.end(early.repeat(count) + up))
    })
    const http2 = await startServer(t, (_request, response) => {
      for (let at = 0; at < count; at++) response.stream.additionalHeaders({ ':status': 103 })
      response.end('{"status":"UP"}')
    })
    return [`https://localhost:${await listen(t, http1)}`, http2]
  }
  for (const url of await startBoth(10)) {
    for (const [sender, send] of Object.entries(SENDERS)) t.same(await send(url), [true, undefined], `${sender} ${url}`)
  }
  for (const url of await startBoth(11)) {
    for (const [sender, send] of Object.entries(SENDERS)) {
      t.match(await send(url), [false, /answered more than 10 times with a status code below 200/], `${sender} ${url}`)
    }
  }
})

await t.test('an answer of 503 over HTTP/2 fails with the code', async (t) => {
  const url = await startServer(t, (_request, response) => response.writeHead(503).end('{"status":"DOWN"}'))
  for (const [sender, send] of Object.entries(SENDERS)) t.match(await send(url), [false, /answered 503/], sender)
})

await t.test('a server that resets, refuses or closes over HTTP/2 fails with the reason', async (t) => {
  const CLOSED = /REFUSED_STREAM|CANCEL|without an answer|ECONNRESET|Session closed with error code 2/
  const behaviors: readonly Listener[] = [
    ({ stream }) => stream.close(7),
    ({ stream }) => stream.close(0),
    ({ stream }) => stream.session?.destroy(),
    ({ stream }) => stream.session?.goaway(2)
  ]
  for (const [at, behavior] of behaviors.entries()) {
    const url = await startServer(t, behavior)
    for (const [sender, send] of Object.entries(SENDERS)) {
      t.match(await send(url), [false, CLOSED], `${sender} ${at}`)
    }
  }
})

await t.test('a server that hangs over HTTP/2 fails in time, and the connection closes', async (t) => {
  const closed: Promise<void>[] = []
  const hang: Listener = ({ stream: { session } }) => {
    closed.push(new Promise((resolve) => { session?.once('close', resolve) }))
  }
  const hangInBody: Listener = (request, response) => {
    hang(request, response)
    response.writeHead(200)
    response.write('{"status"')
  }
  for (const [sender, send] of Object.entries(SENDERS)) {
    t.match(await send(await startServer(t, hang), 400), [false, /no answer within (360|400) ms/], sender)
    const inBody = await send(await startServer(t, hangInBody), 400)
    t.match(inBody, sender === 'http' ? [true, undefined] : [false, /its body did not end within (360|400) ms/], sender)
  }
  await Promise.all(closed)
  t.equal(closed.length, 8)
})

await t.test('the connection closes after an answer over HTTP/2', async (t) => {
  const closed: Promise<void>[] = []
  const url = await startServer(t, ({ stream: { session } }, response) => {
    closed.push(new Promise((resolve) => { session?.once('close', resolve) }))
    response.end('{"status":"UP"}')
  })
  for (const [sender, send] of Object.entries(SENDERS)) t.same(await send(url), [true, undefined], sender)
  await Promise.all(closed)
  t.equal(closed.length, 4)
})

await t.test('endpointOf() and serverNameOf() understand IPv6 addresses and default ports', (t) => {
  t.same(endpointOf(new URL('https://[::1]:8443/x')), { host: '::1', port: 8_443 })
  t.same(endpointOf(new URL('https://h')), { host: 'h', port: 443 })
  t.same(endpointOf(new URL('http://h')), { host: 'h', port: 80 })
  t.same(['::1', '10.0.0.1', 'h.example'].map(serverNameOf), ['', '', 'h.example'])
  t.end()
})

await t.test('answerTo() fails the body of an answer without a length when the connection is reset', async (t) => {
  const server = createServer((_request, response) => {
    response.useChunkedEncodingByDefault = false
    response.write('{"status":"UP"}')
  })
  const received = once(server, 'request') as Promise<[IncomingMessage]>
  const sent = request({ port: await listen(t, server), host: '127.0.0.1' })
  const answer = answerTo(sent)
  sent.end()
  const { body } = await answer
  const [{ socket }] = await received
  socket.resetAndDestroy()
  await t.rejects(body.toArray(), /ECONNRESET|aborted/)
})
