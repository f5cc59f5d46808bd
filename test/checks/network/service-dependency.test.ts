import { createServer } from 'node:http'
import type { IncomingMessage, RequestListener } from 'node:http'
import net from 'node:net'
import t from 'tap'
import { serviceDependency } from '../../../lib/checks/network/service-dependency.js'
import type { ServiceDependencyCheckOptions } from '../../../lib/checks/network/service-dependency.js'
import type { RunResult } from '../../../lib/health/check/result.js'
import { portOf } from '../../support/app.js'
import { run } from '../../support/check.js'

type Test = Pick<typeof t, 'teardown'>

/** Starts a service on a free loopback port. */
async function startService (test: Test, listener: RequestListener): Promise<URL> {
  const server = createServer(listener)
  test.teardown(() => { server.closeAllConnections(); server.close() })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return new URL(`http://127.0.0.1:${portOf(server)}/z/health`)
}

function answering (status: number, body: string): RequestListener {
  return (_request, response) => response.writeHead(status).end(body)
}

async function runCheck (
  url: URL, options?: ServiceDependencyCheckOptions, timeout?: number
): Promise<RunResult> {
  return await run(serviceDependency(url, options), timeout)
}

await t.test('serviceDependency() is UP with the URL and status code when the service reports UP', async (t) => {
  const url = await startService(t, answering(200, '{"status":"UP"}'))
  t.match(await runCheck(url), { status: 'UP', details: { url: url.href, statusCode: 200 } })
})

await t.test('serviceDependency() is DEGRADED when the service reports DEGRADED', async (t) => {
  t.match(await runCheck(await startService(t, answering(200, '{"status":"DEGRADED"}'))), { status: 'DEGRADED' })
})

await t.test('serviceDependency() is DOWN with the reason for any other response', async (t) => {
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
    [200, '', /answered 200 with an empty body$/],
    [200, '<html>welcome</html>', /answered 200 with no JSON object$/],
    [404, '{"statusCode":404}', /answered 404 with no status$/],
    [304, '', /answered 304 with an empty body$/]
  ]
  for (const [status, body, reason] of cases) {
    const run = await runCheck(await startService(t, answering(status, body)))
    t.match(run, { status: 'DOWN', details: { error: reason, statusCode: status } }, `${status} ${body}`)
  }
})

await t.test('serviceDependency() returns the components and details of the service', async (t) => {
  const body = {
    status: 'DOWN',
    components: { db: { status: 'DOWN', details: { error: 'refused' } }, odd: { status: 'WARN' } },
    details: { region: 'eu', password: 'x' }
  }
  const url = await startService(t, answering(503, JSON.stringify(body)))
  const { time, durationMs, ...run } = await runCheck(url)
  t.same(run, {
    status: 'DOWN',
    details: {
      region: 'eu',
      password: '[REDACTED]',
      url: url.href,
      statusCode: 503,
      error: `GET ${url.href} answered 503 with status "DOWN"`
    },
    components: { db: { status: 'DOWN', details: { error: 'refused' } }, odd: { status: 'UNKNOWN' } }
  })
})

await t.test('serviceDependency() is DOWN with the reason when the service does not run', async (t) => {
  const url = await startService(t, answering(200, ''))
  const gone = net.createServer()
  await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve))
  url.port = String(portOf(gone))
  await new Promise((resolve) => gone.close(resolve))
  t.match(await runCheck(url), {
    status: 'DOWN',
    details: { error: new RegExp(`^GET ${url.href} failed: .*ECONNREFUSED`), url: url.href }
  })
})

await t.test('serviceDependency() is DOWN with the reason when the host name is unknown', async (t) => {
  t.match(await runCheck(new URL('http://nowhere.invalid/z/health')), {
    status: 'DOWN',
    details: { error: /nowhere\.invalid/ }
  })
})

await t.test('serviceDependency() is DOWN when the service upgrades the connection', async (t) => {
  const upgrade = 'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'
  const url = await startService(t, (request) => request.socket.end(upgrade))
  t.match(await runCheck(url), {
    status: 'DOWN',
    details: { error: /answered 101, an upgrade that was not requested/ }
  })
})

await t.test('serviceDependency() is DOWN when the connection is reset before or during the response', async (t) => {
  const before = await startService(t, (request) => request.socket.resetAndDestroy())
  t.match(await runCheck(before), { status: 'DOWN', details: { error: /ECONNRESET|socket hang up/ } })
  const within = await startService(t, (request, response) => {
    response.writeHead(200, { 'content-length': '100' }).write('{"status"', () => request.socket.resetAndDestroy())
  })
  t.match(await runCheck(within), { status: 'DOWN', details: { error: /ECONNRESET|aborted/ } })
})

await t.test('serviceDependency() is DOWN when the service does not use HTTP', async (t) => {
  const server = net.createServer((socket) => socket.end('220 smtp ready\r\n'))
  t.teardown(() => server.close())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.match(await runCheck(new URL(`http://127.0.0.1:${portOf(server)}/`)), {
    status: 'DOWN',
    details: { error: /Parse Error/ }
  })
})

await t.test('serviceDependency() is DOWN and closes the connection when the service hangs', async (t) => {
  const hangInBody: RequestListener = (_request, response) => { response.writeHead(200).write('{"status":"UP"') }
  const behaviors: readonly (readonly [RequestListener, string])[] = [
    [() => undefined, 'no answer within 180 ms'],
    [hangInBody, 'answered 200, but its body did not end within 180 ms']
  ]
  for (const [behavior, error] of behaviors) {
    let closed: Promise<void> | undefined
    const url = await startService(t, (request, response) => {
      closed = new Promise((resolve) => request.socket.once('close', () => resolve()))
      behavior(request, response)
    })
    t.match(await runCheck(url, {}, 200), {
      status: 'DOWN',
      details: { error: `GET ${url.href} failed: ${error}`, url: url.href }
    })
    await closed
  }
})

await t.test('serviceDependency() follows redirects up to a limit', async (t) => {
  const url = await startService(t, (request, response) => {
    if (request.url === '/moved') response.end('{"status":"UP"}')
    else response.writeHead(302, { location: request.url === '/loop' ? '/loop' : '/moved' }).end('elsewhere')
  })
  t.match(await runCheck(url), { status: 'UP' })
  t.match(await runCheck(new URL('/loop', url)), { status: 'DOWN', details: { error: /redirected more than 5 times/ } })
})

await t.test('serviceDependency() is DOWN with the reason when a redirect leads elsewhere', async (t) => {
  const cases = [
    ['ftp://127.0.0.1/', 'redirected to a URL that begins with ftp:, expected http: or https:'],
    ['data:application/json,{"status":"UP"}', 'redirected to a URL that begins with data:, expected http: or https:'],
    ['http://', 'redirected to an invalid URL'],
    ['//user:hidden@elsewhere.invalid/', 'redirected to another host: elsewhere.invalid']
  ] as const
  for (const [location, reason] of cases) {
    const url = await startService(t, (_request, response) => response.writeHead(307, { location }).end())
    t.match(await runCheck(url), { status: 'DOWN', details: { error: `GET ${url.href} failed: ${reason}` } }, location)
  }
})

await t.test('serviceDependency() sends its own headers and the headers of the options', async (t) => {
  let headers: IncomingMessage['headers'] = {}
  const url = await startService(t, (request, response) => {
    headers = request.headers
    response.end('{"status":"UP"}')
  })
  await runCheck(url, { headers: { 'x-tenant': 'a', 'management-hop': '0', 'Management-Timeout': '60' } }, 60_000)
  t.match(headers, {
    'management-hop': '1',
    'management-timeout': /^5[0-4]\d{3}$/,
    accept: 'application/vnd.spring-boot.actuator.v3+json, application/json',
    'user-agent': 'fastify-management-endpoints',
    connection: 'close',
    'x-tenant': 'a'
  })
})

await t.test('serviceDependency() sends the URL\'s user as basic authentication and never shows it', async (t) => {
  let authorization: string | undefined
  const url = await startService(t, (request, response) => {
    authorization = request.headers.authorization
    response.end('{"status":"UP"}')
  })
  url.username = 'probe'
  url.password = 'p%40ss%zz'
  const run = await runCheck(url)
  t.equal(authorization, `Basic ${Buffer.from('probe:p@ss%zz').toString('base64')}`)
  t.notMatch(JSON.stringify(run), /probe|p%40ss|p@ss/)
})

await t.test('serviceDependency() sends headers only to the origin of the URL', async (t) => {
  let seen: IncomingMessage['headers'] | undefined
  const other = await startService(t, (request, response) => {
    seen = request.headers
    response.end('{"status":"UP"}')
  })
  const url = await startService(t, (_request, response) => response.writeHead(302, { location: other.href }).end())
  url.username = 'probe'
  t.match(await runCheck(url, { headers: { 'x-api-key': 'secret' } }), { status: 'UP' })
  t.match(seen, { 'management-hop': '1', 'management-timeout': /^\d+$/ })
  t.notMatch(seen, { 'x-api-key': String })
  t.notMatch(seen, { authorization: String })
})

await t.test('serviceDependency() accepts a URL as a string, and throws when it is not an HTTP URL', async (t) => {
  const url = await startService(t, answering(200, '{"status":"UP"}'))
  t.match(await run(serviceDependency(url.href)), { status: 'UP', details: { url: url.href } })
  for (const wrong of ['', 'users', 'ftp://users/', new URL('file:///etc/passwd')]) {
    t.throws(() => serviceDependency(wrong), {
      code: 'FST_MANAGEMENT_OPTION_INVALID',
      message: /"serviceDependency\.url" must be an http:\/\/ or https:\/\/ URL/
    })
  }
})

await t.test('serviceDependency() throws when a header is wrong, without showing its value', (t) => {
  for (const headers of [{ authorization: 'hidden\n' }, { authorization: 5 }, 'hidden']) {
    const make = (): unknown => Reflect.apply(serviceDependency, undefined, ['http://users/', { headers }])
    t.throws(make, { code: 'FST_MANAGEMENT_OPTION_INVALID', message: /^option "serviceDependency\.headers[^5]*$/ })
    try { make() } catch (error) { t.notMatch(String(error), /hidden/) }
  }
  t.end()
})

await t.test('serviceDependency() throws when the options are not an object or have an unknown key', (t) => {
  const cases: readonly [unknown, RegExp][] = [
    [null, /^option "serviceDependency" must be an object with .*headers, tls, got null/],
    [5, /^option "serviceDependency" must be an object with .*headers, tls, got the number 5/],
    [{ authorization: 'hidden' }, /^unknown option "serviceDependency\(url\)\.authorization", expected one of headers, tls$/]
  ]
  for (const [options, message] of cases) {
    const make = (): unknown => Reflect.apply(serviceDependency, undefined, ['http://users/', options])
    t.throws(make, { code: 'FST_MANAGEMENT_OPTION_INVALID', message }, message.source)
    try { make() } catch (error) { t.notMatch(String(error), /hidden/) }
  }
  t.end()
})

await t.test('serviceDependency() is DOWN when the URL is https: and the service does not use TLS', async (t) => {
  const url = await startService(t, answering(200, '{"status":"UP"}'))
  url.protocol = 'https:'
  t.match(await runCheck(url), { status: 'DOWN', details: { error: /^GET https:.* failed: / } })
})
