import type { FastifyInstance } from 'fastify'
import { ASSET_NAMES } from '../observe/ui/asset-names.js'
import { textAnswer } from './operation.js'
import { reportRoute } from './route.js'
import type { RouteContext } from './route.js'
import type { StatusPage } from './ui-page.js'

/** `/ui`: the status page, and its style and script below it. Most processes never show it: it is loaded on request. */
export function registerUi (instance: FastifyInstance, context: RouteContext): void {
  const operation = {
    id: 'Ui',
    path: '/ui',
    summary: 'Status page',
    description: 'The current state and the recent changes as a page.',
    hide: true,
    responses: { 200: textAnswer('The page, as HTML') }
  }
  let loaded: Promise<StatusPage> | undefined
  const page = async (): Promise<StatusPage> => await (loaded ??= loadPage(context))
  instance.route({
    ...reportRoute(context, operation),
    handler: async (request, reply) => await (await page()).send(request, reply)
  })
  for (const name of ASSET_NAMES) {
    const asset = { ...operation, id: 'UiAsset', path: `/ui/${name}` }
    instance.route({
      ...reportRoute({ ...context, auth: [] }, asset),
      handler: async (_request, reply) => (await page()).sendAsset(name, reply)
    })
  }
}

async function loadPage (context: RouteContext): Promise<StatusPage> {
  const { StatusPage } = await import('./ui-page.js')
  return new StatusPage(context)
}
