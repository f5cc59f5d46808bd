import sensible from '@fastify/sensible'
import type { FastifyInstance, FastifyReply } from 'fastify'

const { preventCache: decorator } = replyDecorators()

/** `reply.preventCache()` of `@fastify/sensible`, for one reply. */
export function preventCache (reply: FastifyReply): FastifyReply {
  return Reflect.apply(decorator, reply, [])
}

/**
 * What `@fastify/sensible` decorates replies with. Registered, it would put forty names over those of the app, `reply.notFound` or
 * `request.is`, and hooks of the app would find sensible's in their place on these routes.
 */
function replyDecorators (): Pick<FastifyReply, 'preventCache'> {
  const decorators = {} as Pick<FastifyReply, 'preventCache'>
  const decorateReply = (name: string, decorator: unknown): void => { Object.assign(decorators, { [name]: decorator }) }
  const recorder: unknown = { decorate: () => undefined, decorateRequest: () => undefined, decorateReply }
  sensible(recorder as FastifyInstance, {}, () => undefined)
  return decorators
}
