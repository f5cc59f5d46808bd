import type { FastifyInstance } from 'fastify'
import { sendText } from './reply.js'
import { reportRoute } from './route.js'
import type { RouteContext } from './route.js'
import { textResponse } from './responses.js'
import { Version } from './schemas.js'

/** `/version`: the app's version, as text. */
export function registerVersion (instance: FastifyInstance, context: RouteContext): void {
  const schema = {
    summary: 'Version',
    description: 'The version of the app.',
    response: { 200: textResponse('The version, or unknown', Version) }
  }
  instance.get('/version', reportRoute(context, schema), async (_request, reply) =>
    sendText(reply, 200, await context.info.version(), 'text/plain; charset=utf-8'))
}
