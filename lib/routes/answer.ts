import { STATUS_CODES } from 'node:http'
import { httpErrors } from '@fastify/sensible'
import type { HttpError } from '@fastify/sensible'
import type { FastifyReply } from 'fastify'
import { JSON_TYPE } from './media-type.js'
import type { MediaType } from './media-type.js'

/**
 * Sends JSON that is already text, so that no serializer, no schema and no `preSerialization` hook of the host's reshapes
 * it. Fastify adds a charset to a text whose type is JSON; Actuator's types go out as bytes, as they are defined without.
 */
export function sendJson (reply: FastifyReply, statusCode: number, body: object, mediaType: MediaType = JSON_TYPE): FastifyReply {
  const text = JSON.stringify(body)
  return reply.preventCache().code(statusCode).type(mediaType).send(mediaType === JSON_TYPE ? text : Buffer.from(text))
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
