import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { HistoryEntry } from '../observe/history/history.js'
import { mediaTypeFor } from './media-type.js'
import { errorAnswer, jsonAnswer } from './operation.js'
import { sendJson, sendNotFound } from './reply.js'
import { reportRoute } from './route.js'
import type { RouteContext } from './route.js'

/** `/history`: the recent status changes of the checks and of the lifecycle, newest first. */
export function registerHistory (instance: FastifyInstance, context: RouteContext): void {
  const operation = {
    id: 'History',
    path: '/history',
    summary: 'History',
    description: 'The recent status changes of the checks and of the lifecycle. It runs no check.',
    responses: {
      200: jsonAnswer('The changes, newest first', 'History'),
      404: errorAnswer('This request may not see components')
    }
  }
  instance.route({
    ...reportRoute(context, operation),
    handler: async (request, reply) => await sendHistory(context, request, reply)
  })
}

async function sendHistory (
  { history, visibilityPolicy }: RouteContext, request: FastifyRequest, reply: FastifyReply
): Promise<FastifyReply> {
  const { components, details } = await visibilityPolicy.visibilityFor(request, reply, undefined)
  if (!components) return sendNotFound(reply)
  const changes = history.entries().map((entry) => visibleEntry(entry, details))
  return sendJson(reply, 200, { changes }, mediaTypeFor(request.headers.accept))
}

/** Returns the parts of a change that a request may see. */
export function visibleEntry (entry: HistoryEntry, details: boolean): HistoryEntry {
  const { time, check, from, to } = entry
  return details ? entry : { time, check, from, to }
}
