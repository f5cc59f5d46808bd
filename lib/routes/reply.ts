import { STATUS_CODES } from 'node:http'
import type { FastifyReply } from 'fastify'
import { clientError } from './http-error.js'
import { JSON_TYPE } from './media-type.js'
import type { MediaType } from './media-type.js'
import { preventCache } from './prevent-cache.js'
import { markSent } from './refused-probe.js'

/** Sends a body as JSON, with one of its media types. */
export function sendJson (
  reply: FastifyReply, statusCode: number, body: object, mediaType: MediaType = JSON_TYPE
): FastifyReply {
  return sendText(reply, statusCode, JSON.stringify(body), mediaType)
}

/**
 * Sends a text unchanged. The route's own serializer replaces the app's serializers. It also keeps Fastify from
 * adding a charset to Actuator's types, which are defined without a charset.
 */
export function sendText (reply: FastifyReply, statusCode: number, text: string, type: string): FastifyReply {
  markSent(reply, statusCode)
  return preventCache(reply).code(statusCode).type(type).serializer(keepText).send(text)
}

/** A payload that is not a string comes from an error handler, after a hook of the app threw. */
function keepText (payload: unknown): string {
  return typeof payload === 'string' ? payload : JSON.stringify(payload)
}

/** Sends a 404, which is the same for a hidden name and an unknown name. */
export function sendNotFound (reply: FastifyReply): FastifyReply {
  return sendError(reply, 404)
}

/** Sends a bare error, for a request whose `auth` hook failed, or whose answer could not be made. */
export function sendRefusal (reply: FastifyReply, statusCode: number): FastifyReply {
  return sendError(reply, statusCode)
}

function sendError (reply: FastifyReply, statusCode: number): FastifyReply {
  const message = statusCode < 500 ? clientError(statusCode).message : 'see the log of the app'
  return sendJson(reply, statusCode, { statusCode, error: STATUS_CODES[statusCode], message })
}
