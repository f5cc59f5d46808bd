import sensible from '@fastify/sensible'
import type { FastifyInstance, FastifyReply } from 'fastify'

const HEADERS = headersOf('preventCache')

/** `reply.preventCache()` of `@fastify/sensible`, for one reply. */
export function preventCache (reply: FastifyReply): FastifyReply {
  return reply.headers(HEADERS)
}

/**
 * What one of the decorators that `@fastify/sensible` has for replies sets. Registered, it would put forty names over those of the app,
 * `reply.notFound` or `request.is`, and hooks of the app would find sensible's in their place on these routes.
 */
function headersOf (decorator: 'preventCache'): Readonly<Record<string, string | number>> {
  const headers: Record<string, string | number> = {}
  const reply = { header: (name: string, value: string | number) => { headers[name.toLowerCase()] = value; return reply } }
  const decorateReply = (name: string, decorate: () => unknown): void => { if (name === decorator) Reflect.apply(decorate, reply, []) }
  const recorder: unknown = { decorate: () => undefined, decorateRequest: () => undefined, decorateReply }
  sensible(recorder as FastifyInstance, {}, () => undefined)
  return headers
}
