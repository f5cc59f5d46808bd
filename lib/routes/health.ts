import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Kind } from '../health/kind.js'
import type { ReportRequest, Report } from '../health/report.js'
import { chain } from '../base/maybe-promise.js'
import { healthV2 } from './actuator-v2.js'
import { sendText } from './answer.js'
import { ACTUATOR_V2, mediaTypeFor } from './media-type.js'
import { isPeer } from '../dependencies/peer.js'
import { readQuery } from './query.js'
import { probeRoute, reportRoute } from './route.js'
import type { RouteContext, RouteSchema } from './route.js'
import { healthResponse, HealthQuerystring } from './schemas.js'
import { responsesByStatus } from './status-codes.js'
import { NOTHING, TERSE, visibleHealth, visibleText } from './visibility.js'
import type { Visibility } from './visibility.js'

/** `/health`: the checks of every kind, and the service dependencies. */
export function registerHealth (instance: FastifyInstance, context: RouteContext): void {
  const schema = healthSchema(context, 'Health', 'Runs every check, and asks the service dependencies.')
  instance.get('/health', reportRoute(context, schema), async (request, reply) => await answer(context, 'health', request, reply))
}

/**
 * The probe of each kind but `health`, terse, and `ping`, another name of `liveness`. They stay open where `auth` stands before
 * `/health`, or where that is off, and then show no more than a status.
 */
export function registerProbes (instance: FastifyInstance, sources: RouteContext): void {
  const { auth, settings, viewer } = sources
  const context = { ...sources, viewer: auth.length > 0 || !settings.endpoints.health ? viewer.whereOthersAreClosed : viewer }
  const kinds = [...context.engine.kinds].filter((kind) => kind !== 'health')
  const probes = [...kinds.map((kind) => ({ path: kind, kind })), { path: 'ping', kind: 'liveness' }]
  for (const { path, kind } of probes) {
    const schema = healthSchema(context, `Probe: ${path}`, `Runs the ${kind} checks and says the worst of what they say.`)
    instance.get(`/health/${path}`, probeRoute(context, schema), (request, reply) => answerProbe(context, kind, request, reply))
  }
}

/** Most probes ask for a status and nothing else: where the results are there, that costs no promise. */
function answerProbe (context: RouteContext, kind: Kind, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> | undefined {
  const { url = '', headers } = request.raw
  if (url.includes('?')) return answer(context, kind, request, reply)
  const answered = chain(context.engine.report({ kind, peer: isPeer(request) }), ({ status }) => {
    sendText(reply, context.settings.statusCodes[status], TERSE[status], mediaTypeFor(headers.accept))
  })
  return answered instanceof Promise ? answered.then(() => reply) : undefined
}

async function answer (context: RouteContext, kind: Kind, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { verbose, exclude } = readQuery(request.raw.url)
  const seen = kind === 'health' || verbose || exclude.size > 0 ? context.viewer.visibilityFor(request) : Promise.resolve(NOTHING)
  const [health, visibility] = await Promise.all([report(context, { kind, peer: isPeer(request) }, exclude, seen), seen])
  const visible = kind === 'health' || verbose ? visibility : NOTHING
  const mediaType = mediaTypeFor(request.headers.accept)
  const text = mediaType === ACTUATOR_V2 ? JSON.stringify(healthV2(visibleHealth(health, visible))) : visibleText(health, visible)
  return sendText(reply, context.settings.statusCodes[health.status], text, mediaType)
}

/**
 * Leaves out what is to be left out, where the request may see components. While a function decides on that, the report is
 * made both ways: there is no time to do one after the other.
 */
async function report ({ engine, viewer }: RouteContext, question: ReportRequest, exclude: ReadonlySet<string>, seen: Promise<Visibility>): Promise<Report> {
  if (exclude.size === 0 || viewer.showsComponents === false) return await engine.report(question)
  if (viewer.showsComponents === true) return await engine.report({ ...question, exclude })
  const { whole, without } = engine.reportBothWays(question, exclude)
  return (await seen).components ? await without : await whole
}

function healthSchema ({ settings }: RouteContext, summary: string, description: string): RouteSchema {
  return { summary, description, querystring: HealthQuerystring, response: responsesByStatus(settings.statusCodes, healthResponse) }
}
