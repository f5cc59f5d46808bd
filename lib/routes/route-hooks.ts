import type { FastifyInstance } from 'fastify'

/** The description of the symbol under which an instance of Fastify keeps its hooks. */
const HOOKS = 'fastify.hooks'

/**
 * Whether `onRoute` hooks see the routes of an instance. Plugins that document routes use such hooks, and so do many
 * others. If this private field of Fastify is missing, the answer is yes.
 */
export function hasRouteHooks (instance: FastifyInstance): boolean {
  const key = Object.getOwnPropertySymbols(instance).find(({ description }) => description === HOOKS)
  const { onRoute } = (key === undefined ? {} : Reflect.get(instance, key)) as { readonly onRoute?: unknown }
  return !Array.isArray(onRoute) || onRoute.length > 0
}
