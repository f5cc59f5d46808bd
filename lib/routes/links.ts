import type { FastifyInstance, FastifyRequest } from 'fastify'
import { sendJson } from './reply.js'
import { mediaTypeFor } from './media-type.js'
import { reportRoute } from './route.js'
import type { RouteContext } from './route.js'
import { jsonResponse } from './responses.js'
import { Links } from './schemas.js'

/** The `Host` headers that may appear in a link. With any other header, the links are paths. */
const HOST = /^[\w.-]+(:\d+)?$|^\[[\da-f:.]+\](:\d+)?$/i

/** The prefix itself: links to the enabled endpoints, like Actuator's discovery page. */
export function registerLinks (instance: FastifyInstance, context: RouteContext): void {
  const schema = {
    summary: 'Links',
    description: 'Links to the enabled endpoints.',
    response: { 200: jsonResponse('The links', Links) }
  }
  const paths = Object.entries(linkedPaths(context))
  instance.get('/', reportRoute(context, schema), async (request, reply) => {
    const base = origin(request) + pathOf(request)
    const links = paths.map(([name, path]) => [name, { href: base + path, templated: path.includes('{') }] as const)
    return sendJson(reply, 200, { _links: Object.fromEntries(links) }, mediaTypeFor(request.headers.accept))
  })
}

function linkedPaths ({ settings: { endpoints } }: RouteContext): Record<string, string> {
  return {
    self: '',
    ...(endpoints.health && { health: '/health', 'health-path': '/health/{name}' }),
    ...(endpoints.info && { info: '/info' }),
    ...(endpoints.version && { version: '/version' })
  }
}

function origin ({ protocol, host }: FastifyRequest): string {
  return HOST.test(host) && /^https?$/.test(protocol) ? `${protocol}://${host}` : ''
}

/** The prefix as the client wrote it, with the values of its parameters. */
function pathOf ({ originalUrl }: FastifyRequest): string {
  const [path = ''] = originalUrl.replace(/^https?:\/\/[^/]*/i, '').split(/[?#;]/)
  return path.replace(/^\/+/, '/').replace(/\/+$/, '')
}
