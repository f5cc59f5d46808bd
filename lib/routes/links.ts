import type { FastifyInstance } from 'fastify'
import { linkBase } from './link-base.js'
import { sendJson } from './reply.js'
import { JSON_TYPE, mediaTypeFor } from './media-type.js'
import type { MediaType } from './media-type.js'
import { jsonAnswer } from './operation.js'
import { servedRegistry } from './paths.js'
import { reportRoute } from './route.js'
import type { RouteContext } from './route.js'

/** The prefix itself: links to the enabled endpoints, like Actuator's discovery page. */
export function registerLinks (instance: FastifyInstance, context: RouteContext): void {
  const operation = {
    id: 'Links',
    path: '/',
    summary: 'Links',
    description: 'Links to the enabled endpoints.',
    responses: { 200: jsonAnswer('The links', 'Links') }
  }
  const paths = Object.entries(linkedPaths(context))
  const baseOf = linkBase(instance)
  instance.route({
    ...reportRoute(context, operation),
    handler: async (request, reply) => {
      const base = baseOf(request)
      const mediaType = mediaTypeFor(request.headers.accept)
      const links = paths.map(([name, path]) => [shownName(name, mediaType), linkTo(base + path)] as const)
      return sendJson(reply, 200, { _links: Object.fromEntries(links) }, mediaType)
    }
  })
}

/** Actuator's own endpoint `metrics` has another format. Its name for the text of Prometheus is `prometheus`. */
function shownName (name: string, mediaType: MediaType): string {
  return name === 'metrics' && mediaType !== JSON_TYPE ? 'prometheus' : name
}

/** Leaves out a report that no request may see. */
function linkedPaths ({ settings, visibilityPolicy: { showsComponents } }: RouteContext): Record<string, string> {
  const { endpoints } = settings
  return {
    self: '',
    ...(endpoints.health && { health: '/health', 'health-path': '/health/{name}' }),
    ...(endpoints.history && showsComponents !== false && { history: '/history' }),
    ...(endpoints.ui && { ui: '/ui' }),
    ...(endpoints.info && { info: '/info' }),
    ...(endpoints.version && { version: '/version' }),
    ...(servedRegistry(settings) !== undefined && showsComponents !== false && { metrics: '/metrics' })
  }
}

/** A link with a brace is a URI template (RFC 6570). */
function linkTo (href: string): { readonly href: string, readonly templated: boolean } {
  return { href, templated: href.includes('{') }
}
