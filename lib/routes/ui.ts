import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { outsideRequests } from '../base/async-context.js'
import { systemClock } from '../base/clock.js'
import { ALL_CHECKS } from '../health/kind.js'
import { latestReport, latestStatus } from '../health/latest.js'
import { CLIENT, STYLESHEET } from '../observe/ui/assets.js'
import { pageOf } from '../observe/ui/page.js'
import type { PageContent } from '../observe/ui/page.js'
import { Refresher } from '../observe/ui/refresher.js'
import { visibleHealth } from './health-body.js'
import { visibleEntry } from './history.js'
import { textAnswer } from './operation.js'
import { sendText } from './reply.js'
import { reportRoute } from './route.js'
import type { RouteContext } from './route.js'
import type { Visibility } from './visibility.js'

const HTML = 'text/html; charset=utf-8'

const HEADERS = {
  'content-security-policy': "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
    "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer'
}

/** The name of a static part changes with its content. */
const ASSET_HEADERS = {
  'cache-control': 'public, max-age=31536000, immutable', 'x-content-type-options': 'nosniff'
}

const keep = String

/** `/ui`: the status page, and its style and script below it. */
export function registerUi (instance: FastifyInstance, context: RouteContext): void {
  const operation = {
    id: 'Ui',
    path: '/ui',
    summary: 'Status page',
    description: 'The current state and the recent changes as a page.',
    hide: true,
    responses: { 200: textAnswer('The page, as HTML') }
  }
  const runAll = (): unknown => outsideRequests(() => context.engine.report({ kind: ALL_CHECKS }))
  const refresher = new Refresher(runAll, systemClock)
  instance.route({
    ...reportRoute(context, operation),
    handler: async (request, reply) => await sendPage(context, refresher, request, reply)
  })
  for (const { name, type, content } of [STYLESHEET, CLIENT]) {
    const asset = { ...operation, id: 'UiAsset', path: `/ui/${name}` }
    instance.route({
      ...reportRoute({ ...context, auth: [] }, asset),
      handler: (_request, reply) => reply.headers(ASSET_HEADERS).type(type).serializer(keep).send(content)
    })
  }
}

async function sendPage (
  context: RouteContext, refresher: Refresher, request: FastifyRequest, reply: FastifyReply
): Promise<FastifyReply> {
  const { visibilityPolicy, settings: { endpoints } } = context
  const [shown, isFresh] = await Promise.all([
    visibilityPolicy.visibilityFor(request, reply, undefined), refresher.refresh()
  ])
  const visibility = { ...shown, components: shown.components && endpoints.health }
  const page = pageOf({
    ...visibleHealth(latestReport(context.engine.parts), visibility),
    now: systemClock.date().getTime(),
    time: refresher.time,
    isLate: !isFresh,
    base: pathOf(request).endsWith('/') ? '' : 'ui/',
    ...(visibility.components && await visibleParts(context, visibility))
  })
  return sendText(reply.headers(HEADERS), 200, page, HTML)
}

/** The parts that other endpoints would show to the same request. */
async function visibleParts (
  { settings: { endpoints }, engine, history, info }: RouteContext, { details }: Visibility
): Promise<Partial<PageContent>> {
  const probes = [...engine.kinds].filter((kind) => kind !== ALL_CHECKS)
  // Without its kind, the change of a cascade would look like a change of the check itself.
  const changes = history.entries().filter(({ kind }) => details || kind === undefined)
  return {
    probes: probes.map((kind) => ({ kind, status: latestStatus(engine.parts, kind) })),
    ...(endpoints.history && { changes: changes.map((entry) => visibleEntry(entry, details)) }),
    ...(endpoints.info && { info: await info.report() }),
    ...(endpoints.version && { version: await info.version() })
  }
}

function pathOf ({ raw: { url = '' } }: FastifyRequest): string {
  return url.split('?', 1).join('')
}
