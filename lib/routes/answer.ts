import { STATUS_CODES } from 'node:http'
import { httpErrors } from '@fastify/sensible'
import type { HttpError } from '@fastify/sensible'
import type { FastifyReply } from 'fastify'
import { JSON_TYPE } from './media-type.js'
import type { MediaType } from './media-type.js'
import { preventCache } from './prevent-cache.js'

/** Sends a body as JSON, under one of the media types that it can have. */
export function sendJson (reply: FastifyReply, statusCode: number, body: object, mediaType: MediaType = JSON_TYPE): FastifyReply {
  return sendText(reply, statusCode, JSON.stringify(body), mediaType)
}

/**
 * Sends a text as it is. It has a serializer of its own, so that none of the host's reshapes it, and Fastify adds no
 * charset to Actuator's types, which are defined without.
 */
export function sendText (reply: FastifyReply, statusCode: number, text: string, type: string): FastifyReply {
  return preventCache(reply).code(statusCode).type(type).serializer(asItIs).send(text)
}

/** What is no text is not ours: the host's own answer, after a hook of its own has broken. */
function asItIs (payload: unknown): string {
  return typeof payload === 'string' ? payload : JSON.stringify(payload)
}

/** Sends a 404 that tells a hidden name and an unknown one apart in nothing. */
export function sendNotFound (reply: FastifyReply): FastifyReply {
  return sendError(reply, httpErrors.notFound())
}

/** Sends a 403 in place of an answer that nobody could say whether this request may have. */
export function sendForbidden (reply: FastifyReply): FastifyReply {
  return sendError(reply, httpErrors.forbidden())
}

function sendError (reply: FastifyReply, { statusCode, message }: HttpError): FastifyReply {
  return sendJson(reply, statusCode, { statusCode, error: STATUS_CODES[statusCode], message })
}
