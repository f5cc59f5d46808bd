import sensible from '@fastify/sensible'
import type { FastifyInstance, FastifyReply } from 'fastify'

const HEADERS = headersOf('preventCache')

/** Sets the headers that `reply.preventCache()` of `@fastify/sensible` sets. */
export function preventCache (reply: FastifyReply): FastifyReply {
  return reply.headers(HEADERS)
}

/**
 * Records the headers that a reply decorator of `@fastify/sensible` sets. The plugin itself is not registered: on
 * these routes its forty decorators would hide the app's own, for example `reply.notFound` or `request.is`, from
 * the app's hooks.
 */
function headersOf (decorator: 'preventCache'): Readonly<Record<string, string | number>> {
  const headers: Record<string, string | number> = {}
  const reply = {
    header (name: string, value: string | number) {
      headers[name.toLowerCase()] = value
      return reply
    }
  }
  const decorateReply = (name: string, decorate: () => unknown): void => {
    if (name === decorator) Reflect.apply(decorate, reply, [])
  }
  const recorder: unknown = { decorate: () => undefined, decorateRequest: () => undefined, decorateReply }
  sensible(recorder as FastifyInstance, {}, () => undefined)
  return headers
}
