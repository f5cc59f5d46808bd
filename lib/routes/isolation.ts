import type { FastifyInstance } from 'fastify'
import { LONGEST_DELAY_MS } from '../base/clock.js'
import type { Settings } from '../options/settings.js'
import type { RouteContext } from './route.js'
import { levelFor, silence } from './silence.js'

/**
 * Keeps the settings of an app, the host, off the routes of an instance within it. Their schemas are documentation: answers are
 * written as text by the routes themselves, and a query is never refused.
 */
export function isolate (instance: FastifyInstance, host: FastifyInstance, { logLevel }: Settings): RouteContext['isolation'] {
  instance.setSerializerCompiler(() => serialize)
  instance.setValidatorCompiler(() => () => true)
  if (logLevel === 'silent') silence(instance, host)
  const level = levelFor(host.log, logLevel)
  return {
    ...(level !== undefined && { logLevel: level }),
    ...(hasHandlerTimeout(host) && { handlerTimeout: LONGEST_DELAY_MS })
  }
}

/** Whether the app bounds the time of its handlers. Checks have timeouts of their own, and say more when they are over. */
function hasHandlerTimeout ({ initialConfig }: { readonly initialConfig: object }): boolean {
  return 'handlerTimeout' in initialConfig && Number(initialConfig.handlerTimeout) > 0
}

/** Only what the app's own hooks refuse with comes here: an error, as Fastify's default handler hands it on. */
function serialize (refusal: unknown): string {
  if (!(refusal instanceof Error)) return JSON.stringify(refusal)
  const { message, code, statusCode, error } = refusal as Error & Record<'code' | 'statusCode' | 'error', unknown>
  return JSON.stringify({ statusCode, code, error, message })
}
