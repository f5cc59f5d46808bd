import type { FastifyInstance } from 'fastify'
import { reportRoute } from './route.js'
import type { RouteContext } from './route.js'
import { textResponse, Version } from './schemas.js'

/** `/version`: the app's version, as text. */
export function registerVersion (instance: FastifyInstance, context: RouteContext): void {
  const schema = {
    summary: 'Version',
    description: 'The version of the app.',
    response: { 200: textResponse('The version, or unknown', Version) }
  }
  instance.get('/version', reportRoute(context, schema), async (_request, reply) =>
    await reply.preventCache().type('text/plain; charset=utf-8').send(await context.info.version()))
}
