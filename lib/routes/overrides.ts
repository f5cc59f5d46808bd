import type { FastifyInstance, RouteShorthandOptions } from 'fastify'
import { LONGEST_DELAY_MS } from '../base/clock.js'
import { isError } from '../base/error-like.js'
import type { ErrorLike } from '../base/error-like.js'
import type { Settings } from '../options/settings.js'
import { setSilentLogger, supportedLevel } from './silent-logger.js'

/** Route options that replace the app's settings. */
export type RouteOverrides = Pick<RouteShorthandOptions, 'logLevel' | 'handlerTimeout'>

/**
 * Replaces the settings that an instance inherits from its host. The schemas of the routes are documentation only:
 * the routes write their answers as text, and never refuse a query.
 */
export function overrideAppSettings (
  instance: FastifyInstance, host: FastifyInstance, { logLevel }: Settings
): RouteOverrides {
  instance.setSerializerCompiler(() => serializeRefusal)
  instance.setValidatorCompiler(() => () => true)
  if (logLevel === 'silent') setSilentLogger(instance, host)
  const level = supportedLevel(host.log, logLevel)
  return {
    ...(level !== undefined && { logLevel: level }),
    ...(hasHandlerTimeout(host) && { handlerTimeout: LONGEST_DELAY_MS })
  }
}

/** Whether the app limits the time of its handlers. The timeouts of checks are better: the answer names the reason. */
function hasHandlerTimeout ({ initialConfig }: { readonly initialConfig: object }): boolean {
  return 'handlerTimeout' in initialConfig && Number(initialConfig.handlerTimeout) > 0
}

/** Serializes the error with which a hook of the app refused a request, like Fastify's default handler. */
function serializeRefusal (refusal: unknown): string {
  if (!isError(refusal)) return JSON.stringify(refusal)
  const { message, code, statusCode, error } = refusal as ErrorLike & Record<'code' | 'statusCode' | 'error', unknown>
  return JSON.stringify({ statusCode, code, error, message })
}
