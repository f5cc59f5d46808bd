import type { FastifyInstance } from 'fastify'
import { sendJson } from './answer.js'
import { mediaTypeFor } from './media-type.js'
import { reportRoute } from './route.js'
import type { RouteContext } from './route.js'
import { Info, jsonResponse } from './schemas.js'

/** `/info`: the app, the machine it runs on, and what the app adds. */
export function registerInfo (instance: FastifyInstance, context: RouteContext): void {
  const schema = {
    summary: 'Info',
    description: 'What the app is and where it runs.',
    response: { 200: jsonResponse('What is known', Info) }
  }
  instance.get('/info', reportRoute(context, schema), async (request, reply) =>
    sendJson(reply, 200, await context.info.report(), mediaTypeFor(request.headers.accept)))
}
