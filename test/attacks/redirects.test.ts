import http, { createServer } from 'node:http'
import type { RequestListener, Server } from 'node:http'
import https, { createServer as createHttpsServer } from 'node:https'
import { createSecureServer } from 'node:http2'
import type { IncomingMessage } from 'node:http'
import t from 'tap'
import { http as httpCheck } from '../../lib/checks/network/http.js'
import { serviceDependency } from '../../lib/checks/network/service-dependency.js'
import type { CheckFunction } from '../../lib/health/check/check-function.js'
import { startApp } from '../support/app.js'
import { CERTIFICATE, CHAIN } from '../support/certificate.js'
import { run } from '../support/check.js'
import { KNOWS_PROXIES, startForwardProxy } from '../support/forward-proxy.js'
import { listen } from '../support/loopback.js'

type Test = Pick<typeof t, 'teardown'>

const SERVER = { key: CHAIN.key, cert: `${CHAIN.leaf}\n${CHAIN.intermediate}` }
/** A server that requests a client certificate, but does not require it. */
const REQUESTING = { ...SERVER, ca: CERTIFICATE.cert, requestCert: true, rejectUnauthorized: false }
const TLS = { ca: CHAIN.root, ...CERTIFICATE }
const SECRETS = { authorization: 'Bearer own-secret', 'x-api-key': 'own-secret', 'management-trace': 'own-secret' }

/** The protocols between the app and a service that the attacker controls. */
const SERVICES: Readonly<Record<string, (listener: RequestListener) => Server>> = {
  http: (listener) => createServer(listener),
  https: (listener) => createHttpsServer(SERVER, listener),
  'https with HTTP/2': (listener) => createSecureServer(SERVER, listener as never) as unknown as Server
}

/** Ways to write a host that is not `localhost`, but leads to the same machine. */
const OTHER_HOSTS = ['127.0.0.1', '127.1', '0x7f000001', '[::ffff:127.0.0.1]', 'localhost.', 'any:thing@127.0.0.1']

/** The checks that follow redirects. */
const CHECKS: Readonly<Record<string, (url: string) => CheckFunction>> = {
  http: (url) => httpCheck(url, { headers: SECRETS, ...(url.startsWith('https') && { tls: TLS }) }),
  serviceDependency: (url) =>
    serviceDependency(url, { headers: SECRETS, ...(url.startsWith('https') && { tls: TLS }) })
}

/** A server that answers every request with `UP`, and keeps its requests. */
interface Witness {
  readonly port: number
  readonly requests: readonly IncomingMessage[]
}

async function startWitness (test: Test, newServer = SERVICES['http']): Promise<Witness> {
  const requests: IncomingMessage[] = []
  const server = newServer?.((request, response) => {
    requests.push(request)
    response.end('{"status":"UP","details":{"internal":"value"}}')
  })
  if (server === undefined) throw new Error('there is no such server')
  return { port: await listen(test, server), requests }
}

/** Starts a service that redirects every request, and returns its URL. */
async function startRedirecting (test: Test, protocol: string, location: string, statusCode = 302): Promise<string> {
  const server = SERVICES[protocol]?.((_request, response) => response.writeHead(statusCode, { location }).end())
  if (server === undefined) throw new Error(`there is no protocol ${protocol}`)
  return `${protocol === 'http' ? 'http' : 'https'}://localhost:${await listen(test, server)}/health`
}

await t.test('a redirect to another host is not followed over any protocol, however the host is written', async (t) => {
  const witness = await startWitness(t)
  const failures: unknown[] = []
  for (const protocol of Object.keys(SERVICES)) {
    for (const host of OTHER_HOSTS) {
      const scheme = protocol === 'http' ? 'http:' : 'https:'
      const url = await startRedirecting(t, protocol, `${scheme}//${host}:${witness.port}/latest/meta-data`)
      for (const [name, check] of Object.entries(CHECKS)) {
        const { status, details } = await run(check(url))
        const isRefused = status === 'DOWN' && /redirected to another host: [\w.:[\]]+$/.test(String(details?.['error']))
        if (!isRefused) failures.push([protocol, host, name, status, details])
      }
    }
  }
  t.same(failures, [])
  t.equal(witness.requests.length, 0)
})

await t.test('each status code that redirects is refused alike, and each other code is an answer', async (t) => {
  const witness = await startWitness(t)
  const failures: unknown[] = []
  for (const statusCode of [200, 201, 300, 301, 302, 303, 304, 305, 306, 307, 308, 310, 399, 401, 503]) {
    const url = await startRedirecting(t, 'http', `http://127.0.0.1:${witness.port}/`, statusCode)
    const { status, details } = await run(serviceDependency(url))
    if (status !== 'DOWN') failures.push([statusCode, details])
    const result = await run(httpCheck(url))
    if ((result.status === 'UP') !== (statusCode <= 201)) failures.push([statusCode, result])
  }
  t.same(failures, [])
  t.equal(witness.requests.length, 0)
})

await t.test('a redirect from https to http is not followed, on the same host', async (t) => {
  const witness = await startWitness(t)
  for (const protocol of ['https', 'https with HTTP/2']) {
    const direct = await startRedirecting(t, protocol, `http://localhost:${witness.port}/`)
    const allowing = httpCheck(direct, { tls: TLS, redirectHosts: ['localhost'] })
    for (const check of [allowing, serviceDependency(direct, { tls: TLS })]) {
      t.match(await run(check), { status: 'DOWN', details: { error: /redirected from https to http/ } }, protocol)
    }
  }
  t.equal(witness.requests.length, 0)
})

await t.test('another port of the same host receives no credentials', async (t) => {
  for (const [protocol, newServer] of Object.entries(SERVICES)) {
    const certificates: boolean[] = []
    const witness = await startWitness(t, protocol === 'https'
      ? (listener) => createHttpsServer(REQUESTING, listener)
          .on('secureConnection', (socket) => certificates.push(socket.authorized))
      : newServer)
    const scheme = protocol === 'http' ? 'http' : 'https'
    const url = await startRedirecting(t, protocol, `${scheme}://any:thing@LOCALHOST:${witness.port}/`)
    for (const [name, check] of Object.entries(CHECKS)) {
      t.match(await run(check(url.replace('//', '//own:secret@'))), { status: 'UP' }, `${protocol} ${name}`)
    }
    t.equal(witness.requests.length, 2)
    t.notMatch(JSON.stringify(witness.requests.map(({ headers }) => headers)), /authorization|secret|trace|cookie/)
    t.notOk(certificates.includes(true))
  }
})

await t.test('a redirect to the own origin keeps our credentials, and takes none from the redirect', async (t) => {
  const seen: unknown[] = []
  const port = await listen(t, createServer(({ url, headers }, response) => {
    if (url === '/end') seen.push(headers.authorization)
    if (url === '/end') response.end('{"status":"UP"}')
    else response.writeHead(302, { location: `http://any:thing@localhost:${port}/end` }).end()
  }))
  t.match(await run(serviceDependency(`http://own:secret@localhost:${port}/`)), { status: 'UP' })
  t.match(await run(serviceDependency(`http://localhost:${port}/`)), { status: 'UP' })
  t.same(seen, [`Basic ${Buffer.from('own:secret').toString('base64')}`, undefined])
})

await t.test('hostile locations end with a short reason and no request', async (t) => {
  const locations = [
    'file:///etc/passwd', 'ftp://localhost/', 'data:application/json,{"status":"UP"}', 'javascript:alert(1)',
    'unix:///var/run/docker.sock', 'gopher://localhost:6379/_FLUSHALL', '//elsewhere.invalid', '\\\\elsewhere.invalid\\x',
    'http:elsewhere.invalid', 'http://localhost@elsewhere.invalid/', 'http://localhost:99999/', 'http://', '//',
    'http://localhost\u00ad.elsewhere.invalid', '\u009b31mhttp://x', `http://${'a'.repeat(10_000)}/`,
    `${'x'.repeat(10_000)}:y`, `//user:${'hidden'.repeat(100)}@elsewhere.invalid`, '//a:hid/den@elsewhere.invalid:1x'
  ]
  const failures: unknown[] = []
  for (const location of locations) {
    const url = await startRedirecting(t, 'http', location)
    for (const [name, check] of Object.entries(CHECKS)) {
      const { status, details } = await run(check(url))
      const reason = String(details?.['error'])
      const isGood = status === 'DOWN' && reason.length < 300 && !/hid|\p{C}/u.test(reason)
      if (!isGood) failures.push([name, location.slice(0, 80), status, reason])
    }
  }
  t.same(failures, [])
})

await t.test('a redirect without an end stops after six requests, whatever its form', async (t) => {
  let requests = 0
  const forms = ['/', '?', '', '#x', '/a/../b', './loop', '//HOST/', `http://HOST/${'x'.repeat(5_000)}`]
  for (const form of forms) {
    requests = 0
    const port = await listen(t, createServer(({ headers }, response) => {
      requests += 1
      response.writeHead(302, { location: form.replace('HOST', headers.host ?? '') }).end('x'.repeat(100_000))
    }))
    t.match(await run(serviceDependency(`http://localhost:${port}/`)), { status: 'DOWN' }, form)
    t.ok(requests <= 6, `${form} ${requests}`)
  }
})

await t.test('the plugin shows a redirecting service as DOWN with the host that it did not request', async (t) => {
  const witness = await startWitness(t)
  const moved = `http://any:thing@127.0.0.1:${witness.port}/`
  const partner = await startRedirecting(t, 'http', moved)
  const { get, lines } = await startApp(t, {
    showDetails: 'always',
    serviceDependencies: { partner, fixed: { url: partner, readiness: partner } },
    cascade: ['readiness']
  })
  const { body, text } = await get('/z/health')
  t.match(body, { status: 'DOWN', components: { partner: { details: { error: /another host: 127\.0\.0\.1$/ } } } })
  t.match(await get('/z/health/readiness'), { status: 503 })
  t.notMatch(text + JSON.stringify(lines), /any:thing|internal/)
  t.equal(witness.requests.length, 0)
})

if (KNOWS_PROXIES) {
  await t.test('redirects through a proxy of the environment obey the same rules', async (t) => {
    const target = await listen(t, createServer(({ url = '' }, response) => {
      const location = { '/other': 'http://other.invalid/end', '/same': 'http://any:thing@users.invalid:81/end' }[url]
      if (location === undefined) response.end('{"status":"UP"}')
      else response.writeHead(302, { location }).end()
    }))
    const proxy = await startForwardProxy(t, target)
    for (const { globalAgent } of [http, https]) {
      const { options } = globalAgent as unknown as { options: { proxyEnv: object | undefined } }
      t.teardown(() => { options.proxyEnv = undefined })
      options.proxyEnv = { http_proxy: proxy.url }
    }
    for (const check of Object.values(CHECKS)) {
      t.match(await run(check('http://users.invalid/other')), { status: 'DOWN', details: { error: /other\.invalid$/ } })
      t.match(await run(check('http://users.invalid/same')), { status: 'UP' })
    }
    const requested = ['http://users.invalid/other', 'http://users.invalid/same', 'http://users.invalid:81/end']
    t.same(proxy.targets, [...requested, ...requested])
  })
}
