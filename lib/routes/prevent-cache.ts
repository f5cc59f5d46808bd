import type { FastifyReply } from 'fastify'
import { NO_CACHE_HEADERS } from './sensible.js'

/**
 * Sets the headers that `reply.preventCache()` of @fastify/sensible sets. The plugin is not registered: on these
 * routes its forty decorators would hide the app's own, for example `reply.notFound` or `request.is`, from the app's
 * hooks.
 */
export function preventCache (reply: FastifyReply): FastifyReply {
  return reply.headers(NO_CACHE_HEADERS)
}
