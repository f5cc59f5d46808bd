import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import { describe } from '../base/describe.js'
import { errors } from '../errors.js'
import { ALL_CHECKS } from '../health/kind.js'
import type { AdditionalPath } from '../options/additional-paths.js'
import { assertReachable } from '../options/prefix.js'
import type { Settings } from '../options/settings.js'
import { healthResponses, sendStatus } from './health.js'
import type { Operation } from './operation.js'
import { pascalCase } from './operation-id.js'
import { overrideAppSettings } from './overrides.js'
import { healthRoute, probeRoute } from './route.js'
import type { RouteContext, RouteDependencies } from './route.js'
import { endsPathAtSemicolon } from './router-options.js'
import { routesPlugin } from './routes-plugin.js'

/** Returns the plugin that registers the paths of the option `additionalPaths`. */
export function additionalRoutes (dependencies: RouteDependencies, host: FastifyInstance): FastifyPluginAsync {
  return routesPlugin(async (instance) => await registerAdditionalPaths(instance, host, dependencies), host)
}

/**
 * Registers the paths of the option `additionalPaths` on the app's own port. Each path of a probe is a probe. A path
 * of `health` is a report with `auth` and the limits of the app. All answers contain only the status.
 *
 * @throws FST_MANAGEMENT_OPTION_INVALID for a path inside the prefix, or a path that clients cannot request
 * @throws FST_MANAGEMENT_ALREADY_REGISTERED for a path that the app has already
 */
async function registerAdditionalPaths (
  instance: FastifyInstance, host: FastifyInstance, dependencies: RouteDependencies
): Promise<void> {
  const { settings } = dependencies
  const context = { ...dependencies, overrides: overrideAppSettings(instance, host, settings) }
  for (const additional of settings.additionalPaths) {
    assertOutside(additional, settings)
    assertReachable(`${instance.prefix}${additional.path}`, endsPathAtSemicolon(instance), additional.option)
    assertFree(instance, additional)
    register(instance, context, additional)
  }
  await Promise.resolve()
}

function register (instance: FastifyInstance, context: RouteContext, { kind, path }: AdditionalPath): void {
  const isReport = kind === ALL_CHECKS
  const operation: Operation = {
    id: pascalCase(path) === '' ? 'Root' : pascalCase(path),
    path,
    summary: isReport ? 'Health: status only' : `Probe: ${kind}`,
    description: isReport
      ? 'Runs all checks, requests the health of service dependencies, and returns only the worst status.'
      : `Runs the ${kind} checks and returns their worst status.`,
    responses: healthResponses(context)
  }
  instance.route({
    ...(isReport ? healthRoute(context, operation) : probeRoute(context, kind, operation)),
    handler: (request, reply) => sendStatus(context, kind, request, reply)
  })
}

/** A path inside the prefix could be taken for an endpoint, or hide one. Ignores case, as a router may do. */
function assertOutside ({ path, option }: AdditionalPath, { prefix, listen }: Settings): void {
  // The app owns the other paths of the root, and all of its paths if the endpoints have their own port.
  if (prefix === '/' && listen !== undefined) return
  const inside = (prefix === '/' ? '/health' : prefix).toLowerCase()
  const isPrefix = prefix !== '/' && path.toLowerCase() === inside
  if (!isPrefix && !path.toLowerCase().startsWith(`${inside}/`)) return
  throw new errors.OptionInvalid(option, `a path outside ${inside}, where the endpoints are`, describe(path))
}

function assertFree (instance: FastifyInstance, { path, option }: AdditionalPath): void {
  const url = `${instance.prefix}${path}`
  if (!instance.hasRoute({ method: 'GET', url })) return
  throw new errors.AlreadyRegistered(
    `the route ${url} of the option "${option}" exists already; choose another path, or remove the other route`)
}
