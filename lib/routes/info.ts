import type { FastifyInstance } from 'fastify'
import { sendJson } from './reply.js'
import { mediaTypeFor } from './media-type.js'
import { jsonAnswer } from './operation.js'
import { reportRoute } from './route.js'
import type { RouteContext } from './route.js'

/** `/info`: the app, its machine, and the sections that the app adds. */
export function registerInfo (instance: FastifyInstance, context: RouteContext): void {
  const operation = {
    id: 'Info',
    path: '/info',
    summary: 'Info',
    description: 'The app, its machine, and the sections that the app adds.',
    responses: { 200: jsonAnswer('Information about the app', 'Info') }
  }
  instance.route({
    ...reportRoute(context, operation),
    handler: async (request, reply) =>
      sendJson(reply, 200, await context.info.report(), mediaTypeFor(request.headers.accept))
  })
}
