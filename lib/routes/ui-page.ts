import type { FastifyReply, FastifyRequest } from 'fastify'
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
import { sendText } from './reply.js'
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

/** Sends the status page and its static parts. */
export class StatusPage {
  readonly #context: RouteContext
  readonly #refresher: Refresher

  constructor (context: RouteContext) {
    this.#context = context
    const runAll = (): unknown => outsideRequests(() => context.engine.report({ kind: ALL_CHECKS }))
    this.#refresher = new Refresher(runAll, systemClock)
  }

  async send (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { visibilityPolicy, engine, settings: { endpoints } } = this.#context
    const [shown, isFresh] = await Promise.all([
      visibilityPolicy.visibilityFor(request, reply, undefined), this.#refresher.refresh()
    ])
    const visibility = { ...shown, components: shown.components && endpoints.health }
    const page = pageOf({
      ...visibleHealth(latestReport(engine.parts), visibility),
      now: systemClock.date().getTime(),
      time: this.#refresher.time,
      isLate: !isFresh,
      base: pathOf(request).endsWith('/') ? '' : 'ui/',
      ...(visibility.components && await visibleParts(this.#context, visibility))
    })
    return sendText(reply.headers(HEADERS), 200, page, HTML)
  }

  /** Sends the static part of this name. */
  sendAsset (name: string, reply: FastifyReply): FastifyReply {
    const { type, content } = name === CLIENT.name ? CLIENT : STYLESHEET
    return reply.headers(ASSET_HEADERS).type(type).serializer(keep).send(content)
  }
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
