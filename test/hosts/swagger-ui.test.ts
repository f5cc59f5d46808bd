import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import t from 'tap'
import { http1, livesIn, ownRoutes, QUESTIONS, start } from '../support/host.js'
import type { Host } from '../support/host.js'

interface Operation {
  readonly tags?: readonly string[]
  readonly responses: Readonly<Record<string, { readonly content?: object }>>
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

const UI = ['/documentation', '/documentation/', '/documentation/static/swagger-ui.css', '/documentation/static/swagger-initializer.js', '/documentation/nothing'].map((path) => ({ method: 'GET', path }))

const host: Host = {
  setUp: async (app) => {
    await app.register(swagger, { openapi: { info: { title: 'shop', version: '1' } } })
    await app.register(swaggerUi)
    ownRoutes(app)
  },
  own: UI
}

await livesIn('an app with @fastify/swagger-ui', host)

await t.test('the page is there, and its document has the endpoints beside the app\'s own routes', async (t) => {
  const app = await start(host, 'last', t)
  t.match(await http1(app, { method: 'GET', path: '/documentation/' }), { status: 200, headers: { 'content-type': /^text\/html/ }, body: /<title>Swagger UI/ })
  const { status, body } = await http1(app, { method: 'GET', path: '/documentation/json' })
  t.equal(status, 200)
  const { paths } = JSON.parse(body) as Document
  t.same(Object.keys(paths).sort(), [
    '/', '/echo', '/throw', '/typed', '/z/', '/z/health', '/z/health/canary', '/z/health/liveness', '/z/health/ping', '/z/health/readiness', '/z/health/startup', '/z/health/{name}', '/z/info', '/z/version'
  ])
  for (const [path, operations] of Object.entries(paths)) {
    t.same(Object.values(operations).every(({ tags }) => tags?.includes('management') === true), path.startsWith('/z'), path)
  }
})

await t.test('every answer has a code and a type that the document names', async (t) => {
  const app = await start(host, 'last', t)
  const { paths } = JSON.parse((await http1(app, { method: 'GET', path: '/documentation/json' })).body) as Document
  for (const question of QUESTIONS.filter(({ path }) => path !== '/z/health/a/b')) {
    const path = question.path.replace(/\?.*$/, '')
    const operation = (paths[path] ?? paths[`${path}/`] ?? paths['/z/health/{name}'])?.['get']
    const { status, headers } = await http1(app, question)
    const types = Object.keys(operation?.responses[String(status)]?.content ?? {})
    t.ok(types.includes(String(headers['content-type']).replace(/;.*$/, '')), `${question.method} ${question.path}: ${status}, ${types.join(' or ')}`)
  }
})
