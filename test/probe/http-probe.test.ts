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

/** Long enough for a slow machine, in milliseconds. */
const LONG_TIMEOUT_MS = 20_000

async function runProbe (url: URL | string, timeoutMs = LONG_TIMEOUT_MS): Promise<ProbeResult> {
  return await probe(new URL(url), { timeoutMs, userAgent: 'kube-probe/1.34' })
}

async function startServer (test: Test, listener: RequestListener): Promise<URL> {
  return new URL(`http://127.0.0.1:${await listen(test, createServer(listener))}/health`)
}

async function startSecureServer (test: Test, listener: RequestListener): Promise<URL> {
  const server = createSecureServer(CERTIFICATE, listener).on('tlsClientError', () => undefined)
  return new URL(`https://127.0.0.1:${await listen(test, server)}/health`)
}

/** Starts a server that sends `begin` without any HTTP library, then `more` without end if it is given. */
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
  const fill = (): void => { while (socket.write(more)); }
  socket.on('drain', fill)
  socket.write(begin)
  fill()
}

/** The result of a probe that received no answer. */
function noAnswer (reason: RegExp | string): object {
  return { passed: false, reason, fault: 'answer', statusCode: undefined, body: '' }
}

function answering (status: number, body = ''): RequestListener {
  return (_request, response) => response.writeHead(status).end(body)
}

function passed (statusCode: number, body: string): ProbeResult {
  return { passed: true, statusCode, body }
}

/** Resolves once the connection of a request is closed. */
async function closing ({ socket }: IncomingMessage): Promise<void> {
  await new Promise<void>((resolve) => socket.once('close', () => resolve()))
}

await t.test('probe() fails with the reason when the connection is refused or closed', async (t) => {
  const port = await refusingPort()
  t.same(await runProbe(`http://127.0.0.1:${port}/`), noAnswer(`connect ECONNREFUSED 127.0.0.1:${port}`))
  t.match(await runProbe(`http://localhost:${port}/`), noAnswer(/ECONNREFUSED/))
  const resetting = await startServer(t, (request) => request.socket.resetAndDestroy())
  t.match(await runProbe(resetting), noAnswer(/ECONNRESET|socket hang up/))
  t.match(await runProbe(await startRaw(t, '')), noAnswer('socket hang up'))
})

await t.test('probe() fails when the answer is not HTTP or its headers are too large', async (t) => {
  t.match(await runProbe(await startRaw(t, '220 smtp ready\r\n')), noAnswer(/^Parse Error/))
  t.match(await runProbe(await startRaw(t, '\0'.repeat(100))), noAnswer(/^Parse Error/))
  const manyHeaders = await startRaw(t, 'HTTP/1.1 200 OK\r\n', 'x: y\r\n'.repeat(1_000))
  t.match(await runProbe(manyHeaders), noAnswer(/Header overflow/))
  const longHeader = await startRaw(t, 'HTTP/1.1 200 OK\r\nx: ', 'y'.repeat(1_000))
  t.match(await runProbe(longHeader), noAnswer(/Header overflow/))
  const wrongChunk = await startRaw(t, 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nno chunk\r\n')
  const reason = /^answered 200, but its body broke off: /
  t.match(await runProbe(wrongChunk), { passed: false, reason, fault: 'body' })
})

await t.test('probe() fails when no other answer follows an answer of 100 to 199', async (t) => {
  const upgrade = await startRaw(t, 'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n')
  t.match(await runProbe(upgrade), noAnswer('answered 101, an upgrade that was not requested'))
  t.match(await runProbe(await startRaw(t, 'HTTP/1.1 199 Almost\r\n\r\n')), noAnswer('socket hang up'))
  const endless = await startRaw(t, '', 'HTTP/1.1 102 Processing\r\n\r\n'.repeat(100))
  t.match(await runProbe(endless), noAnswer('answered more than 10 times with a status code below 200'))
  const followed = await startRaw(t, 'HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 200 OK\r\n\r\n')
  t.match(await runProbe(followed), { passed: true, statusCode: 200 })
})

await t.test('probe() fails and closes the connection when no answer arrives within the timeout', async (t) => {
  t.match(await runProbe(`http://127.0.0.1:${await blackHole(t)}/`, 200), noAnswer('no answer within 200 ms'))
  let closed: Promise<void> | undefined
  const silent = await startServer(t, (request) => { closed = closing(request) })
  t.same(await runProbe(silent, 500), noAnswer('no answer within 500 ms'))
  await closed
})

await t.test('probe() applies the timeout to all headers together', async (t) => {
  const server = net.createServer((socket) => {
    const timer = setInterval(() => socket.write('x'), 20)
    socket.on('error', () => undefined).on('close', () => clearInterval(timer)).write('HTTP/1.1 200 OK\r\nx: ')
  })
  t.match(await runProbe(`http://127.0.0.1:${await listen(t, server)}/`, 300), noAnswer('no answer within 300 ms'))
})

await t.test('probe() fails with the partial body and closes the connection when a body does not end', async (t) => {
  let closed: Promise<void> | undefined
  const url = await startServer(t, (request, response) => {
    closed = closing(request)
    response.write('{"status":')
  })
  t.same(await runProbe(url, 1_000), {
    passed: false,
    reason: 'answered 200, but its body did not end within 1000 ms',
    fault: 'body',
    statusCode: 200,
    body: '{"status":…'
  })
  await closed
})

await t.test('probe() fails with the partial body when the body breaks off', async (t) => {
  const url = await startServer(t, (request, response) => {
    response.write('{"status":', () => request.socket.resetAndDestroy())
  })
  t.match(await runProbe(url), {
    passed: false,
    reason: /^answered 200, but its body broke off: .*(aborted|ECONNRESET)/,
    fault: 'body',
    statusCode: 200,
    body: /^(\{"status":…)?$/
  })
  const tooShort = await startRaw(t, 'HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{"status":')
  t.match(await runProbe(tooShort), { passed: false, fault: 'body', body: '{"status":…' })
})

await t.test('probe() fails with the body when the status code is 400 or more', async (t) => {
  for (const status of [400, 404, 500, 503, 599, 999]) {
    const url = await startServer(t, answering(status, '{"status":"DOWN"}'))
    t.same(await runProbe(url), {
      passed: false,
      reason: `answered ${status}, expected 200 to 399`,
      fault: 'status',
      statusCode: status,
      body: '{"status":"DOWN"}'
    })
  }
})

await t.test('probe() passes with the body when the status code is 200 to 399', async (t) => {
  for (const status of [200, 299, 300, 399]) {
    const url = await startServer(t, answering(status, '{"status":"UP"}'))
    t.same(await runProbe(url), passed(status, '{"status":"UP"}'))
  }
  for (const status of [204, 304]) {
    t.same(await runProbe(await startServer(t, answering(status))), passed(status, ''))
  }
})

await t.test('probe() leaves out half of a secret when the body does not end', async (t) => {
  const url = await startServer(t, (_request, response) => {
    response.write('{"status":"DOWN","url":"postgres://u:hunter2')
  })
  t.match(await runProbe(url, 1_000), { passed: false, body: '{"status":"DOWN","url":"postgres://[REDACTED]…' })
})

await t.test('probe() passes and closes the connection after 10 KiB of a body without end', async (t) => {
  let closed: Promise<void> | undefined
  const url = await startServer(t, (request, response) => {
    closed = closing(request)
    const fill = (): void => { while (response.write('x'.repeat(1_000))); }
    response.on('drain', fill)
    fill()
  })
  t.same(await runProbe(url), passed(200, `${'x'.repeat(10 * KIB)}…`))
  await closed
})

await t.test('probe() waits for the end of a body only below 10 KiB', async (t) => {
  const cases = [[10 * KIB, { passed: true }], [10 * KIB - 1, { passed: false, fault: 'body' }]] as const
  for (const [length, expected] of cases) {
    const url = await startServer(t, (_request, response) => { response.write('x'.repeat(length)) })
    t.match(await runProbe(url, 2_000), expected)
  }
  const failing = await startServer(t, (_request, response) => { response.writeHead(500).write('x'.repeat(20 * KIB)) })
  const failed = { passed: false, fault: 'status', body: 'x'.repeat(10 * KIB) }
  t.match(await runProbe(failing), failed, 'a long body does not hide a wrong status code')
})

await t.test('probe() follows a redirect to any port, path or protocol of the same host name', async (t) => {
  const other = await startServer(t, answering(200, 'other port'))
  const secure = await startSecureServer(t, answering(200, 'over TLS'))
  const locations = new Map([
    ['/relative', '/there'],
    ['/query', '?there'],
    ['/port', other.href],
    ['/tls', secure.href],
    ['/failing', '/broken']
  ])
  const url = await startServer(t, (request, response) => {
    const location = locations.get(request.url ?? '')
    if (location !== undefined) response.writeHead(302, { location }).end('moved')
    else response.writeHead(request.url === '/broken' ? 500 : 200).end(request.url)
  })
  t.match(await runProbe(new URL('/relative', url)), { passed: true, statusCode: 200, body: '/there' })
  t.match(await runProbe(new URL('/query', url)), { passed: true, statusCode: 200, body: '/query?there' })
  t.match(await runProbe(new URL('/port', url)), { passed: true, statusCode: 200, body: 'other port' })
  t.match(await runProbe(new URL('/tls', url)), { passed: true, statusCode: 200, body: 'over TLS' })
  t.match(await runProbe(new URL('/failing', url)), { passed: false, statusCode: 500, body: '/broken' })
})

await t.test('probe() follows redirects of 301, 302, 303, 307 and 308 only', async (t) => {
  const url = await startServer(t, (request, response) => {
    const status = Number(request.url?.slice(1))
    response.writeHead(status, { location: '/200' }).end()
  })
  for (const status of [301, 302, 303, 307, 308]) {
    t.match(await runProbe(new URL(`/${status}`, url)), { passed: true, statusCode: 200 })
  }
  for (const status of [300, 304, 305, 399]) {
    t.match(await runProbe(new URL(`/${status}`, url)), { passed: true, statusCode: status })
  }
})

await t.test('probe() passes without following a redirect to another host name', async (t) => {
  let isRequested = false
  const other = await startServer(t, (_request, response) => { isRequested = true; response.writeHead(500).end() })
  const locations = [
    `http://localhost:${other.port}/`,
    'https://login.example/',
    '//login.example/',
    'mailto:ops@shop.example'
  ]
  for (const location of locations) {
    const url = await startServer(t, (_request, response) => response.writeHead(302, { location }).end('elsewhere'))
    t.same(await runProbe(url), passed(302, 'elsewhere'), location)
  }
  t.notOk(isRequested)
})

await t.test('probe() passes when a redirect has no location', async (t) => {
  t.same(await runProbe(await startServer(t, answering(302, 'somewhere'))), passed(302, 'somewhere'))
  const empty = await startServer(t, (_request, response) => response.writeHead(302, { location: '' }).end())
  t.match(await runProbe(empty), { passed: true, statusCode: 302 })
})

await t.test('probe() fails when a redirect leads to an invalid or unsupported URL', async (t) => {
  const cases = [
    ['http://', 'redirected to an invalid URL'],
    ['ftp://127.0.0.1/', 'redirected to a URL that begins with ftp:, expected http: or https:']
  ] as const
  for (const [location, reason] of cases) {
    const url = await startServer(t, (_request, response) => response.writeHead(302, { location }).end())
    t.match(await runProbe(url), noAnswer(reason))
  }
})

await t.test('probe() fails at a redirect from https to http, and does not follow it', async (t) => {
  let requests = 0
  const plain = await startServer(t, (_request, response) => { requests += 1; response.end() })
  const url = await startSecureServer(t, (_request, response) => {
    response.writeHead(302, { location: plain.href }).end()
  })
  t.match(await runProbe(url), noAnswer('redirected from https to http, which is not encrypted'))
  t.equal(requests, 0)
})

await t.test('probe() sends the user of its URL to its own origin only, not a user in a redirect', async (t) => {
  const seen: unknown[] = []
  const other = await startServer(t, ({ headers }, response) => { seen.push(headers.authorization); response.end() })
  const own = '//mallory:x@HOST/end'
  const locations: Record<string, string> = { '/own': own, '/relative': '/end', '/other': other.href }
  const url = await startServer(t, ({ url = '', headers }, response) => {
    const location = locations[url]?.replace('HOST', headers.host ?? '')
    if (location === undefined) seen.push(headers.authorization)
    response.writeHead(location === undefined ? 200 : 302, { ...(location !== undefined && { location }) }).end()
  })
  url.username = 'probe'
  url.password = 'p'
  for (const path of Object.keys(locations)) t.match(await runProbe(new URL(path, url)), { passed: true })
  const sent = `Basic ${Buffer.from('probe:p').toString('base64')}`
  t.same(seen, [sent, sent, undefined])
})

await t.test('probe() fails after ten redirects, like the kubelet', async (t) => {
  let requests = 0
  const url = await startServer(t, (request, response) => {
    requests += 1
    const left = Number(new URL(request.url ?? '', 'http://h').searchParams.get('left'))
    if (left === 0) response.end('arrived')
    else response.writeHead(302, { location: `?left=${left - 1}` }).end()
  })
  t.match(await runProbe(new URL('?left=9', url)), { passed: true, body: 'arrived' })
  requests = 0
  t.match(await runProbe(new URL('?left=1000', url)), noAnswer('redirected 10 times'))
  t.equal(requests, 10)
})

await t.test('probe() applies the timeout to all redirects together', async (t) => {
  const url = await startServer(t, (_request, response) => {
    setTimeout(() => response.writeHead(302, { location: '/' }).end(), 150)
  })
  t.match(await runProbe(url, 400), noAnswer('no answer within 400 ms'))
})

await t.test('probe() sends its user agent and uses a new connection each time', async (t) => {
  const sockets = new Set<Socket>()
  let request: unknown
  const url = await startServer(t, ({ method, url, headers, socket }, response) => {
    sockets.add(socket)
    request = { method, url, headers }
    response.end()
  })
  t.match(await runProbe(new URL('/health?verbose#top', url)), { passed: true })
  t.same(request, {
    method: 'GET',
    url: '/health?verbose',
    headers: { host: url.host, 'user-agent': 'kube-probe/1.34', accept: '*/*', connection: 'close' }
  })
  t.match(await runProbe(url), { passed: true })
  t.equal(sockets.size, 2)
})

await t.test('probe() passes with an untrusted certificate, but fails when only one side uses TLS', async (t) => {
  const secure = await startSecureServer(t, answering(200, 'over TLS'))
  t.same(await runProbe(secure), passed(200, 'over TLS'))
  const plain = await startServer(t, answering(200))
  t.match(await runProbe(plain.href.replace('http:', 'https:')), noAnswer(/wrong version number|packet length too long/))
  t.match(await runProbe(secure.href.replace('https:', 'http:')), { passed: false, fault: 'answer' })
})

await t.test('probe() sends the user of the URL, and fails when the user is encoded wrongly', async (t) => {
  let authorization: string | undefined
  const url = await startServer(t, ({ headers }, response) => { authorization = headers.authorization; response.end() })
  t.match(await runProbe(url.href.replace('127', 'probe:p%40ss@127')), { passed: true })
  t.equal(authorization, `Basic ${Buffer.from('probe:p@ss').toString('base64')}`)
  t.match(await runProbe(url.href.replace('127', 'probe:100%@127')), noAnswer('URI malformed'))
})

await t.test('probe() accepts an IPv6 address and encodes the path', async (t) => {
  const server = createServer((request, response) => response.end(request.url))
  t.teardown(() => server.close())
  await new Promise<void>((resolve) => server.listen(0, '::1', resolve))
  const url = `http://[::1]:${portOf(server)}/gesund/✓ ja`
  t.match(await runProbe(url), { passed: true, body: '/gesund/%E2%9C%93%20ja' })
})

await t.test('probe() decodes a body of any bytes as text', async (t) => {
  const bytes = Buffer.of(0x1b, 0x5b, 0x33, 0x31, 0x6d, 0xff, 0xc3, 0xa4)
  const url = await startServer(t, (_request, response) => response.end(bytes))
  t.match(await runProbe(url), { passed: true, body: '\u001b[31m\ufffdä' })
})
