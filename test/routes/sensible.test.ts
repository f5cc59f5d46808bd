import sensible, { httpErrors } from '@fastify/sensible'
import Fastify from 'fastify'
import type { FastifyRequest } from 'fastify'
import t from 'tap'
import { clientError } from '../../lib/routes/http-error.js'
import { sendRefusal } from '../../lib/routes/reply.js'
import { NO_CACHE_HEADERS } from '../../lib/routes/sensible.js'

/** Common codes, and 499, which HTTP does not define. */
const CODES = [400, 401, 403, 404, 418, 429, 431, 451, 499]

await t.test('the cache headers equal the headers of preventCache() of @fastify/sensible', async (t) => {
  const app = Fastify()
  await app.register(sensible)
  app.get('/', async (_request, reply) => await reply.preventCache().send(''))
  const { headers } = await app.inject('/')
  const { 'content-length': _length, 'content-type': _type, date: _date, connection: _connection, ...rest } = headers
  t.strictSame(rest, { ...NO_CACHE_HEADERS, expires: String(NO_CACHE_HEADERS['expires']) })
})

await t.test('clientError() creates the errors of httpErrors of @fastify/sensible', (t) => {
  for (const code of CODES) {
    const { name, message, statusCode, status, expose } = httpErrors.createError(code)
    t.match(clientError(code), { name, message, statusCode, status, expose })
  }
  t.end()
})

await t.test('the bodies of errors equal the bodies of httpErrors of @fastify/sensible', async (t) => {
  const app = Fastify()
  app.get('/ours/:code', (request, reply) => sendRefusal(reply, codeOf(request)))
  app.get('/sensible/:code', (request) => { throw httpErrors.createError(codeOf(request)) })
  for (const code of CODES) {
    const { body, statusCode } = await app.inject(`/ours/${code}`)
    const expected = await app.inject(`/sensible/${code}`)
    t.same([statusCode, JSON.parse(body)], [expected.statusCode, expected.json()])
  }
})

function codeOf ({ params }: FastifyRequest): number {
  return Number((params as { code: string }).code)
}
