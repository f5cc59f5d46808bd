import type { Health } from '../health/component.js'
import type { HealthEngine } from '../health/engine.js'
import { ALL_CHECKS } from '../health/kind.js'
import type { Kind, KindFormat } from '../health/kind.js'
import { LIFECYCLE } from '../health/lifecycle.js'
import type { Report, ReportRequest } from '../health/report.js'
import { actuatorHealth } from './actuator.js'
import { visibleHealth, visibleText } from './health-body.js'
import { healthJson } from './health-json.js'
import { identityFor } from './identity.js'
import { HEALTH_JSON, JSON_TYPE } from './media-type.js'
import type { ActuatorType, MediaType } from './media-type.js'
import type { RouteContext } from './route.js'
import { terminusHealth } from './terminus.js'
import type { Visibility } from './visibility.js'

/** A report, what one request may see of it, and the form of the answer. */
export interface RequestedReport {
  readonly request: ReportRequest
  readonly report: Report
  readonly shown: Visibility
  readonly mediaType: MediaType
  /** The format of the kind, if the request names no media type. */
  readonly format: KindFormat | undefined
  readonly verbose: boolean
}

/** Returns the text of a report in the form that the client requested. */
export async function reportText (
  context: RouteContext, { request, report, shown, mediaType, format, verbose }: RequestedReport
): Promise<string> {
  const { engine } = context
  if (format !== undefined) return JSON.stringify(terminusBody(engine, request.kind, visibleHealth(report, shown)))
  if (mediaType === JSON_TYPE) {
    return withEventLoop(visibleText(report, shown), verbose && shown.components ? context.eventLoop : undefined)
  }
  const health = visibleHealth(report, shown)
  if (mediaType !== HEALTH_JSON) return JSON.stringify(actuatorBody(engine, request, health, mediaType))
  const { status, ...others } = healthJson(health)
  const identity = request.kind === ALL_CHECKS ? await identityFor(context, shown) : {}
  return JSON.stringify({ status, ...identity, ...others })
}

/** Adds the longest recent block of the event loop to the text of a verbose answer. */
function withEventLoop (text: string, eventLoop: RouteContext['eventLoop']): string {
  return eventLoop === undefined ? text : `${text.slice(0, -1)},"eventLoop":{"blockedMs":${eventLoop.blockedMs}}}`
}

/** The kinds that have a probe. */
export function probedKinds ({ kinds }: HealthEngine): Kind[] {
  return [...kinds].filter((kind) => kind !== ALL_CHECKS)
}

/** Spring Boot adds the names of the health groups to `/health` only, even if components are hidden. */
function actuatorBody (
  engine: HealthEngine, { kind, peer = false }: ReportRequest, health: Partial<Health>, mediaType: ActuatorType
): object {
  const body = actuatorHealth(health, { mediaType, mergesParts: !peer })
  return kind === ALL_CHECKS ? { ...body, groups: probedKinds(engine).sort() } : body
}

/** Leaves out the lifecycle if the status names it already, or if it does not change the status. */
function terminusBody (
  { lifecycle }: HealthEngine, kind: Kind, { components, ...health }: Pick<Health, 'status'> & Partial<Health>
): object {
  const isEnding = lifecycle.isEnding
  if (components === undefined) return terminusHealth(health, isEnding)
  const { [LIFECYCLE]: own, ...checks } = components
  const isShown = own !== undefined && !isEnding && lifecycle.statusFor(kind) !== 'UP'
  return terminusHealth({ ...health, components: isShown ? { ...checks, [LIFECYCLE]: own } : checks }, isEnding)
}
