import type { FastifyInstance } from 'fastify'
import { sendJson } from './reply.js'
import { mediaTypeFor } from './media-type.js'
import { reportRoute } from './route.js'
import type { RouteContext } from './route.js'
import { jsonResponse } from './responses.js'
import { Info } from './schemas.js'

/** `/info`: the app, its machine, and the sections that the app adds. */
export function registerInfo (instance: FastifyInstance, context: RouteContext): void {
  const schema = {
    summary: 'Info',
    description: 'The app, its machine, and the sections that the app adds.',
    response: { 200: jsonResponse('Information about the app', Info) }
  }
  instance.get('/info', reportRoute(context, schema), async (request, reply) =>
    sendJson(reply, 200, await context.info.report(), mediaTypeFor(request.headers.accept)))
}
