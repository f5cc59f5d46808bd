import type { FastifyInstance, FastifyRequest } from 'fastify'
import { sendJson } from './answer.js'
import { mediaTypeFor } from './media-type.js'
import { reportRoute } from './route.js'
import type { RouteContext } from './route.js'
import { jsonResponse, Links } from './schemas.js'

/** What a `Host` header may look like to stand in a link; under any other the links are paths. */
const HOST = /^[\w.-]+(:\d+)?$|^\[[\da-f:.]+\](:\d+)?$/i

/** The prefix itself: links to the endpoints that are on, as Actuator's discovery page has them. */
export function registerLinks (instance: FastifyInstance, context: RouteContext): void {
  const schema = {
    summary: 'Links',
    description: 'Where the endpoints that are on can be found.',
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

/** The prefix as the client wrote it, with what stands for its parameters. */
function pathOf ({ originalUrl }: FastifyRequest): string {
  const [path = ''] = originalUrl.replace(/^https?:\/\/[^/]*/i, '').split(/[?#;]/)
  return path.replace(/^\/+/, '/').replace(/\/+$/, '')
}
