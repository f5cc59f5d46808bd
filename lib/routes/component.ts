import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { systemClock } from '../base/clock.js'
import type { Component } from '../health/component.js'
import { actuatorComponent } from './actuator.js'
import { visibleComponent } from './health-body.js'
import { componentHealthJson } from './health-json.js'
import { HEALTH_JSON, healthTypeFor, JSON_TYPE } from './media-type.js'
import type { MediaType } from './media-type.js'
import { isPeer, timeLimitOf } from '../dependencies/peer.js'
import { sendJson, sendNotFound } from './reply.js'
import { errorAnswer, healthAnswer, withAnswers } from './operation.js'
import { healthRoute } from './route.js'
import type { RouteContext } from './route.js'
import { ComponentParams } from './schemas.js'
import { answersByStatus } from './status-codes.js'
import { unknownProbeWarning } from './unknown-probe.js'

interface NameRoute {
  readonly Params: { readonly '*': string }
}

const UNCHECKED = healthAnswer('UNKNOWN', 'Component')
const NOT_FOUND = errorAnswer('No such check, or this request may not see components')

/**
 * `/health/NAME`: the component of one check, and 404 for any other path below `/health/`. The route is a wildcard,
 * because the app's `maxParamLength` limits named parameters. An OpenAPI document shows the route as
 * `/health/{name}`.
 */
export function registerComponent (instance: FastifyInstance, context: RouteContext): void {
  const { endpoints, statusCodes } = context.settings
  const answers = answersByStatus(statusCodes, (statuses) => healthAnswer(statuses, 'Component'))
  const operation = {
    id: 'Component',
    path: '/health/*',
    summary: 'Health of one check',
    description: 'Runs one check and returns its component.',
    hide: !endpoints.health,
    params: ComponentParams,
    responses: withAnswers({ 200: UNCHECKED, ...answers }, { 404: NOT_FOUND })
  }
  const warn = unknownProbeWarning(context.log)
  instance.route<NameRoute>({
    ...healthRoute(context, operation),
    handler: async (request, reply) => {
      if (await sendComponent(context, request, reply)) return reply
      warn(request)
      return sendNotFound(reply)
    }
  })
}

/** Resolves to false, and sends nothing, if there is no such check or the request may not see it. */
async function sendComponent (
  context: RouteContext, request: FastifyRequest<NameRoute>, reply: FastifyReply
): Promise<boolean> {
  const { engine, settings, visibilityPolicy } = context
  if (visibilityPolicy.showsComponents === false || !settings.endpoints.health) return false
  // A hidden check must not run: its duration would show that the name exists.
  const timeLimitMs = timeLimitOf(request, reply)
  const startedAt = systemClock.now()
  const { components, details } = await visibilityPolicy.visibilityFor(request, reply, timeLimitMs)
  const peer = isPeer(request)
  const caller = { peer, timeLimitMs: timeLimitMs && remainingMs(timeLimitMs, startedAt) }
  const name = request.params['*']
  const component = components ? await engine.component(name, caller) : undefined
  if (component === undefined) return false
  const visible = visibleComponent(component, details)
  const mediaType = healthTypeFor(request.headers.accept)
  const statusCode = component.status === 'UNKNOWN' ? 200 : settings.statusCodes[component.status]
  sendJson(reply, statusCode, componentBody(name, visible, mediaType, peer), mediaType)
  return true
}

function componentBody (name: string, component: Component, mediaType: MediaType, peer: boolean): object {
  if (mediaType === JSON_TYPE) return component
  if (mediaType === HEALTH_JSON) return componentHealthJson(name, component)
  return actuatorComponent(component, { mediaType, mergesParts: !peer })
}

/** The functions that decide on the visibility have used a part of the time. */
function remainingMs (limitMs: number, startedAt: number): number {
  return Math.max(0, Math.floor(limitMs - (systemClock.now() - startedAt)))
}
