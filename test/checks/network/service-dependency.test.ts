import { createServer } from 'node:http'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import net from 'node:net'
import t from 'tap'
import { serviceDependency } from '../../../lib/checks/network/service-dependency.js'
import type { RunResult } from '../../../lib/health/check/result.js'
import { portOf } from '../../support/app.js'
import { run } from '../../support/check.js'

type Test = Pick<typeof t, 'teardown'>

/** A service on a free port of the loopback interface, that answers as the listener does. */
async function startService (test: Test, listener: RequestListener): Promise<URL> {
  const server = createServer(listener)
  test.teardown(() => { server.closeAllConnections(); server.close() })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return new URL(`http://127.0.0.1:${portOf(server)}/z/health`)
}

function answering (status: number, body: string): RequestListener {
  return (_request, response) => response.writeHead(status).end(body)
}

/** Asks as the engine does, but for the timeout, which the check keeps by itself. */
async function ask (url: URL, headers?: Record<string, string>, timeout?: number): Promise<RunResult> {
  return await run(serviceDependency(url, headers), timeout)
}

await t.test('200 that says UP is UP, with where and what', async (t) => {
  const url = await startService(t, answering(200, '{"status":"UP"}'))
  t.match(await ask(url), { status: 'UP', details: { url: url.href, statusCode: 200 } })
})

await t.test('200 that says DEGRADED is DEGRADED', async (t) => {
  t.match(await ask(await startService(t, answering(200, '{"status":"DEGRADED"}'))), { status: 'DEGRADED' })
})

await t.test('anything else is DOWN, with the reason', async (t) => {
  const cases: readonly [number, string, RegExp][] = [
    [503, '{"status":"UP"}', /answered 503 with status "UP"$/],
    [201, '{"status":"UP"}', /answered 201 with status "UP"$/],
    [200, '{"status":"DOWN"}', /answered 200 with status "DOWN"$/],
    [200, '{"status":"OUT_OF_SERVICE"}', /answered 200 with status "OUT_OF_SERVICE"$/],
    [200, '{"status":"up"}', /answered 200 with status "up"$/],
    [200, '{"status":true}', /answered 200 with no status$/],
    [200, '{}', /answered 200 with no status$/],
    [200, '[]', /answered 200 with no JSON object$/],
    [200, 'null', /answered 200 with no JSON object$/],
    [200, '', /answered 200 with nothing$/],
    [200, '<html>welcome</html>', /answered 200 with no JSON object$/],
    [404, '{"statusCode":404}', /answered 404 with no status$/],
    [304, '', /answered 304 with nothing$/]
  ]
  for (const [status, body, reason] of cases) {
    const run = await ask(await startService(t, answering(status, body)))
    t.match(run, { status: 'DOWN', details: { error: reason, statusCode: status } }, `${status} ${body}`)
  }
})

await t.test('the components and details of the service become part of the result', async (t) => {
  const body = { status: 'DOWN', components: { db: { status: 'DOWN', details: { error: 'refused' } }, odd: { status: 'WARN' } }, details: { region: 'eu', password: 'x' } }
  const url = await startService(t, answering(503, JSON.stringify(body)))
  const { time, durationMs, ...run } = await ask(url)
  t.same(run, {
    status: 'DOWN',
    details: { region: 'eu', password: '[REDACTED]', url: url.href, statusCode: 503, error: `GET ${url.href} answered 503 with status "DOWN"` },
    components: { db: { status: 'DOWN', details: { error: 'refused' } }, odd: { status: 'UNKNOWN' } }
  })
})

await t.test('a service that is not there is DOWN, with the reason', async (t) => {
  const url = await startService(t, answering(200, ''))
  const gone = net.createServer()
  await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve))
  url.port = String(portOf(gone))
  await new Promise((resolve) => gone.close(resolve))
  t.match(await ask(url), { status: 'DOWN', details: { error: new RegExp(`^GET ${url.href} failed: .*ECONNREFUSED`), url: url.href } })
})

await t.test('a name that no resolver knows is DOWN, with the reason', async (t) => {
  t.match(await ask(new URL('http://nowhere.invalid/z/health')), { status: 'DOWN', details: { error: /nowhere\.invalid/ } })
})

await t.test('a service that switches protocols is DOWN, with the reason', async (t) => {
  const url = await startService(t, (request) => request.socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'))
  t.match(await ask(url), { status: 'DOWN', details: { error: /answered 101, which nobody asked for/ } })
})

await t.test('a connection that is reset, before or in the answer, is DOWN', async (t) => {
  const before = await startService(t, (request) => request.socket.resetAndDestroy())
  t.match(await ask(before), { status: 'DOWN', details: { error: /ECONNRESET|socket hang up/ } })
  const within = await startService(t, (request, response) => {
    response.writeHead(200, { 'content-length': '100' }).write('{"status"', () => request.socket.resetAndDestroy())
  })
  t.match(await ask(within), { status: 'DOWN', details: { error: /ECONNRESET|aborted/ } })
})

await t.test('a service that answers no HTTP is DOWN', async (t) => {
  const server = net.createServer((socket) => socket.end('220 smtp ready\r\n'))
  t.teardown(() => server.close())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.match(await ask(new URL(`http://127.0.0.1:${portOf(server)}/`)), { status: 'DOWN', details: { error: /Parse Error/ } })
})

await t.test('a service that never answers, or never ends, is DOWN before the timeout, and its connection is closed', async (t) => {
  const behaviours: readonly (readonly [RequestListener, string])[] = [
    [() => undefined, 'no answer within 180 ms'],
    [(_request, response) => { response.writeHead(200); response.write('{"status":"UP"') }, 'answered 200, but its body did not end within 180 ms']
  ]
  for (const [behaviour, error] of behaviours) {
    let closed: Promise<void> | undefined
    const url = await startService(t, (request, response) => {
      closed = new Promise((resolve) => request.socket.once('close', () => resolve()))
      behaviour(request, response)
    })
    t.match(await ask(url, {}, 200), { status: 'DOWN', details: { error: `GET ${url.href} failed: ${error}`, url: url.href } })
    await closed
  }
})

await t.test('an answer over 64 KiB is DOWN, and its connection is closed', async (t) => {
  let closed: Promise<void> | undefined
  const endless = (request: IncomingMessage, response: ServerResponse): void => {
    closed = new Promise((resolve) => request.socket.once('close', () => resolve()))
    const pour = (): void => { while (response.write('x'.repeat(16_384))); }
    response.on('drain', pour)
    pour()
  }
  t.match(await ask(await startService(t, endless)), { status: 'DOWN', details: { error: /the answer is over 64 KiB$/ } })
  await closed
  const room = 64 * 1024 - '{"status":"UP","pad":""}'.length
  t.match(await ask(await startService(t, answering(200, `{"status":"UP","pad":"${'x'.repeat(room)}"}`))), { status: 'UP' })
  t.match(await ask(await startService(t, answering(200, `{"status":"UP","pad":"${'x'.repeat(room + 1)}"}`))), { status: 'DOWN' })
})

await t.test('a redirect is followed, and a loop of them is DOWN', async (t) => {
  const url = await startService(t, (request, response) => {
    if (request.url === '/moved') response.end('{"status":"UP"}')
    else response.writeHead(302, { location: request.url === '/loop' ? '/loop' : '/moved' }).end('elsewhere')
  })
  t.match(await ask(url), { status: 'UP' })
  t.match(await ask(new URL('/loop', url)), { status: 'DOWN', details: { error: /redirected more than 5 times/ } })
})

await t.test('a redirect to what is no HTTP is DOWN', async (t) => {
  for (const location of ['ftp://h/', 'http://', 'data:application/json,{"status":"UP"}']) {
    const url = await startService(t, (_request, response) => response.writeHead(307, { location }).end())
    t.match(await ask(url), { status: 'DOWN', details: { error: /^GET .* failed: / } }, location)
  }
})

await t.test('the request says what it is, and carries the headers of the options', async (t) => {
  let headers: IncomingMessage['headers'] = {}
  const url = await startService(t, (request, response) => { headers = request.headers; response.end('{"status":"UP"}') })
  await ask(url, { 'x-tenant': 'a', 'management-hop': '0' })
  t.match(headers, {
    'management-hop': '1',
    accept: 'application/vnd.spring-boot.actuator.v3+json, application/json',
    'user-agent': 'fastify-management-endpoints',
    connection: 'close',
    'x-tenant': 'a'
  })
})

await t.test('the user in a URL is sent as basic authentication, and shown nowhere', async (t) => {
  let authorization: string | undefined
  const url = await startService(t, (request, response) => { authorization = request.headers.authorization; response.end('{"status":"UP"}') })
  url.username = 'probe'
  url.password = 'p%40ss%zz'
  const run = await ask(url)
  t.equal(authorization, `Basic ${Buffer.from('probe:p@ss%zz').toString('base64')}`)
  t.notMatch(JSON.stringify(run), /probe|p%40ss|p@ss/)
})

await t.test('headers meant for the service reach no other', async (t) => {
  let seen: IncomingMessage['headers'] | undefined
  const other = await startService(t, (request, response) => { seen = request.headers; response.end('{"status":"UP"}') })
  const url = await startService(t, (_request, response) => response.writeHead(302, { location: other.href }).end())
  url.username = 'probe'
  t.match(await ask(url, { 'x-api-key': 'secret' }), { status: 'UP' })
  t.match(seen, { 'management-hop': '1' })
  t.notMatch(seen, { 'x-api-key': String })
  t.notMatch(seen, { authorization: String })
})

await t.test('a URL may be a text, and what is no URL of HTTP is refused at once', async (t) => {
  const url = await startService(t, answering(200, '{"status":"UP"}'))
  t.match(await run(serviceDependency(url.href)), { status: 'UP', details: { url: url.href } })
  for (const wrong of ['', 'users', 'ftp://users/', new URL('file:///etc/passwd')]) {
    t.throws(() => serviceDependency(wrong), { code: 'FST_MANAGEMENT_OPTION_INVALID', message: /"serviceDependency\.url" must be an http:\/\/ or https:\/\/ URL/ })
  }
})

await t.test('headers that cannot be are refused at once, without what they hold', (t) => {
  for (const headers of [{ authorization: 'hidden\n' }, { authorization: 5 }, 'hidden']) {
    const make = (): unknown => Reflect.apply(serviceDependency, undefined, ['http://users/', headers])
    t.throws(make, { code: 'FST_MANAGEMENT_OPTION_INVALID', message: /^option "serviceDependency\.headers[^5]*$/ })
    try { make() } catch (error) { t.notMatch(String(error), /hidden/) }
  }
  t.end()
})

await t.test('HTTPS is asked over TLS, and a certificate that nobody vouches for is DOWN', async (t) => {
  const url = await startService(t, answering(200, '{"status":"UP"}'))
  url.protocol = 'https:'
  t.match(await ask(url), { status: 'DOWN', details: { error: /^GET https:.* failed: / } })
})
