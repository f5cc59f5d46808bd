import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import t from 'tap'
import { http1, testHost, ownRoutes, REQUESTS, start } from '../support/host.js'
import type { Host } from '../support/host.js'

interface Operation {
  readonly tags?: readonly string[]
  readonly responses: Readonly<Record<string, { readonly content?: object }>>
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

const UI = [
  '/documentation', '/documentation/', '/documentation/static/swagger-ui.css',
  '/documentation/static/swagger-initializer.js', '/documentation/nothing'
].map((path) => ({ method: 'GET', path }))

const host: Host = {
  setUp: async (app) => {
    await app.register(swagger, { openapi: { info: { title: 'shop', version: '1' } } })
    await app.register(swaggerUi)
    ownRoutes(app)
  },
  ownRequests: UI
}

await testHost('an app with @fastify/swagger-ui', host)

await t.test('the page answers, and its document lists the endpoints and the routes of the app', async (t) => {
  const app = await start(host, 'last', t)
  t.match(await http1(app, { method: 'GET', path: '/documentation/' }), {
    status: 200,
    headers: { 'content-type': /^text\/html/ },
    body: /<title>Swagger UI/
  })
  const { status, body } = await http1(app, { method: 'GET', path: '/documentation/json' })
  t.equal(status, 200)
  const { paths } = JSON.parse(body) as Document
  t.same(Object.keys(paths).sort(), [
    '/', '/echo', '/throw', '/typed', '/z/', '/z/health', '/z/health/canary', '/z/health/liveness',
    '/z/health/ping', '/z/health/readiness', '/z/health/startup', '/z/health/{name}', '/z/history',
    '/z/info', '/z/version'
  ])
  for (const [path, operations] of Object.entries(paths)) {
    t.same(
      Object.values(operations).every(({ tags }) => tags?.includes('management') === true),
      path.startsWith('/z'),
      path
    )
  }
})

await t.test('the document contains the code and media type of every answer', async (t) => {
  const app = await start(host, 'last', t)
  const { paths } = JSON.parse((await http1(app, { method: 'GET', path: '/documentation/json' })).body) as Document
  for (const sent of REQUESTS.filter(({ path }) => path !== '/z/health/a/b')) {
    const path = sent.path.replace(/\?.*$/, '')
    const operation = (paths[path] ?? paths[`${path}/`] ?? paths['/z/health/{name}'])?.['get']
    const { status, headers } = await http1(app, sent)
    const types = Object.keys(operation?.responses[String(status)]?.content ?? {})
    t.ok(
      types.includes(String(headers['content-type']).replace(/;.*$/, '')),
      `${sent.method} ${sent.path}: ${status}, ${types.join(' or ')}`
    )
  }
})
