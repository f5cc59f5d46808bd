import { createServer } from 'node:http'
import type { IncomingMessage, RequestListener } from 'node:http'
import net from 'node:net'
import t from 'tap'
import { http } from '../../../lib/checks/network/http.js'
import type { HttpOptions } from '../../../lib/checks/network/http.js'
import type { RunResult } from '../../../lib/health/check/result.js'
import { run } from '../../support/check.js'
import { blackHole, listen, refusingPort } from '../../support/loopback.js'

type Test = Pick<typeof t, 'teardown'>

async function startServer (test: Test, listener: RequestListener): Promise<URL> {
  return new URL(`http://127.0.0.1:${await listen(test, createServer(listener))}/status`)
}

async function runHttp (url: string | URL, options?: HttpOptions, timeout?: number): Promise<RunResult> {
  return await run(http(url, options), timeout)
}

function answering (status: number, body = ''): RequestListener {
  return (_request, response) => response.writeHead(status).end(body)
}

await t.test('a server that is not there, resets, or speaks no HTTP is DOWN, with the reason', async (t) => {
  const gone = new URL(`http://127.0.0.1:${await refusingPort()}/`)
  t.match(await runHttp(gone), { status: 'DOWN', details: { error: /^connect ECONNREFUSED 127/, url: gone.href } })
  const resetting = await startServer(t, (request) => request.socket.resetAndDestroy())
  t.match(await runHttp(resetting), { status: 'DOWN', details: { error: /ECONNRESET|socket hang up/ } })
  const garbage = await listen(t, net.createServer((socket) => socket.end('220 smtp ready\r\n')))
  t.match(await runHttp(`http://127.0.0.1:${garbage}`), { status: 'DOWN', details: { error: /Parse Error/ } })
  const upgrading = await startServer(t, (request) => request.socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'))
  t.match(await runHttp(upgrading), { status: 'DOWN', details: { error: 'answered 101, which nobody asked for' } })
})

await t.test('a server that does not answer is DOWN before the timeout, and the connection is closed', async (t) => {
  let closed: Promise<void> | undefined
  const url = await startServer(t, (request) => { closed = new Promise((resolve) => request.socket.once('close', () => resolve())) })
  t.match(await runHttp(url, {}, 200), { status: 'DOWN', details: { error: 'no answer within 180 ms', url: url.href } })
  await closed
  t.match(await runHttp(`http://127.0.0.1:${await blackHole(t)}/`, {}, 200), { status: 'DOWN', details: { error: 'no answer within 180 ms' } })
})

await t.test('a status code outside 200 to 299 is DOWN, with what came and what was expected', async (t) => {
  for (const status of [304, 400, 404, 500, 503]) {
    const url = await startServer(t, answering(status))
    t.match(await runHttp(url), { status: 'DOWN', details: { error: `answered ${status}, expected 200 to 299`, url: url.href, statusCode: status, latencyMs: Number } })
  }
})

await t.test('a status code from 200 to 299 is UP, with where, what and how fast', async (t) => {
  for (const status of [200, 204, 299]) {
    const url = await startServer(t, answering(status))
    t.match(await runHttp(url), { status: 'UP', details: { url: url.href, statusCode: status, latencyMs: Number } })
  }
})

await t.test('other status codes pass where they are asked for, and then no others', async (t) => {
  t.match(await runHttp(await startServer(t, answering(401)), { statusCodes: [200, 401] }), { status: 'UP', details: { statusCode: 401 } })
  t.match(await runHttp(await startServer(t, answering(204)), { statusCodes: [200, 401] }), { status: 'DOWN', details: { error: 'answered 204, expected 200 or 401' } })
})

await t.test('a body that nobody asked about is not read to its end', async (t) => {
  let closed: Promise<void> | undefined
  const url = await startServer(t, (request, response) => {
    closed = new Promise((resolve) => request.socket.once('close', () => resolve()))
    const pour = (): void => { while (response.write('x'.repeat(16_384))); }
    response.on('drain', pour)
    pour()
  })
  t.match(await runHttp(url), { status: 'UP' })
  await closed
})

await t.test('a text that the body does not hold is DOWN', async (t) => {
  for (const body of ['', 'ready', '"status": "green"', 'x'.repeat(70_000)]) {
    const url = await startServer(t, answering(200, body))
    t.match(await runHttp(url, { contains: '"status":"green"' }), { status: 'DOWN', details: { error: 'answered 200 without the text "\\"status\\":\\"green\\""', statusCode: 200 } })
  }
})

await t.test('a text is looked for in the first 64 KiB, in whatever pieces they come', async (t) => {
  const most = 64 * 1024
  const within = await startServer(t, answering(200, `${'x'.repeat(most - 4)}grün`.slice(0, most)))
  t.match(await runHttp(within, { contains: 'xgr' }), { status: 'UP' })
  const beyond = await startServer(t, answering(200, `${'x'.repeat(most - 2)}green`))
  t.match(await runHttp(beyond, { contains: 'green' }), { status: 'DOWN' })
  const pieces = await startServer(t, (_request, response) => {
    const bytes = [...Buffer.from('ist grün, wirklich')]
    const next = (): void => {
      const byte = bytes.shift()
      if (byte === undefined) response.end()
      else response.write(Buffer.of(byte), () => setImmediate(next))
    }
    next()
  })
  t.match(await runHttp(pieces, { contains: 'grün' }), { status: 'UP' })
})

await t.test('a body is read no further than the text', async (t) => {
  const url = await startServer(t, (_request, response) => { response.write('green, and so on') })
  t.match(await runHttp(url, { contains: 'green' }), { status: 'UP' })
})

await t.test('a body that does not end, or breaks off, is DOWN, with the reason', async (t) => {
  const hanging = await startServer(t, (_request, response) => { response.write('gre') })
  t.match(await runHttp(hanging, { contains: 'green' }, 200), { status: 'DOWN', details: { error: 'answered 200, but its body did not end within 180 ms', statusCode: 200 } })
  const broken = await startServer(t, (request, response) => { response.write('gre', () => request.socket.resetAndDestroy()) })
  t.match(await runHttp(broken, { contains: 'green' }), { status: 'DOWN', details: { error: /ECONNRESET|aborted/ } })
})

await t.test('a redirect is followed, a loop of them is DOWN, and one that is asked for is the answer', async (t) => {
  const url = await startServer(t, (request, response) => {
    if (request.url === '/moved') response.end()
    else response.writeHead(302, { location: request.url === '/loop' ? '/loop' : '/moved' }).end('elsewhere')
  })
  t.match(await runHttp(url), { status: 'UP', details: { statusCode: 200 } })
  t.match(await runHttp(new URL('/loop', url)), { status: 'DOWN', details: { error: 'redirected more than 5 times' } })
  t.match(await runHttp(url, { statusCodes: [302] }), { status: 'UP', details: { statusCode: 302 } })
})

await t.test('headers and the user in the URL reach no other origin', async (t) => {
  let seen: IncomingMessage['headers'] = {}
  const other = await startServer(t, (request, response) => { seen = request.headers; response.end() })
  const url = await startServer(t, (_request, response) => response.writeHead(307, { location: other.href }).end())
  url.username = 'probe'
  t.match(await runHttp(url, { headers: { 'x-api-key': 'secret' } }), { status: 'UP' })
  t.match(seen, { 'user-agent': 'fastify-management-endpoints' })
  t.notMatch(seen, { 'x-api-key': String })
  t.notMatch(seen, { authorization: String })
})

await t.test('the request says who asks, carries the headers of the options, and nothing about hops', async (t) => {
  let request: { method: unknown, headers: IncomingMessage['headers'] } = { method: '', headers: {} }
  const url = await startServer(t, ({ method, headers }, response) => { request = { method, headers }; response.end() })
  await runHttp(url, { headers: { 'X-Tenant': 'a', Accept: 'text/plain' } })
  t.match(request, { method: 'GET', headers: { accept: 'text/plain', 'accept-encoding': 'identity', 'user-agent': 'fastify-management-endpoints', connection: 'close', 'x-tenant': 'a' } })
  t.notOk('management-hop' in request.headers)
  t.match(await runHttp(url, { method: 'HEAD' }), { status: 'UP' })
  t.match(request, { method: 'HEAD', headers: { accept: '*/*' } })
})

await t.test('the user in a URL is sent as basic authentication, and shown nowhere', async (t) => {
  let authorization: string | undefined
  const url = await startServer(t, (request, response) => { authorization = request.headers.authorization; response.writeHead(500).end() })
  url.username = 'probe'
  url.password = 'p%40ss'
  const shown = JSON.stringify(await runHttp(url))
  t.equal(authorization, `Basic ${Buffer.from('probe:p@ss').toString('base64')}`)
  t.notMatch(shown, /probe|p%40ss|p@ss/)
})

await t.test('HTTPS is asked over TLS, and what speaks none is DOWN', async (t) => {
  const url = await startServer(t, answering(200))
  url.protocol = 'https:'
  t.match(await runHttp(url), { status: 'DOWN', details: { error: String, url: url.href } })
})

await t.test('a URL and options that cannot be are refused at once, without their secrets', (t) => {
  const cases: readonly [unknown, unknown, RegExp][] = [
    ['', {}, /option "http\.url" must be an http:\/\/ or https:\/\/ URL, got the string ""/],
    ['search:9200', {}, /option "http\.url"/],
    ['ftp://user:hidden@h', {}, /option "http\.url"/],
    ['http://', {}, /option "http\.url"/],
    [new URL('file:///etc/passwd'), {}, /option "http\.url"/],
    [undefined, {}, /option "http\.url"/],
    ['http://h', { methods: 'GET' }, /option "http" must be an object with no other keys than/],
    ['http://h', { method: 'POST' }, /option "http\.method" must be one of GET, HEAD/],
    ['http://h', { statusCodes: 200 }, /option "http\.statusCodes" must be an array, got/],
    ['http://h', { statusCodes: [] }, /option "http\.statusCodes" must be an array that is not empty/],
    ['http://h', { statusCodes: Object.assign([200], { length: 2 }) }, /option "http\.statusCodes\[1\]" must be a whole number from 200 to 599, got undefined/],
    ['http://h', { statusCodes: [200, 99] }, /option "http\.statusCodes\[1\]"/],
    ['http://h', { contains: '' }, /option "http\.contains"/],
    ['http://h', { contains: 'a', method: 'HEAD' }, /option "http\.contains" must be left out with the method HEAD/],
    ['http://h', { headers: { 'x y': 'a' } }, /option "http\.headers" must be names and values of HTTP headers/],
    ['http://h', { headers: { authorization: 'hidden\n' } }, /option "http\.headers" must be names and values of HTTP headers, got something else under the string "authorization"/],
    ['http://h', { headers: { authorization: 123456789 } }, /option "http\.headers\.authorization" must be a string that is not empty, got a value of the type number$/],
    ['http://h', { headers: { authorization: ' ' } }, /option "http\.headers\.authorization" must be a string that is not empty, got a value of the type string$/],
    ['http://h', { headers: 'hidden' }, /option "http\.headers" must be an object, got a value of the type string$/],
    ['http://h', { headers: ['hidden'] }, /option "http\.headers" must be an object, got an array of 1$/],
    ['http://h', { headers: { Connection: 'close' } }, /option "http\.headers" must be headers other than/]
  ]
  for (const [url, options, message] of cases) {
    const make = (): unknown => Reflect.apply(http, undefined, [url, options])
    t.throws(make, { code: 'FST_MANAGEMENT_OPTION_INVALID', message }, message.source)
    try { make() } catch (error) { t.notMatch(String(error), /hidden|123456789/) }
  }
  t.end()
})
