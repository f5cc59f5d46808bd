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

await t.test('http() is DOWN with the reason when the server does not run, resets or does not use HTTP', async (t) => {
  const stopped = new URL(`http://127.0.0.1:${await refusingPort()}/`)
  t.match(await runHttp(stopped), {
    status: 'DOWN',
    details: { error: /^connect ECONNREFUSED 127/, url: stopped.href }
  })
  const resetting = await startServer(t, (request) => request.socket.resetAndDestroy())
  t.match(await runHttp(resetting), { status: 'DOWN', details: { error: /ECONNRESET|socket hang up/ } })
  const smtp = await listen(t, net.createServer((socket) => socket.end('220 smtp ready\r\n')))
  t.match(await runHttp(`http://127.0.0.1:${smtp}`), { status: 'DOWN', details: { error: /Parse Error/ } })
})

await t.test('http() is DOWN when the server upgrades the connection', async (t) => {
  const upgrade = 'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'
  const url = await startServer(t, (request) => request.socket.end(upgrade))
  t.match(await runHttp(url), {
    status: 'DOWN',
    details: { error: 'answered 101, an upgrade that was not requested' }
  })
})

await t.test('http() is DOWN before the timeout and closes the connection when the server hangs', async (t) => {
  let closed: Promise<void> | undefined
  const url = await startServer(t, (request) => {
    closed = new Promise((resolve) => request.socket.once('close', () => resolve()))
  })
  t.match(await runHttp(url, {}, 200), { status: 'DOWN', details: { error: 'no answer within 180 ms', url: url.href } })
  await closed
  t.match(await runHttp(`http://127.0.0.1:${await blackHole(t)}/`, {}, 200), {
    status: 'DOWN',
    details: { error: 'no answer within 180 ms' }
  })
})

await t.test('http() is DOWN and names the status code if the code is outside 200 to 299', async (t) => {
  for (const statusCode of [304, 400, 404, 500, 503]) {
    const url = await startServer(t, answering(statusCode))
    t.match(await runHttp(url), {
      status: 'DOWN',
      details: { error: `answered ${statusCode}, expected 200 to 299`, url: url.href, statusCode, latencyMs: Number }
    })
  }
})

await t.test('http() is UP with the URL, code and latency if the status code is 200 to 299', async (t) => {
  for (const status of [200, 204, 299]) {
    const url = await startServer(t, answering(status))
    t.match(await runHttp(url), { status: 'UP', details: { url: url.href, statusCode: status, latencyMs: Number } })
  }
})

await t.test('http() accepts a URL of another library', async (t) => {
  const other = (url: object): URL => url as unknown as URL
  const { href, protocol, host } = await startServer(t, answering(200))
  t.match(await runHttp(other({ href, protocol, host })), { status: 'UP', details: { url: href } })
  for (const url of [{ href: 'ftp://a', protocol: 'ftp:', host: 'a' }, { href, host }]) {
    t.throws(() => http(other(url)), { code: 'FST_MANAGEMENT_OPTION_INVALID' })
  }
})

await t.test('http() accepts only the status codes in statusCodes', async (t) => {
  const options = { statusCodes: [200, 401] }
  t.match(await runHttp(await startServer(t, answering(401)), options), {
    status: 'UP',
    details: { statusCode: 401 }
  })
  t.match(await runHttp(await startServer(t, answering(204)), options), {
    status: 'DOWN',
    details: { error: 'answered 204, expected 200 or 401' }
  })
})

await t.test('http() does not read the body without contains', async (t) => {
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

await t.test('http() is DOWN when the body does not contain the text', async (t) => {
  for (const body of ['', 'ready', '"status": "green"', 'x'.repeat(70_000)]) {
    const url = await startServer(t, answering(200, body))
    t.match(await runHttp(url, { contains: '"status":"green"' }), {
      status: 'DOWN',
      details: { error: 'answered 200 without the text "\\"status\\":\\"green\\""', statusCode: 200 }
    })
  }
})

await t.test('http() searches the first 1 MiB of the body, across all chunks', async (t) => {
  const most = 1024 * 1024
  const within = await startServer(t, answering(200, `${'x'.repeat(most - 4)}green`))
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

await t.test('http() stops reading the body after the text', async (t) => {
  const url = await startServer(t, (_request, response) => { response.write('green, and so on') })
  t.match(await runHttp(url, { contains: 'green' }), { status: 'UP' })
})

await t.test('http() is DOWN with the reason when the body does not end or the connection breaks', async (t) => {
  const hanging = await startServer(t, (_request, response) => { response.write('gre') })
  t.match(await runHttp(hanging, { contains: 'green' }, 200), {
    status: 'DOWN',
    details: { error: 'answered 200, but its body did not end within 180 ms', statusCode: 200 }
  })
  const broken = await startServer(t, (request, response) => {
    response.write('gre', () => request.socket.resetAndDestroy())
  })
  t.match(await runHttp(broken, { contains: 'green' }), { status: 'DOWN', details: { error: /ECONNRESET|aborted/ } })
})

await t.test('http() follows redirects up to a limit, but not a status code in statusCodes', async (t) => {
  const url = await startServer(t, (request, response) => {
    if (request.url === '/moved') response.end()
    else response.writeHead(302, { location: request.url === '/loop' ? '/loop' : '/moved' }).end('elsewhere')
  })
  t.match(await runHttp(url), { status: 'UP', details: { statusCode: 200 } })
  t.match(await runHttp(new URL('/loop', url)), {
    status: 'DOWN',
    details: { error: 'redirected more than 5 times' }
  })
  t.match(await runHttp(url, { statusCodes: [302] }), { status: 'UP', details: { statusCode: 302 } })
})

await t.test('http() follows a redirect to a host in redirectHosts, and sends it no credentials', async (t) => {
  const seen: unknown[] = []
  const other = await startServer(t, ({ headers }, response) => {
    seen.push([headers.authorization, headers['x-api-key'], headers.host])
    response.end()
  })
  other.hostname = 'localhost'
  const location = other.href.replace('//', '//mallory:x@')
  const url = await startServer(t, (_request, response) => response.writeHead(302, { location }).end())
  url.username = 'probe'
  const headers = { 'x-api-key': 'secret', host: 'virtual.example' }
  for (const redirectHosts of [undefined, [], ['127.0.0.1', 'localhost.example']]) {
    t.match(await runHttp(url, { headers, redirectHosts }), {
      status: 'DOWN',
      details: { error: 'redirected to another host: localhost' }
    })
  }
  t.same(seen, [])
  t.match(await runHttp(url, { headers, redirectHosts: ['LocalHost'] }), { status: 'UP' })
  t.same(seen, [[undefined, undefined, other.host]])
})

await t.test('http() sends headers and the URL\'s user only to the origin of the URL', async (t) => {
  let seen: IncomingMessage['headers'] = {}
  const other = await startServer(t, (request, response) => { seen = request.headers; response.end() })
  const url = await startServer(t, (_request, response) => response.writeHead(307, { location: other.href }).end())
  url.username = 'probe'
  t.match(await runHttp(url, { headers: { 'x-api-key': 'secret' } }), { status: 'UP' })
  t.match(seen, { 'user-agent': 'fastify-management-endpoints' })
  t.notMatch(seen, { 'x-api-key': String })
  t.notMatch(seen, { authorization: String })
})

await t.test('http() sends its user agent and the headers of the options, but no hop header', async (t) => {
  let request: { method: unknown, headers: IncomingMessage['headers'] } = { method: '', headers: {} }
  const url = await startServer(t, ({ method, headers }, response) => { request = { method, headers }; response.end() })
  await runHttp(url, { headers: { 'X-Tenant': 'a', Accept: 'text/plain' } })
  t.match(request, {
    method: 'GET',
    headers: {
      accept: 'text/plain',
      'accept-encoding': 'identity',
      'user-agent': 'fastify-management-endpoints',
      connection: 'close',
      'x-tenant': 'a'
    }
  })
  t.notOk('management-hop' in request.headers)
  t.match(await runHttp(url, { method: 'HEAD' }), { status: 'UP' })
  t.match(request, { method: 'HEAD', headers: { accept: '*/*' } })
})

await t.test('http() sends the URL\'s user as basic authentication and never shows it', async (t) => {
  let authorization: string | undefined
  const url = await startServer(t, (request, response) => {
    authorization = request.headers.authorization
    response.writeHead(500).end()
  })
  url.username = 'probe'
  url.password = 'p%40ss'
  const shown = JSON.stringify(await runHttp(url))
  t.equal(authorization, `Basic ${Buffer.from('probe:p@ss').toString('base64')}`)
  t.notMatch(shown, /probe|p%40ss|p@ss/)
})

await t.test('http() is DOWN when the URL is https: and the server does not use TLS', async (t) => {
  const url = await startServer(t, answering(200))
  url.protocol = 'https:'
  t.match(await runHttp(url), { status: 'DOWN', details: { error: String, url: url.href } })
})

await t.test('http() throws when the URL is wrong', (t) => {
  const urls = ['', 'search:9200', 'ftp://user:hidden@h', 'http://', new URL('file:///etc/passwd'), undefined]
  for (const url of urls) {
    const make = (): unknown => Reflect.apply(http, undefined, [url, {}])
    const message = /option "http\.url" must be an http:\/\/ or https:\/\/ URL/
    t.throws(make, { code: 'FST_MANAGEMENT_OPTION_INVALID', message }, String(url))
    try { make() } catch (error) { t.notMatch(String(error), /hidden/) }
  }
  t.end()
})

await t.test('http() throws when an option is wrong or unknown, without showing a secret', (t) => {
  const cases: readonly [unknown, RegExp][] = [
    [{ methods: 'GET' }, /unknown option "http\(url\)\.methods" \(did you mean "method"\?\)/],
    [{ method: 'POST' }, /option "http\.method" must be one of GET, HEAD/],
    [{ statusCodes: 200 }, /option "http\.statusCodes" must be an array, got/],
    [{ statusCodes: [] }, /option "http\.statusCodes" must be an array that is not empty/],
    [{ statusCodes: Object.assign([200], { length: 2 }) }, /\.statusCodes\[1\]" must be .*, got undefined/],
    [{ statusCodes: [200, 99] }, /option "http\.statusCodes\[1\]" must be a whole number from 200 to 599/],
    [{ contains: '' }, /option "http\.contains"/],
    [{ contains: 'a', method: 'HEAD' }, /option "http\.contains" must be omitted with the method HEAD/],
    [{ headers: { 'x y': 'a' } }, /option "http\.headers" must be .* valid names and values of HTTP headers/],
    [{ headers: { authorization: 'hidden\n' } }, /"http\.headers" .*, got an invalid .*"authorization"/],
    [{ headers: { authorization: 123456789 } }, /"http\.headers\.authorization" .*, got a value of the type number$/],
    [{ headers: { authorization: ' ' } }, /"http\.headers\.authorization" .*, got a value of the type string$/],
    [{ headers: 'hidden' }, /option "http\.headers" must be an object, got a value of the type string$/],
    [{ headers: ['hidden'] }, /option "http\.headers" must be an object, got an array of 1$/],
    [{ headers: { Connection: 'close' } }, /option "http\.headers" must be an object without the headers/],
    [{ headers: JSON.parse('{"__proto__":"x"}') as object }, /"http\.headers" must be .*, got the string "__proto__"/]
  ]
  for (const [options, message] of cases) {
    const make = (): unknown => Reflect.apply(http, undefined, ['http://h', options])
    t.throws(make, { code: 'FST_MANAGEMENT_OPTION_INVALID', message }, message.source)
    try { make() } catch (error) { t.notMatch(String(error), /hidden|123456789/) }
  }
  t.end()
})
