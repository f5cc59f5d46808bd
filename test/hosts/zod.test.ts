import swagger from '@fastify/swagger'
import type { SwaggerTransform } from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import { jsonSchemaTransform, serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import t from 'tap'
import type { Test } from 'tap'
import { z } from 'zod'
import { http1, testHost, start } from '../support/host.js'
import type { Host } from '../support/host.js'
import { faultsOf } from '../support/openapi.js'

const Book = z.object({ title: z.string().min(2), year: z.coerce.number().int().optional() })

/** Sets up an app whose compilers accept only zod schemas. */
function setUp (app: FastifyInstance): void {
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  const typed = app.withTypeProvider<ZodTypeProvider>()
  typed.get('/', { schema: { response: { 200: z.object({ a: z.number() }) } } }, () => ({ a: 1, b: 2 }))
  typed.get('/throw', () => { throw Object.assign(new Error('teapot'), { statusCode: 418 }) })
  typed.get('/typed', { schema: { querystring: z.object({ n: z.coerce.number() }) } }, ({ query }) => ({
    half: query.n / 2
  }))
  typed.post('/echo', ({ body }) => body)
  typed.post(
    '/books',
    { schema: { body: Book, response: { 201: Book } } },
    async ({ body }, reply) => await reply.code(201).send(body)
  )
}

function book (body: string): { method: string, path: string, headers: Record<string, string>, body: string } {
  return { method: 'POST', path: '/books', headers: { 'content-type': 'application/json' }, body }
}

const right = book('{"title":"Emma","year":"1815","pages":300}')
const wrong = book('{"title":"E"}')

await testHost('an app with fastify-type-provider-zod', { setUp, ownRequests: [right, wrong] })

await t.test('the routes of the app validate and serialize with zod', async (t) => {
  for (const order of ['first', 'last'] as const) {
    const app = await start({ setUp }, order, t)
    t.match(await http1(app, right), { status: 201, body: '{"title":"Emma","year":1815}' }, `registered ${order}`)
    t.match(await http1(app, wrong), { status: 400, body: /"code":"FST_ERR_VALIDATION"/ }, `registered ${order}`)
    t.match(
      await http1(app, { method: 'GET', path: '/typed?n=5' }),
      { status: 200, body: '{"half":2.5}' },
      `registered ${order}`
    )
    t.match(await http1(app, { method: 'GET', path: '/' }), { status: 200, body: '{"a":1}' }, `registered ${order}`)
  }
})

/** An app that serves its OpenAPI document, created with the given transform. */
function documented (openapi: string, transform: SwaggerTransform): Host {
  return {
    setUp: async (app) => {
      await app.register(swagger, { openapi: { openapi, info: { title: 'shop', version: '1' } }, transform })
      setUp(app)
      app.get('/openapi.json', () => app.swagger())
    }
  }
}

for (const openapi of ['3.0.3', '3.1.0']) {
  const describes = async (transform: SwaggerTransform, test: Test): Promise<void> => {
    const app = await start(documented(openapi, transform), 'last', test)
    const { status, body } = await http1(app, { method: 'GET', path: '/openapi.json' })
    test.equal(status, 200, body)
    const document = JSON.parse(body) as { readonly paths: Record<string, unknown> }
    test.same(await faultsOf(document), [])
    test.match(document.paths, {
      '/books': { post: { requestBody: {} } },
      '/z/health/{name}': { get: {} },
      '/z/health/liveness': { get: {} },
      '/z/info': { get: {} }
    })
  }

  await t.test(
    `an OpenAPI ${openapi} document of the zod transform contains the endpoints`,
    async (t) => await describes(jsonSchemaTransform, t)
  )

  await t.test(`an OpenAPI ${openapi} document contains the endpoints when the transform skips them`, async (t) => {
    await describes((route) => route.route.config?.management === undefined ? jsonSchemaTransform(route) : route, t)
  })
}
