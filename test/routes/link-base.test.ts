import Fastify from 'fastify'
import type { FastifyInstance, FastifyServerOptions } from 'fastify'
import OldestFastify from 'fastify-oldest'
import t from 'tap'
import management from '../../lib/index.js'
import { raw } from './fixtures/raw.js'

type Test = Pick<typeof t, 'teardown'>

interface Place {
  /** The prefix of the scope around the plugin. */
  readonly outer?: string
  readonly prefix?: string
  readonly fastify?: FastifyServerOptions
}

async function appAt (test: Test, { outer = '', prefix = '/z', fastify = {} }: Place): Promise<FastifyInstance> {
  const app = Fastify(fastify)
  test.teardown(async () => await app.close())
  await app.register(async (child) => await child.register(management, { prefix }), { prefix: outer })
  await app.ready()
  return app
}

interface Link {
  readonly href: string
  readonly templated: boolean
}

async function linksOf (app: FastifyInstance, url: string, headers = {}): Promise<Readonly<Record<string, Link>>> {
  const { payload } = await app.inject({ url, headers: { host: 'shop', ...headers } })
  return (JSON.parse(payload) as { _links: Record<string, Link> })._links
}

await t.test('links have the registered prefix, however the client wrote it', async (t) => {
  const app = await appAt(t, {
    outer: '/api', fastify: { routerOptions: { ignoreDuplicateSlashes: true, caseSensitive: false } }
  })
  for (const url of ['/api/z', '/API/Z/', '//api///z//', '/api/%7A', '/api/z?x=/y', 'http://other/api/z']) {
    t.match(await linksOf(app, url), { info: { href: 'http://shop/api/z/info', templated: false } }, url)
  }
})

await t.test('links have the values of parameters in the prefix, as the client wrote them', async (t) => {
  const app = await appAt(t, { outer: '/:tenant(^[^/]+$)/:region' })
  for (const [url, path] of [
    ['/a/b/z', '/a/b/z'],
    ['/a%20b/%7Bc%7D/z/', '/a%20b/%7Bc%7D/z'],
    ['/a{x}/b/z', '/a%7Bx%7D/b/z'],
    ['/a;b/c/z?d/e', '/a;b/c/z'],
    ['http://other/a/b/z', '/a/b/z']
  ] as const) t.match(await linksOf(app, url), { info: { href: `http://shop${path}/info`, templated: false } }, url)
})

await t.test('links are templates when the values of parameters are longer than 500 characters', async (t) => {
  const app = await appAt(t, { outer: '/:tenant', fastify: { routerOptions: { maxParamLength: 1_000 } } })
  const longest = 'x'.repeat(500 - '//z'.length)
  t.match(await linksOf(app, `/${longest}/z`), { info: { href: `http://shop/${longest}/z/info`, templated: false } })
  t.match(await linksOf(app, `/x${longest}/z`), {
    self: { href: 'http://shop/{tenant}/z', templated: true },
    info: { href: 'http://shop/{tenant}/z/info', templated: true }
  })
})

await t.test('links end the path at a semicolon when the router does', async (t) => {
  for (const fastify of [
    { routerOptions: { useSemicolonDelimiter: true } }, { useSemicolonDelimiter: true }
  ] as FastifyServerOptions[]) {
    const app = await appAt(t, { outer: '/:tenant', fastify })
    t.match(await linksOf(app, '/a/z;b'), { info: { href: 'http://shop/a/z/info' } })
  }
})

await t.test('links start with the path of the client when the app rewrites URLs', async (t) => {
  const app = await appAt(t, {
    fastify: { rewriteUrl: ({ url = '' }) => url.replace('/public', '').replace(/^\/?$/, '/z') }
  })
  t.match(await linksOf(app, '/public/z/'), { info: { href: 'http://shop/public/z/info' } })
  t.match(await linksOf(app, '/'), { self: { href: 'http://shop' }, info: { href: 'http://shop/info' } })
  t.match(await linksOf(app, '/z'), { info: { href: 'http://shop/z/info' } })
})

await t.test('a link without an origin never starts with two slashes', async (t) => {
  const app = await appAt(t, { outer: '/:tenant', fastify: { routerOptions: { ignoreDuplicateSlashes: true } } })
  t.match(await linksOf(app, '//evil/z', { host: '<' }), { self: { href: '/evil/z' } })
})

await t.test('links percent-encode a prefix with characters outside ASCII', async (t) => {
  const app = await appAt(t, { prefix: '/größe' })
  t.match(await linksOf(app, '/gr%C3%B6%C3%9Fe'), { info: { href: 'http://shop/gr%C3%B6%C3%9Fe/info' } })
})

await t.test('links are paths when the Host header is longer than a host name can be', async (t) => {
  const app = await appAt(t, {})
  t.match(await linksOf(app, '/z', { host: 'h'.repeat(260) }), { self: { href: `http://${'h'.repeat(260)}/z` } })
  t.match(await linksOf(app, '/z', { host: 'h'.repeat(261) }), { self: { href: '/z' } })
})

await t.test('links are paths when Fastify 5.0 receives no Host header', async (t) => {
  const app = OldestFastify() as unknown as FastifyInstance
  t.teardown(async () => await app.close())
  await app.register(management)
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  t.match(await raw(url, 'GET /z HTTP/1.0\r\n\r\n'), /"self":\{"href":"\/z"/)
})
