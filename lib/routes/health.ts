import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { ALL_CHECKS } from '../health/kind.js'
import type { Kind } from '../health/kind.js'
import type { ReportRequest, Report } from '../health/report.js'
import { chain, isPromise } from '../base/maybe-promise.js'
import { terseBody } from './health-body.js'
import { healthJson } from './health-json.js'
import { HEALTH_JSON, healthTypeFor, JSON_TYPE } from './media-type.js'
import { isPeer, timeLimitOf } from '../dependencies/peer.js'
import { readQuery } from './query.js'
import { sendText } from './reply.js'
import { healthAnswer } from './operation.js'
import type { Answer, Operation, Responses } from './operation.js'
import { pascalCase } from './operation-id.js'
import { probedKinds, reportText } from './report-text.js'
import { healthRoute, probeRoute } from './route.js'
import type { RouteContext } from './route.js'
import { HealthQuerystring } from './schemas.js'
import { answersByStatus } from './status-codes.js'
import { STATUS_ONLY } from './visibility.js'
import type { Visibility } from './visibility.js'

/** `/health`: the checks of all kinds, and the service dependencies. */
export function registerHealth (instance: FastifyInstance, context: RouteContext): void {
  const description = 'Runs all checks and requests the health of service dependencies.'
  const operation = { ...common(context), id: 'Health', path: '/health', summary: 'Health', description }
  instance.route({
    ...healthRoute(context, operation),
    handler: async (request, reply) => await sendReport(context, ALL_CHECKS, request, reply)
  })
}

/**
 * Registers a probe for each kind except `health`, and `ping`, an alias of `liveness`. The `auth` hooks do not run
 * for probes. If `auth` protects `/health`, or `/health` is off, probes show only a status, unless a function
 * `showComponents` decides otherwise.
 */
export function registerProbes (instance: FastifyInstance, reportContext: RouteContext): void {
  const { auth, settings, visibilityPolicy } = reportContext
  const areReportsClosed = (auth.length > 0 && !visibilityPolicy.isOpen) || !settings.endpoints.health
  const openPolicy = visibilityPolicy.forProbes
  const policy = areReportsClosed ? openPolicy.whenReportsAreClosed : openPolicy
  const context = { ...reportContext, visibilityPolicy: policy }
  const kinds = probedKinds(context.engine)
  const probes = [...kinds.map((kind) => ({ path: kind, kind })), { path: 'ping', kind: 'liveness' as const }]
  for (const { path, kind } of probes) {
    const gate = kind === 'readiness' ? ' OUT_OF_SERVICE until all startup checks have passed.' : ''
    const description = `Runs the ${kind} checks and returns their worst status.${gate}`
    const format = context.engine.kinds.formatOf(kind)
    const operation = {
      ...format === undefined ? common(context) : common(context, 'Terminus'),
      id: `Health${pascalCase(path)}`,
      path: `/health/${path}`,
      summary: `Probe: ${path}`,
      description
    }
    const send = format === undefined ? sendProbe : sendReport
    instance.route({
      ...probeRoute(context, kind, operation),
      handler: (request, reply) => send(context, kind, request, reply)
    })
  }
}

/**
 * Fast path for the most frequent request: a probe without a query creates no promise if its results are known. It
 * reduced a liveness probe from 1.87 to 1.33 times the CPU time of `node:http`.
 */
function sendProbe (
  context: RouteContext, kind: Kind, request: FastifyRequest, reply: FastifyReply
): Promise<FastifyReply> | undefined {
  const { url = '' } = request.raw
  return url.includes('?') ? sendReport(context, kind, request, reply) : sendStatus(context, kind, request, reply)
}

/** Sends the status of a kind alone, and ignores a query. */
export function sendStatus (
  context: RouteContext, kind: Kind, request: FastifyRequest, reply: FastifyReply
): Promise<FastifyReply> | undefined {
  const reportRequest = { kind, peer: isPeer(request), timeLimitMs: timeLimitOf(request, reply) }
  const sent = chain(context.engine.report(reportRequest), ({ status }) => {
    const type = healthTypeFor(request.raw.headers.accept)
    const body = type === HEALTH_JSON ? JSON.stringify(healthJson({ status })) : terseBody(status)
    sendText(reply, context.settings.statusCodes[status], body, type)
  })
  return isPromise(sent) ? sent.then(() => reply) : undefined
}

async function sendReport (
  context: RouteContext, kind: Kind, request: FastifyRequest, reply: FastifyReply
): Promise<FastifyReply> {
  const { engine, settings, visibilityPolicy } = context
  const { verbose, exclude } = readQuery(request.raw.url)
  const timeLimitMs = timeLimitOf(request, reply)
  const mediaType = healthTypeFor(request.headers.accept)
  const format = mediaType === JSON_TYPE ? engine.kinds.formatOf(kind) : undefined
  const hasComponents = kind === 'health' || verbose || format !== undefined
  const reportRequest = { kind, peer: isPeer(request), timeLimitMs }
  const pendingVisibility = hasComponents || exclude.size > 0
    ? visibilityPolicy.visibilityFor(request, reply, timeLimitMs)
    : Promise.resolve(STATUS_ONLY)
  const [report, visibility] = await Promise.all([
    makeReport(context, reportRequest, exclude, pendingVisibility),
    pendingVisibility
  ])
  const shown = hasComponents ? visibility : STATUS_ONLY
  const text = await reportText(context, { request: reportRequest, report, shown, mediaType, format, verbose })
  return sendText(reply, settings.statusCodes[report.status], text, mediaType)
}

/**
 * Leaves out the excluded checks, if the request may see components. If a function decides this, both reports are
 * made while the function runs: afterwards there would be no time left for the checks.
 */
async function makeReport (
  { engine, visibilityPolicy }: RouteContext,
  request: ReportRequest,
  exclude: ReadonlySet<string>,
  pendingVisibility: Promise<Visibility>
): Promise<Report> {
  if (exclude.size === 0 || visibilityPolicy.showsComponents === false) return await engine.report(request)
  if (visibilityPolicy.showsComponents === true) return await engine.report({ ...request, exclude })
  const { complete, filtered } = engine.reportPair(request, exclude)
  return (await pendingVisibility).components ? await filtered : await complete
}

/** The documentation that `/health` and the probes share. */
function common (
  context: RouteContext, json: 'Health' | 'Terminus' = 'Health'
): Pick<Operation, 'querystring' | 'responses'> {
  return { querystring: HealthQuerystring, responses: healthResponses(context, json) }
}

/** The answers of `/health` and the probes in a document. `json` is the schema of the answer without a media type. */
export function healthResponses ({ settings }: RouteContext, json: 'Health' | 'Terminus' = 'Health'): Responses {
  const answer = (statuses: string): Answer => healthAnswer(statuses, json, 'ActuatorHealth')
  return answersByStatus(settings.statusCodes, answer)
}
