import type { FastifyInstance } from 'fastify'
import { sendText } from './reply.js'
import { textAnswer } from './operation.js'
import { reportRoute } from './route.js'
import type { RouteContext } from './route.js'

/** `/version`: the app's version, as text. */
export function registerVersion (instance: FastifyInstance, context: RouteContext): void {
  const operation = {
    id: 'Version',
    path: '/version',
    summary: 'Version',
    description: 'The version of the app.',
    responses: { 200: textAnswer('The version, or unknown') }
  }
  instance.route({
    ...reportRoute(context, operation),
    handler: async (_request, reply) => sendText(reply, 200, await context.info.version(), 'text/plain; charset=utf-8')
  })
}
