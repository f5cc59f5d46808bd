import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchema } from 'fastify'
import { componentV2 } from './actuator-v2.js'
import { sendJson, sendNotFound } from './answer.js'
import { ACTUATOR_V2, mediaTypeFor } from './media-type.js'
import { isPeer } from '../dependencies/peer.js'
import { reportRoute } from './route.js'
import type { RouteContext } from './route.js'
import { ComponentParams, componentResponse, errorResponse } from './schemas.js'
import { responsesByStatus } from './status-codes.js'
import { visibleComponent } from './visibility.js'

interface NameRoute {
  readonly Params: { readonly '*': string }
}

/**
 * `/health/NAME`: the component of one check, and 404 for anything else below `/health/`. A wildcard, as the host's
 * `maxParamLength` bounds every other parameter; an OpenAPI document shows it as `/health/{name}`.
 */
export function registerComponent (instance: FastifyInstance, context: RouteContext): void {
  const route = reportRoute(context, {
    summary: 'Health of one check',
    description: 'Runs one check and gives its component.',
    hide: !context.settings.endpoints.health,
    params: ComponentParams,
    response: { ...responsesByStatus(context.settings.statusCodes, componentResponse), 404: errorResponse('No such check, or this request may not see components') }
  })
  const config = { ...route.config, swaggerTransform: namedParameter }
  instance.get<NameRoute>('/health/*', { ...route, config }, async (request, reply) => await answer(context, request, reply))
}

async function answer (context: RouteContext, request: FastifyRequest<NameRoute>, reply: FastifyReply): Promise<FastifyReply> {
  const { engine, settings, viewer } = context
  if (viewer.showsComponents === false || !settings.endpoints.health) return sendNotFound(reply)
  // Nothing is run for who may not see it: the time that it takes would tell a hidden name from an unknown one.
  const { components, details } = await viewer.visibilityFor(request)
  const component = components ? await engine.component(request.params['*'], isPeer(request)) : undefined
  if (component === undefined) return sendNotFound(reply)
  const body = visibleComponent(component, details)
  const mediaType = mediaTypeFor(request.headers.accept)
  const statusCode = component.status === 'UNKNOWN' ? 200 : settings.statusCodes[component.status]
  return sendJson(reply, statusCode, mediaType === ACTUATOR_V2 ? componentV2(body) : body, mediaType)
}

function namedParameter ({ schema, url }: { readonly schema: FastifySchema, readonly url: string }): { schema: FastifySchema, url: string } {
  return { schema, url: url.replace('*', ':name') }
}
