import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { systemClock } from '../base/clock.js'
import type { Report } from '../health/report.js'
import { CLIENT, STYLESHEET } from '../observe/ui/assets.js'
import { pageOf } from '../observe/ui/page.js'
import { visibleHealth } from './health-body.js'
import { visibleEntry } from './history.js'
import { textAnswer } from './operation.js'
import { sendText } from './reply.js'
import { reportRoute } from './route.js'
import type { RouteContext } from './route.js'

/** The page shows results that are at most this old, in milliseconds: ten viewers cause no more runs than one. */
const LONGEST_AGE_MS = 5_000

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
  const recent = new RecentReport(context)
  instance.route({
    ...reportRoute(context, operation),
    handler: async (request, reply) => await sendPage(context, recent, request, reply)
  })
  for (const { name, type, content } of [STYLESHEET, CLIENT]) {
    const asset = { ...operation, id: 'UiAsset', path: `/ui/${name}` }
    instance.route({
      ...reportRoute({ ...context, auth: [] }, asset),
      handler: (_request, reply) => reply.headers(ASSET_HEADERS).type(type).serializer(keep).send(content)
    })
  }
}

/** The last report of all checks, which viewers share. */
class RecentReport {
  readonly #context: RouteContext
  #report: Promise<Report> | undefined
  #madeAt = -Infinity

  constructor (context: RouteContext) {
    this.#context = context
  }

  get (): Promise<Report> {
    const now = systemClock.now()
    if (this.#report === undefined || now - this.#madeAt >= LONGEST_AGE_MS) {
      this.#madeAt = now
      this.#report = Promise.resolve(this.#context.engine.report({ kind: 'health' }))
    }
    return this.#report
  }
}

async function sendPage (
  context: RouteContext, recent: RecentReport, request: FastifyRequest, reply: FastifyReply
): Promise<FastifyReply> {
  const { visibilityPolicy, settings: { endpoints }, history, info } = context
  const shown = await visibilityPolicy.visibilityFor(request, reply, undefined)
  const visibility = { ...shown, components: shown.components && endpoints.health }
  const health = visibleHealth(await recent.get(), visibility)
  const { components, details } = visibility
  const page = pageOf({
    ...health,
    now: systemClock.date().getTime(),
    base: pathOf(request).endsWith('/') ? '' : 'ui/',
    ...(components && endpoints.history && {
      changes: history.entries().map((entry) => visibleEntry(entry, details))
    }),
    ...(components && endpoints.info && { info: await info.report() }),
    ...(components && endpoints.version && { version: await info.version() })
  })
  return sendText(reply.headers(HEADERS), 200, page, HTML)
}

function pathOf ({ raw: { url = '' } }: FastifyRequest): string {
  return url.split('?', 1).join('')
}
