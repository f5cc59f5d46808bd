import { createServer } from 'node:http'
import httpProxy from '@fastify/http-proxy'
import type { FastifyInstance, FastifyPluginCallback } from 'fastify'
import t from 'tap'
import { startApp } from '../../support/app.js'
import type { TestApp } from '../../support/app.js'
import { listen } from '../../support/loopback.js'
import type { ManagementOptions } from '../../../lib/index.js'

type SetUp = (app: FastifyInstance) => Promise<void>

/** http-proxy's own options are checked by its types, and hostile options are not. */
const proxy = httpProxy as unknown as FastifyPluginCallback<Readonly<Record<string, unknown>>>

async function start (
  test: Pick<typeof t, 'teardown'>, after: SetUp, options: ManagementOptions = { autoChecks: true }, before?: SetUp
): Promise<TestApp> {
  return await startApp(test, { showDetails: 'always', ...options }, { after, ...(before && { before }) })
}

function objectsIn ({ lines }: TestApp): unknown {
  return lines.find(({ message }) => String(message).startsWith('autoChecks adds no checks'))?.['objects']
}

await t.test('autoChecks requests each origin of @fastify/http-proxy once, in the background', async (t) => {
  const urls: unknown[] = []
  const port = await listen(t, createServer(({ url, method }, response) => {
    urls.push(`${String(method)} ${String(url)}`)
    response.end()
  }))
  const upstream = `http://127.0.0.1:${port}`
  const { app, lines } = await start(t, async (app) => {
    await app.register(proxy, { upstream: `${upstream}/base`, prefix: '/users' })
    await app.register(proxy, { upstream, prefix: '/v1/books' })
  }, { autoChecks: 'readiness' })
  const reports = Array.from({ length: 5 }, async () => await app.management.health())
  const [report] = await Promise.all(reports)
  t.match(report?.components, { 'upstream.users': { status: 'UP', details: { url: `${upstream}/`, statusCode: 200 } } })
  t.same(Object.keys(report?.components ?? {}), ['upstream.users'])
  t.same((await app.management.health('readiness')).components, {}, 'under the kind health only')
  t.same(urls, ['HEAD /'])
  const [line] = lines.filter(({ message }) => String(message).startsWith('added checks'))
  t.match(line?.['found'], [{
    check: 'upstream.users',
    type: 'upstream',
    at: ['@fastify/http-proxy at /users', '@fastify/http-proxy at /v1/books'],
    kinds: ['health']
  }])
})

await t.test('proxies with several origins get a check each', async (t) => {
  const { app } = await start(t, async (app) => {
    for (const path of ['', '/a b/:id']) {
      await app.register(proxy, { upstream: `http://127.0.0.1:${path.length + 1}`, prefix: path })
    }
  }, { autoChecks: true, checkDefaults: { interval: 60_000 } })
  t.same(Object.keys((await app.management.health()).components), ['upstream', 'upstream.a_b._id'])
})

await t.test('an upstream that autoChecks cannot tell is logged, without its address', async (t) => {
  const connection = 'changes the connection: add a check with upstream()'
  const upstream = 'https://user:secret@127.0.0.1:1'
  const cases: readonly (readonly [string, object, string])[] = [
    ['/any', { upstream: '', replyOptions: { getUpstream: String } }, 'it chooses the upstream for each request'],
    ['/unix', { upstream: 'unix+http://%2Ftmp%2Fa.sock' }, 'its upstream is no http:// or https:// URL'],
    ['/tls', { upstream, http: { agentOptions: { ca: 'PEM' } } }, `its option ca ${connection}`],
    ['/via', { upstream, undici: { connect: { timeout: 1 } } }, `its option connect ${connection}`],
    ['/http2', { upstream: 'http://127.0.0.1:1', http2: true }, 'it sends HTTP/2 without TLS: add a check of your own']
  ]
  const app = await start(t, async (app) => {
    for (const [prefix, options] of cases) await app.register(proxy, { prefix, ...options })
  })
  t.same((await app.app.management.health()).components, {})
  t.same(objectsIn(app), cases.map(([prefix, , reason]) => ({ path: `@fastify/http-proxy at ${prefix}`, reason })))
  t.notMatch(JSON.stringify(app.lines), /secret/)
})

await t.test('a proxy that was registered earlier and @fastify/reply-from are logged', async (t) => {
  const { default: replyFrom } = await import('@fastify/reply-from')
  const app = await start(t, async (app) => {
    await app.register(async (scope) => {
      await scope.register(replyFrom, { base: 'http://127.0.0.1:1' })
      await scope.register((_inner, _options, done) => done())
    })
  }, { autoChecks: true }, async (app) => {
    await app.register(proxy, { upstream: 'http://127.0.0.1:1', prefix: '/early' })
  })
  t.same(objectsIn(app), [
    {
      path: '@fastify/http-proxy at /early',
      reason: 'it was registered before this plugin, so its upstream is unknown'
    },
    { path: '@fastify/reply-from', reason: 'its option base cannot be read: add a check with upstream()' }
  ])
})

await t.test('exclude and include leave out upstreams', async (t) => {
  for (const autoChecks of [{ exclude: ['upstream'] }, { include: ['postgres'] }, { exclude: ['upstream.shop'] }]) {
    const { app } = await start(t, async (app) => {
      await app.register(proxy, { upstream: 'http://127.0.0.1:1', prefix: '/shop' })
    }, { autoChecks })
    t.same((await app.management.health()).components, {})
  }
})
