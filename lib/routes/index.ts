import sensible from '@fastify/sensible'
import type { FastifyInstance } from 'fastify'
import { registerComponent } from './component.js'
import { registerHealth, registerProbes } from './health.js'
import { registerInfo } from './info.js'
import { registerLinks } from './links.js'
import type { RouteContext } from './route.js'
import { silence } from './silence.js'
import { registerVersion } from './version.js'

/** Registers the routes of one instance in a context of their own, under the prefix that this is given. */
export async function registerRoutes (instance: FastifyInstance, context: RouteContext): Promise<void> {
  const { endpoints, logLevel } = context.settings
  isolate(instance)
  if (logLevel === 'silent') silence(instance)
  if (!instance.hasPlugin('@fastify/sensible')) await instance.register(sensible)
  registerProbes(instance, context)
  registerComponent(instance, context)
  if (endpoints.health) registerHealth(instance, context)
  if (endpoints.info) registerInfo(instance, context)
  if (endpoints.version) registerVersion(instance, context)
  if (endpoints.links && context.settings.prefix !== '/') registerLinks(instance, context)
}

/**
 * Keeps the host's compilers off these routes. Their schemas are documentation: answers are written as text by the
 * routes themselves, and a query is never refused.
 */
function isolate (instance: FastifyInstance): void {
  instance.setSerializerCompiler(() => serialize)
  instance.setValidatorCompiler(() => () => true)
}

/** Only what the app's own hooks refuse with comes here: an error, as Fastify's default handler hands it on. */
function serialize (refusal: unknown): string {
  if (!(refusal instanceof Error)) return JSON.stringify(refusal)
  const { message, code, statusCode, error } = refusal as Error & Record<'code' | 'statusCode' | 'error', unknown>
  return JSON.stringify({ statusCode, code, error, message })
}
