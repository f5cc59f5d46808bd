import Fastify from 'fastify'
import type { FastifyInstance } from 'fastify'
import t from 'tap'
import management from '../../lib/index.js'
import { fetchAnswer, startApp } from '../support/app.js'
import { freePort } from '../support/servers/free-port.js'

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
