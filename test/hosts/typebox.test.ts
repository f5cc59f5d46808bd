import { Type, TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import t from 'tap'
import { http1, testHost, ownRoutes, start } from '../support/host.js'
import type { Host } from '../support/host.js'

const Book = Type.Object({ title: Type.String({ minLength: 2 }), year: Type.Optional(Type.Integer()) })

const right = {
  method: 'POST',
  path: '/books',
  headers: { 'content-type': 'application/json' },
  body: '{"title":"Emma ","year":1815}'
}
const wrong = { ...right, body: '{"title":1}' }

const host: Host = {
  setUp: (app) => {
    app.setValidatorCompiler(TypeBoxValidatorCompiler)
    const typed = app.withTypeProvider<TypeBoxTypeProvider>()
    typed.post(
      '/books',
      { schema: { body: Book, response: { 201: Book } } },
      async (request, reply) => await reply.code(201).send({ ...request.body, title: request.body.title.trim() })
    )
    typed.get(
      '/books/:id',
      {
        schema: {
          params: Type.Object({ id: Type.Integer() }),
          querystring: Type.Object({ full: Type.Boolean({ default: false }) })
        }
      },
      ({ params, query }) => ({ id: params.id + 1, full: query.full })
    )
    ownRoutes(app)
  },
  ownRequests: [
    right,
    wrong,
    { method: 'GET', path: '/books/7?full=true' },
    { method: 'GET', path: '/books/x' }
  ]
}

await testHost('an app with @fastify/type-provider-typebox', host)

await t.test('the routes of the app validate and convert with TypeBox', async (t) => {
  for (const order of ['first', 'last'] as const) {
    const app = await start(host, order, t)
    t.match(await http1(app, right), { status: 201, body: '{"title":"Emma","year":1815}' }, `registered ${order}`)
    t.match(await http1(app, wrong), { status: 400, body: /"code":"FST_ERR_VALIDATION"/ }, `registered ${order}`)
    t.match(
      await http1(app, { method: 'GET', path: '/books/7?full=true' }),
      { status: 200, body: '{"id":8,"full":true}' },
      `registered ${order}`
    )
    t.match(await http1(app, { method: 'GET', path: '/books/x' }), { status: 400 }, `registered ${order}`)
  }
})
