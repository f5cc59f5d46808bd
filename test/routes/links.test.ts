import t from 'tap'
import { startApp } from '../support/app.js'
import type { TestApp } from '../support/app.js'
import { raw as rawTo } from './fixtures/raw.js'

await t.test('the prefix answers with links to the enabled endpoints', async (t) => {
  const { get, url } = await startApp(t)
  for (const path of ['/z', '/z/']) {
    t.same((await get(path)).body, {
      _links: {
        self: { href: `${url}/z`, templated: false },
        health: { href: `${url}/z/health`, templated: false },
        'health-path': { href: `${url}/z/health/{name}`, templated: true },
        history: { href: `${url}/z/history`, templated: false },
        ui: { href: `${url}/z/ui`, templated: false },
        info: { href: `${url}/z/info`, templated: false },
        version: { href: `${url}/z/version`, templated: false }
      }
    })
  }
})

await t.test('disabled endpoints have no link and answer 404', async (t) => {
  const { get } = await startApp(t, {
    endpoints: { health: false, history: false, ui: false, info: false, version: false }
  })
  t.same(Object.keys(links(await get('/z'))), ['self'])
  for (const path of ['/z/health', '/z/history', '/z/info', '/z/version']) t.match(await get(path), { status: 404 })
  t.match(await (await startApp(t, { endpoints: { links: false } })).get('/z'), { status: 404 })
})

await t.test('the history has no link when no request may see components', async (t) => {
  const { get } = await startApp(t, { showComponents: 'never' })
  t.same(Object.keys(links(await get('/z'))), ['self', 'health', 'health-path', 'ui', 'info', 'version'])
})

await t.test('the app keeps its own / when the prefix is /', async (t) => {
  const { get } = await startApp(t, { prefix: '/' }, { before: (app) => { app.get('/', () => 'home') } })
  t.equal((await get('/')).text, 'home')
  t.match(await get('/health'), { status: 200 })
})

await t.test('links include the prefix of the parent scope', async (t) => {
  const { get, url } = await startApp(t, { prefix: '/unused' }, {
    after: async (app) => {
      await app.register(
        async (child) => { await child.register((await import('../../lib/index.js')).default, { prefix: 'z' }) },
        { prefix: '/api' }
      )
    }
  })
  t.match(links(await get('/api/z')), { self: { href: `${url}/api/z` }, info: { href: `${url}/api/z/info` } })
  t.match(await get('/api/z/info'), { status: 200 })
})

await t.test('links have the host name of a trusted proxy', async (t) => {
  const { get } = await startApp(t, {}, { fastify: { trustProxy: true } })
  t.match(links(await get('/z', { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'shop.example' })), {
    self: { href: 'https://shop.example/z' }
  })
})

await t.test('links keep the value of a parameter in the prefix', async (t) => {
  const { get, url } = await startApp(t, { prefix: '/:tenant/z' })
  t.match(links(await get('/a%20b/z?x#y')), { self: { href: `${url}/a%20b/z` }, info: { href: `${url}/a%20b/z/info` } })
})

await t.test('links are paths when the forwarded protocol is not HTTP', async (t) => {
  const { get } = await startApp(t, {}, { fastify: { trustProxy: true } })
  t.match(links(await get('/z', { 'x-forwarded-proto': 'javascript:alert(1)//' })), { self: { href: '/z' } })
})

await t.test('links are paths when the Host header is invalid', async (t) => {
  const app = await startApp(t)
  for (const host of ['a b', '"><script>', 'evil/..', '', 'a,b']) {
    t.match(
      await raw(app, `GET /z HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`),
      /"self":\{"href":"\/z"/,
      host
    )
  }
  t.match(
    await raw(app, `GET ${app.url}/z HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n`),
    /"self":\{"href":"http:\/\/h\/z"/
  )
  t.match(await raw(app, 'GET /z HTTP/1.0\r\n\r\n'), /"self":\{"href":"\/z"/)
  t.match(
    await raw(app, 'GET /z HTTP/1.1\r\nHost: [::1]:80\r\nConnection: close\r\n\r\n'),
    /"self":\{"href":"http:\/\/\[::1\]:80\/z"/
  )
})

function links ({ body }: { readonly body: unknown }): object {
  return (body as { _links: object })._links
}

async function raw ({ url }: TestApp, request: string): Promise<string> {
  return await rawTo(url, request)
}
