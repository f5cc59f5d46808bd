import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import Fastify from 'fastify'
import type { FastifyInstance } from 'fastify'
import t from 'tap'
import management from '../../lib/index.js'
import { fetchAnswer, startApp } from '../support/app.js'
import { CERTIFICATE, CHAIN } from '../support/certificate.js'
import { listen } from '../support/loopback.js'
import { freePort } from '../support/servers/free-port.js'

/** The answer about a check that takes longer than its caller waits. */
const LATE = /^no result within \d+ ms, the time limit of the service that requested this report$/

type Test = Pick<typeof t, 'teardown'>

/** Starts two services that depend on each other, each with its own check. */
async function startPair (
  test: Test,
  own: Readonly<Record<'a' | 'b', () => boolean>>
): Promise<Record<'a' | 'b', string>> {
  const ports = { a: await freePort(), b: await freePort() }
  const start = async (name: 'a' | 'b', other: 'a' | 'b'): Promise<string> => {
    const app: FastifyInstance = Fastify({ forceCloseConnections: true })
    test.teardown(async () => await app.close())
    await app.register(management, {
      name,
      checks: { health: { own: own[name] } },
      serviceDependencies: { [other]: `127.0.0.1:${ports[other]}` },
      cascade: ['readiness'],
      showDetails: 'always'
    })
    return await app.listen({ host: '127.0.0.1', port: ports[name] })
  }
  return { a: await start('a', 'b'), b: await start('b', 'a') }
}

await t.test('two services that depend on each other are both UP', async (t) => {
  const { a, b } = await startPair(t, { a: () => true, b: () => true })
  t.match(await fetchAnswer(`${a}/z/health`), {
    status: 200,
    body: {
      status: 'UP',
      components: {
        own: { status: 'UP' },
        b: { status: 'UP', components: { own: { status: 'UP' }, a: { status: 'UNKNOWN' } } }
      }
    }
  })
  t.match(await fetchAnswer(`${b}/z/health`), {
    status: 200,
    body: { components: { a: { status: 'UP', components: { b: { status: 'UP', time: String } } } } }
  })
  for (const url of [a, b]) t.match(await fetchAnswer(`${url}/z/health/readiness`), { status: 200 })
})

await t.test('reports of services that depend on each other do not grow with each request', async (t) => {
  const { a, b } = await startPair(t, { a: () => true, b: () => false })
  const sizes: number[] = []
  for (let round = 0; round < 8; round++) {
    sizes.push((await fetchAnswer(`${a}/z/health`)).text.length, (await fetchAnswer(`${b}/z/health`)).text.length)
  }
  t.ok(Math.max(...sizes.slice(-4)) <= Math.max(...sizes.slice(0, 8)) + 20, sizes.join(' '))
})

await t.test('a failing service shows its healthy peer as UP', async (t) => {
  const { a, b } = await startPair(t, { a: () => true, b: () => false })
  t.match(await fetchAnswer(`${a}/z/health`), {
    status: 503,
    body: {
      status: 'DOWN',
      components: { own: { status: 'UP' }, b: { status: 'DOWN', components: { own: { status: 'DOWN' } } } }
    }
  })
  t.match(await fetchAnswer(`${b}/z/health`), {
    status: 503,
    body: { components: { own: { status: 'DOWN' }, a: { status: 'UP', components: { b: { status: 'DOWN' } } } } }
  })
})

await t.test('probes request service dependencies only for the kinds in cascade', async (t) => {
  const requestedUrls: string[] = []
  const service = await startApp(t, {}, {
    before: (app) => {
      app.addHook('onRequest', async (request) => {
        requestedUrls.push(request.url)
        await Promise.resolve()
      })
    }
  })
  const { get } = await startApp(t, { serviceDependencies: { users: service.url }, cascade: ['readiness'] })
  for (const kind of ['liveness', 'startup', 'readiness']) t.match(await get(`/z/health/${kind}`), { status: 200 })
  t.same(requestedUrls, ['/z/health/readiness'])
  await get('/z/health')
  t.same(requestedUrls, ['/z/health/readiness', '/z/health'])
})

await t.test('cascade accepts health, which always requests the service dependencies', async (t) => {
  const service = await startApp(t)
  const { get } = await startApp(t, { serviceDependencies: { users: service.url }, cascade: ['health'] })
  t.match(await get('/z/health'), { status: 200 })
})

await t.test('a request with any Management-Hop header causes no further requests', async (t) => {
  const { get } = await startApp(t, { serviceDependencies: { users: '127.0.0.1:9' }, cascade: ['readiness'] })
  for (const hop of ['1', '0', 'x', '']) {
    t.match(await get('/z/health', { 'management-hop': hop }), {
      status: 200,
      text: '{"status":"UP","components":{"users":{"status":"UNKNOWN"}}}'
    })
    t.match(await get('/z/health/users', { 'management-hop': hop }), { status: 200, text: '{"status":"UNKNOWN"}' })
    t.match(await get('/z/health/readiness', { 'management-hop': hop }), { status: 200 })
  }
  t.match(await get('/z/health/readiness'), { status: 503 })
})

await t.test('a service that hides its components appears with its status', async (t) => {
  const hidden = await startApp(t, { showComponents: 'never', checks: { health: { secret: () => false } } })
  const { get } = await startApp(t, { serviceDependencies: { users: hidden.url }, showDetails: 'always' })
  const { body, text } = await get('/z/health')
  t.match(body, {
    components: { users: { status: 'DOWN', details: { statusCode: 503, error: /answered 503 with status "DOWN"/ } } }
  })
  t.notMatch(text, /secret/)
})

await t.test('details of a service are hidden when the app hides details', async (t) => {
  const open = await startApp(t, {
    showDetails: 'always',
    checks: { health: { db: () => ({ status: 'UP', details: { host: 'h1' } }) } }
  })
  const { get } = await startApp(t, { serviceDependencies: { users: open.url } })
  t.equal(
    (await get('/z/health')).text,
    '{"status":"UP","components":{"users":{"status":"UP","components":{"db":{"status":"UP"}}}}}'
  )
})

await t.test('a service dependency can send an authorization header', async (t) => {
  const closed = await startApp(t, {
    auth: async (request) => {
      if (request.headers.authorization === 'Bearer k') return
      await Promise.reject(Object.assign(new Error('no'), { statusCode: 401 }))
    }
  })
  const { get } = await startApp(t, {
    serviceDependencies: { open: { url: closed.url, headers: { authorization: 'Bearer k' } }, shut: closed.url }
  })
  t.match((await get('/z/health')).body, { components: { open: { status: 'UP' }, shut: { status: 'DOWN' } } })
})

await t.test('an address without a path is requested under the prefix of this instance', async (t) => {
  const service = await startApp(t, { prefix: '/admin' })
  const { get } = await startApp(t, { prefix: '/admin', serviceDependencies: { users: new URL(service.url).host } })
  t.match(await get('/admin/health'), { status: 200 })
})

await t.test('removeCheck() removes a service dependency', async (t) => {
  const { app, get } = await startApp(t, { serviceDependencies: { users: '127.0.0.1:9' } })
  t.equal(app.management.removeCheck('users'), true)
  t.match(await get('/z/health'), { status: 200, text: '{"status":"UP","components":{}}' })
})

await t.test('a service with a slow check is UP for a caller with a longer timeout', async (t) => {
  const service = await startApp(t, { checks: { readiness: { slow: { check: () => sleep(700), timeout: 30_000 } } } })
  const users = { url: service.url, timeout: 60_000 }
  const { get } = await startApp(t, { serviceDependencies: { users }, cascade: ['readiness'] })
  t.match(await get('/z/health/readiness'), { status: 200 })
  t.match(await get('/z/health'), {
    status: 200,
    body: { components: { users: { components: { slow: { status: 'UP' } } } } }
  })
})

await t.test('a caller receives the reason of a peer whose check takes longer than its timeout', async (t) => {
  const slow = { check: () => new Promise<void>(() => undefined), timeout: 60_000 }
  const service = await startApp(t, { checks: { health: { slow } }, showDetails: 'always' })
  const users = { url: service.url, timeout: 2_000 }
  const { get } = await startApp(t, { serviceDependencies: { users }, showDetails: 'always' })
  t.match((await get('/z/health')).body, {
    components: { users: { status: 'DOWN', components: { slow: { status: 'DOWN', details: { error: LATE } } } } }
  })
})

await t.test('Management-Timeout shortens only the requests of peers', async (t) => {
  const { get } = await startApp(t, { checks: { readiness: { slow: () => sleep(200) } } })
  for (const path of ['/z/health/readiness', '/z/health/readiness?verbose', '/z/health', '/z/health/slow']) {
    t.match(await get(path, { 'management-timeout': '60' }), { status: 200 }, path)
    t.match(await get(path, { 'management-hop': '1', 'management-timeout': '60' }), { status: 503 }, path)
    t.match(await get(path, { 'management-hop': '1', 'management-timeout': '6e1' }), { status: 200 }, path)
    t.match(await get(path, { 'management-hop': '1' }), { status: 200 }, path)
  }
})

await t.test('the time limit of a peer changes no status and no log line', async (t) => {
  const { app, get, lines } = await startApp(t, { checks: { readiness: { slow: () => sleep(200) } } })
  const probe = async (): Promise<number> => (await get('/z/health/readiness')).status
  t.equal(await probe(), 200)
  const logged = lines.length
  const headers = { 'management-hop': '1', 'management-timeout': '60' }
  t.equal((await get('/z/health/readiness', headers)).status, 503)
  t.equal(await probe(), 200)
  t.equal((await app.management.health('readiness')).status, 'UP')
  t.equal(lines.length, logged)
})

await t.test('the answer to a peer is in time although auth and showComponents are slow', async (t) => {
  const slow = async (): Promise<boolean> => await sleep(150, true)
  const { get } = await startApp(t, {
    checks: { health: { hang: { check: () => new Promise(() => undefined), timeout: 30_000 } } },
    auth: async () => { await slow() },
    showComponents: slow,
    showDetails: 'always'
  })
  const headers = { 'management-hop': '1', 'management-timeout': '2000' }
  const limitOf = (error: unknown): number => Number(/within (\d+) ms/.exec(String(error))?.[1])
  const report = (await get('/z/health', headers)).body as { components: { hang: { details: { error: string } } } }
  t.ok(limitOf(report.components.hang.details.error) <= 1_850, 'less the time of the hooks')
  const component = (await get('/z/health/hang', headers)).body as { details: { error: string } }
  t.ok(limitOf(component.details.error) <= 1_700, 'less the time of the hooks and of showComponents')
})

await t.test('a fixed URL is requested for its kind, and accepts any answer from 200 to 299', async (t) => {
  const requestedUrls: (string | undefined)[] = []
  const partner = createServer((request, response) => {
    requestedUrls.push(request.url)
    if (request.url === '/ready') response.writeHead(204).end()
    else response.end('{"status":"UP"}')
  })
  const url = `http://127.0.0.1:${await listen(t, partner)}`
  const { get } = await startApp(t, {
    kinds: ['replication'],
    serviceDependencies: { partner: { url: `${url}/health`, readiness: `${url}/ready` } },
    cascade: ['readiness', 'replication']
  })
  for (const kind of ['readiness', 'replication']) t.match(await get(`/z/health/${kind}`), { status: 200 })
  t.match(await get('/z/health'), { status: 200 })
  t.same(requestedUrls, ['/ready', '/health/replication', '/health'])
})

await t.test('a fixed URL can be set for the health report and for a custom kind', async (t) => {
  const requestedUrls: (string | undefined)[] = []
  const partner = createServer((request, response) => {
    requestedUrls.push(request.url)
    response.end('all well')
  })
  const url = `http://127.0.0.1:${await listen(t, partner)}`
  const options = { url, health: `${url}/status`, replication: new URL(`${url}/replicas`) }
  const { get } = await startApp(t, {
    kinds: ['replication'],
    serviceDependencies: { partner: options },
    cascade: ['replication']
  })
  t.match(await get('/z/health/replication'), { status: 200 })
  t.match(await get('/z/health'), { status: 200 })
  t.same(requestedUrls, ['/replicas', '/status'])
})

await t.test('a fixed URL that is wrong, or that no probe requests, fails registration', async (t) => {
  const notUrl = 'option "serviceDependencies.partner.readiness" must be an http:// or https:// URL'
  const cases: readonly (readonly [Record<string, unknown>, string])[] = [
    [{ readiness: 'partner/ready' }, notUrl], [{ readiness: '' }, notUrl], [{ readiness: true }, notUrl],
    [{ liveness: 'http://partner/live' }, 'option "serviceDependencies.partner.liveness" must be omitted, ' +
      'or the option "cascade" must contain "liveness", got a URL that no probe requests']
  ]
  for (const [urls, message] of cases) {
    const serviceDependencies = { partner: { url: 'partner', ...urls } }
    await t.rejects(startApp(t, { serviceDependencies, cascade: ['readiness'] }), {
      code: 'FST_MANAGEMENT_OPTION_INVALID',
      message: new RegExp(`^${message}`)
    })
  }
})

await t.test('a service dependency trusts a private authority, and sends a client certificate', async (t) => {
  const { key, leaf, intermediate, root } = CHAIN
  const service = await startApp(t, { checks: { readiness: { db: () => true } } }, {
    fastify: {
      https: {
        key, cert: `${leaf}\n${intermediate}`, ca: CERTIFICATE.cert, requestCert: true, rejectUnauthorized: true
      }
    } as object
  })
  const address = `localhost:${new URL(service.url).port}`
  const { get } = await startApp(t, {
    serviceDependencies: {
      users: { url: address, tls: { ca: root, ...CERTIFICATE } },
      stranger: { url: `https://${address}`, tls: { ca: root } }
    }
  })
  t.match((await get('/z/health')).body, {
    status: 'DOWN',
    components: { users: { status: 'UP' }, stranger: { status: 'DOWN' } }
  })
})

await t.test('tls without encryption fails registration', async (t) => {
  const users = { url: 'http://users', tls: { ca: CHAIN.root } }
  await t.rejects(startApp(t, { serviceDependencies: { users } }), {
    code: 'FST_MANAGEMENT_OPTION_INVALID',
    message: /"serviceDependencies\.users\.tls" must be omitted with an http:\/\/ URL/
  })
})
