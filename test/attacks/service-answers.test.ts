import { createServer } from 'node:http'
import type { RequestListener } from 'node:http'
import { createSecureServer } from 'node:http2'
import net from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { constants, deflateSync, gzipSync } from 'node:zlib'
import t from 'tap'
import { http as httpCheck } from '../../lib/checks/network/http.js'
import { serviceDependency } from '../../lib/checks/network/service-dependency.js'
import { probe } from '../../lib/probe/http-probe.js'
import { startApp } from '../support/app.js'
import { CHAIN } from '../support/certificate.js'
import { run } from '../support/check.js'
import { listen } from '../support/loopback.js'

type Test = Pick<typeof t, 'teardown'>

const SERVER = { key: CHAIN.key, cert: `${CHAIN.leaf}\n${CHAIN.intermediate}` }
const TLS = { tls: { ca: CHAIN.root } }
/** Long enough for a slow machine. The limits of a body must end each flood, not the time. */
const TIMEOUT_MS = 60_000

/** Starts a server that sends a begin, and then the same bytes without end. */
async function startFlood (test: Test, begin: string, more: Buffer, isSecure: boolean): Promise<string> {
  const pour = (socket: net.Socket): void => {
    const fill = (): void => { while (socket.write(more)); }
    socket.on('error', () => undefined).once('data', () => {
      socket.on('drain', fill).write(begin, 'latin1')
      fill()
    })
  }
  const port = await listen(test, isSecure ? createTlsServer(SERVER, pour) : net.createServer(pour))
  return `${isSecure ? 'https' : 'http'}://localhost:${port}/`
}

async function startService (test: Test, listener: RequestListener): Promise<string> {
  return `http://127.0.0.1:${await listen(test, createServer(listener))}/health`
}

const OK = 'HTTP/1.1 200 OK\r\n'
const CHUNKED = `${OK}Transfer-Encoding: chunked\r\n\r\n`
const EMPTY_DEFLATE = deflateSync('', { finishFlush: constants.Z_SYNC_FLUSH }).toString('latin1')

/** Answers without an end whose content is next to nothing. */
const FLOODS: Readonly<Record<string, readonly [begin: string, more: Buffer]>> = {
  'interim answers': ['', Buffer.from('HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(1_000))],
  headers: [OK, Buffer.from('a: b\r\n'.repeat(1_000))],
  trailers: [`${CHUNKED}1\r\n{\r\n0\r\n`, Buffer.from('a: b\r\n'.repeat(1_000))],
  'chunks of one byte': [CHUNKED, Buffer.from('1\r\n \r\n'.repeat(10_000))],
  'chunk extensions': [CHUNKED, Buffer.from(`1;${'a'.repeat(15_000)}\r\n \r\n`.repeat(10))],
  'zeros before the length of a chunk': [`${CHUNKED}0`, Buffer.alloc(60_000, '0')],
  'empty gzip members': [`${OK}Content-Encoding: gzip\r\n\r\n`, Buffer.concat(Array(10_000).fill(gzipSync('')))],
  'empty deflate blocks': [
    `${OK}Content-Encoding: deflate\r\n\r\n${EMPTY_DEFLATE}`, Buffer.from('\0\0\0\xFF\xFF'.repeat(10_000), 'latin1')
  ],
  spaces: [`${OK}\r\n`, Buffer.alloc(64_000, ' ')]
}

for (const [name, [begin, more]] of Object.entries(FLOODS)) {
  await t.test(`a flood of ${name} ends the request before the timeout`, async (t) => {
    for (const isSecure of [false, true]) {
      const url = await startFlood(t, begin, more, isSecure)
      const options = isSecure ? TLS : {}
      for (const check of [serviceDependency(url, options), httpCheck(url, { ...options, contains: 'UP' })]) {
        const { status, details } = await run(check, TIMEOUT_MS)
        t.equal(status, 'DOWN')
        t.notMatch(details, { error: /within/ })
      }
    }
  })
}

await t.test('a flood of small frames over HTTP/2 ends the request before the timeout', async (t) => {
  const server = createSecureServer(SERVER, (_request, { stream }) => {
    stream.respond({ ':status': 200 })
    const fill = (): void => { while (!stream.destroyed && stream.write(' ')); }
    stream.on('error', () => undefined).on('drain', fill)
    fill()
  })
  const url = `https://localhost:${await listen(t, server)}/`
  for (const check of [serviceDependency(url, TLS), httpCheck(url, { ...TLS, contains: 'UP' })]) {
    const { status, details } = await run(check, TIMEOUT_MS)
    t.equal(status, 'DOWN')
    t.notMatch(details, { error: /within/ })
  }
})

/**
 * Frames of HTTP/2: valid ones, then a frame in error, then a malformed frame. They end the whole process of a client
 * with nghttp2 before 1.68.1.
 */
const CRASHING = Buffer.from([
  '000000040000000000', '0000030a0000000000000168',
  '0000030a005472616e736665722d456e636f64696e673a206368756e6b65640d0a0000000000016800005472616e736665722d456e63',
  '0000050504000000010000000288000001010500000001880000040800000000007fffffff'
].join(''), 'hex')

await t.test('malformed frames of HTTP/2 do not end the process', async (t) => {
  const server = createTlsServer({ ...SERVER, ALPNProtocols: ['h2'] }, (socket) => {
    socket.on('error', () => undefined).once('data', () => socket.write(CRASHING))
  })
  const url = `https://localhost:${await listen(t, server)}/`
  for (const check of [serviceDependency(url, TLS), httpCheck(url, TLS)]) {
    t.match(await run(check, 2_000), { status: 'DOWN' })
  }
})

await t.test('no details of a service displace the reason, the URL and the status code', async (t) => {
  const entries = (count: number, key: (at: number) => string | number, value: unknown): object =>
    Object.fromEntries(Array.from({ length: count }, (_, at) => [key(at), value]))
  const hostile: Readonly<Record<string, unknown>> = {
    'many keys': entries(1_000, (at) => `k${at}`, 1),
    'many numbers as keys': entries(1_000, (at) => at, 1),
    'long texts': entries(90, (at) => at, 'y'.repeat(5_000)),
    'deep values': entries(90, (at) => at, Array(40).fill(Array(20).fill({ a: [1] }))),
    'our names': { error: 'all is well', url: 'http://elsewhere', statusCode: 200, '…': 'x' },
    'names of objects': JSON.parse('{"__proto__":{"error":"x"},"constructor":1,"toJSON":1,"then":1}') as unknown,
    'no object': [1, 2]
  }
  for (const [name, details] of Object.entries(hostile)) {
    const url = await startService(t, (_request, response) => {
      response.writeHead(503).end(JSON.stringify({ status: 'DOWN', details }))
    })
    const { get } = await startApp(t, { showDetails: 'always', serviceDependencies: { partner: url } })
    const { body, text } = await get('/z/health/partner')
    t.match(body, {
      status: 'DOWN', details: { error: `GET ${url} answered 503 with status "DOWN"`, url, statusCode: 503 }
    }, name)
    t.ok(text.length < 64 * 1024, `${name} ${text.length}`)
  }
})

await t.test('the status of a service is shown in a short form', async (t) => {
  const hostile = ['S'.repeat(500_000), '\u001b[2J\u009b1m\u202edone\nUP', 'password=hidden-value']
  for (const status of [...hostile, ' UP', 'UP\u0000', 'up']) {
    const url = await startService(t, (_request, response) => response.end(JSON.stringify({ status })))
    const { get, lines } = await startApp(t, { showDetails: 'always', serviceDependencies: { partner: url } })
    const { body, text } = await get('/z/health/partner')
    t.match(body, { status: 'DOWN' })
    // The reason appears twice: as the current error, and as the last failure.
    t.ok(text.length < 750, text)
    t.notMatch(text + JSON.stringify(lines), /hidden|\p{C}/u)
    for (const line of lines) t.ok(JSON.stringify(line).length < 1_000)
  }
})

await t.test('no header of an answer changes the next request or our own answer', async (t) => {
  const seen: unknown[] = []
  const url = await startService(t, ({ headers, url }, response) => {
    seen.push([url, headers.cookie, headers.authorization, headers['management-hop']])
    response.writeHead(seen.length % 2 === 1 ? 401 : 200, {
      'alt-svc': 'h3=":1"; ma=86400',
      refresh: '0; url=http://elsewhere.invalid/',
      'set-cookie': 'session=mine',
      'retry-after': '0',
      'www-authenticate': 'Digest realm="x", nonce="y"',
      'content-location': 'http://elsewhere.invalid/',
      link: '<http://elsewhere.invalid>; rel=preload',
      location: 'http://elsewhere.invalid/',
      'management-hop': '9',
      'management-timeout': '50',
      'strict-transport-security': 'max-age=1'
    }).end('{"status":"UP"}')
  })
  const { get } = await startApp(t, { serviceDependencies: { partner: { url, ttl: 0 } } })
  for (const status of [503, 200, 503, 200]) {
    const answer = await get('/z/health')
    t.equal(answer.status, status)
    t.notOk(['alt-svc', 'set-cookie', 'refresh', 'link', 'location'].some((name) => name in answer.headers))
  }
  t.same(seen, Array(4).fill(['/health', undefined, undefined, '1']))
})

await t.test('a body without a length fails when the connection is reset', async (t) => {
  const received = async (): Promise<readonly unknown[]> => {
    const url = await startService(t, (request, response) => {
      response.useChunkedEncodingByDefault = false
      response.write('{"status":"UP"}', () => { setTimeout(() => request.socket.resetAndDestroy(), 20) })
    })
    const checks = [serviceDependency(url), httpCheck(url, { contains: 'DOWN' })]
    const results = await Promise.all(checks.map(async (check) => await run(check, TIMEOUT_MS)))
    const { passed } = await probe(new URL(url), { timeoutMs: TIMEOUT_MS, userAgent: 'kube-probe/1.34' })
    return [...results.map(({ status }) => status), passed]
  }
  t.same(await received(), ['DOWN', 'DOWN', false])
})
