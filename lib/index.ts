import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import fp from 'fastify-plugin'
import { systemClock } from './base/clock.js'
import { rootOf } from './base/root-of.js'
import { logSafely } from './base/safe-log.js'
import { setImmediate } from './base/timers.js'
import { registerDependencies } from './dependencies/register.js'
import { errors } from './errors.js'
import { HealthEngine } from './health/engine.js'
import { infoCollector } from './info/collector.js'
import { InfoReport } from './info/info-report.js'
import { createManagement } from './management.js'
import type { Management } from './management.js'
import { History } from './observe/history/history.js'
import { addMetrics } from './observe/metrics/add-metrics.js'
import { readSettings } from './options/settings.js'
import type { Settings } from './options/settings.js'
import type { ManagementOptions, RouteClass } from './options/types.js'
import { createOwnPort } from './own-port.js'
import type { OwnPort } from './own-port.js'
import { assertFastifyVersion, assertFree, fullPrefix, isServing, servedEndpoints } from './registration.js'
import { additionalRoutes } from './routes/additional-paths.js'
import { guardedAuth } from './routes/auth.js'
import { registerRoutes } from './routes/index.js'
import type { RegisterRoutes } from './routes/index.js'
import { warnOfLoopback } from './routes/loopback.js'
import { routesPlugin } from './routes/routes-plugin.js'
import { VisibilityPolicy } from './routes/visibility.js'
import { sharedSignals } from './shutdown/shared-signals.js'
import { Shutdown } from './shutdown/shutdown.js'

export type {
  CheckContext, CheckFunction, CheckRunMessage, EventLoopBlockMessage, StatusChangeMessage
} from './options/fastify-types.js'
export type { Component, Health } from './health/component.js'
export type { BuiltInKind, CustomKind, CustomKinds, Kind, KindFormat, KindOption } from './health/kind.js'
export type { CheckOptions, FailureStatus, FailureStatusByKind } from './health/check/options.js'
export type { CheckResult, DetailedResult, PartResult } from './health/check/result.js'
export type { AnyObject } from './base/any-object.js'
export type { ComponentStatus, Status } from './health/status.js'
export type { HistoryEntry } from './observe/history/history.js'
export type { InfoFunction } from './info/info-report.js'
export type { Management } from './management.js'
export type { AutoChecksOption } from './options/auto-checks-option.js'
export type { CheckOption } from './options/check-options.js'
export type { ServiceDependencyOption } from './options/dependency-options.js'
export type { Endpoints } from './options/endpoints-option.js'
export type { MetricsOption } from './options/metrics-option.js'
export type { ListenOption } from './options/listen-option.js'
export type { Blocker } from './observe/thread/messages.js'
export type { ThreadOption } from './options/thread-option.js'
export type { ShutdownOption, ShutdownSignal } from './options/shutdown-option.js'
export type { AuthHook, InfoOption, ManagementOptions, RouteClass, Show } from './options/types.js'
export { errors }

declare module 'fastify' {
  interface FastifyInstance {
    /**
     * Adds checks, reads reports without HTTP, and changes the state of the app.
     *
     * @example fastify.management.addCheck('readiness', 'db', async () => { await pool.query('SELECT 1') })
     * @see `docs/api.md`
     */
    management: Management
  }

  interface FastifyContextConfig {
    /**
     * The class of a management route, for hooks of the app; other routes have no class.
     *
     * @see `docs/api.md#routes`
     */
    management?: RouteClass
  }
}

/**
 * The error classes of this package, by name.
 *
 * @see `docs/errors.md`
 */
export type ManagementErrors = typeof errors

/**
 * The plugin, with the error classes of this package.
 *
 * @see `docs/api.md#exports`
 */
export interface ManagementPlugin extends FastifyPluginAsync<ManagementOptions> {
  /**
   * The error classes of this package.
   *
   * @example if (error instanceof management.errors.KindUnknown) fastify.log.warn(error.message)
   * @see `docs/errors.md`
   */
  readonly errors: ManagementErrors
}

const NAME = 'fastify-management-endpoints'

/** Reads the options, creates the parts, and connects them to the app. */
async function managementEndpoints (fastify: FastifyInstance, options: ManagementOptions): Promise<void> {
  assertFastifyVersion(fastify)
  const onUnknown = (options: readonly string[]): void =>
    fastify.log.warn({ options }, `${NAME} ignores options that it does not have: ${options.join(', ')}`)
  const settings = readSettings(options, { env: process.env, onUnknown })
  const prefix = fullPrefix(fastify, settings)
  assertFree(fastify, prefix, settings)

  const history = new History(fastify.log, systemClock)
  const engine = createEngine(fastify, settings, prefix, history)
  const info = createInfo(fastify, settings)
  const visibilityPolicy = VisibilityPolicy.of(settings, fastify.log, systemClock)
  const auth = guardedAuth(settings.auth, fastify.log, systemClock)
  const dependencies = {
    engine, info, history, settings, visibilityPolicy, auth, log: fastify.log, eventLoop: undefined
  }
  const routes: RegisterRoutes = async (instance, host, eventLoop) =>
    await registerRoutes(instance, host, { ...dependencies, eventLoop })
  const ownPort = await createOwnPort(fastify, engine, settings, routes)
  const server = ownPort?.server

  const endpoints = servedEndpoints(fastify, { settings, prefix, server, info })
  fastify.decorate('management', createManagement({ engine, info, history, settings, endpoints }))
  if (!Array.isArray(settings.autoChecks) || settings.autoChecks.length > 0) {
    const { addAutoChecks } = await import('./checks/auto/add-auto-checks.js')
    addAutoChecks(fastify, engine, settings)
  }
  addStartAndCloseHooks(fastify, engine, { info, history, ownPort })
  if (settings.isInKubernetes) warnOfLoopback(fastify, server)
  installShutdown(fastify, engine, settings)
  if (server === undefined) await registerOnApp(fastify, settings, routes)
  if (settings.additionalPaths.length > 0) await fastify.register(additionalRoutes(dependencies, fastify))
  if (settings.metrics.length > 0) await addMetrics(fastify, { engine, eventLoop: server?.eventLoop }, settings.metrics)
}

function createEngine (
  fastify: FastifyInstance, settings: Settings, prefix: string, history: History
): HealthEngine {
  const engine = new HealthEngine(settings.kinds, {
    log: fastify.log,
    owner: fastify,
    clock: systemClock,
    defaults: settings.checkDefaults,
    isServing: isServing(fastify, settings),
    onChange: (change) => history.record(change)
  })
  for (const { kind, name, check, options } of settings.checks) engine.add([kind], name, check, options)
  registerDependencies(engine, settings, prefix)
  return engine
}

function createInfo ({ log }: FastifyInstance, settings: Settings): InfoReport {
  const { name, version, info, serviceInstanceId } = settings
  const onProblem = (message: string): void => logSafely(log, 'warn', {}, message)
  const collected = infoCollector({ name, serviceInstanceId, onProblem })
  return new InfoReport({ collected, version, more: info, log, clock: systemClock })
}

async function registerOnApp (fastify: FastifyInstance, { prefix }: Settings, routes: RegisterRoutes): Promise<void> {
  await fastify.register(routesPlugin(routes, fastify), { prefix })
}

interface Parts {
  readonly info: InfoReport
  readonly history: History
  readonly ownPort: OwnPort | undefined
}

/** Starts and ends the checks and the separate server with the app. The server starts first and ends last. */
function addStartAndCloseHooks (
  fastify: FastifyInstance, engine: HealthEngine, { info, history, ownPort }: Parts
): void {
  const close = (): void => {
    ownPort?.watch?.stop()
    engine.close()
    history.close()
    ownPort?.server.closing?.()
  }
  fastify.addHook('onReady', async () => {
    await ownPort?.server.open()
    startWhenReady(fastify, engine, info)
  })
  fastify.addHook('preClose', (done) => {
    close()
    // Requests that wait for a run are answered now. Send the answers before Fastify closes connections by force.
    setImmediate(done)
  })
  fastify.addHook('onClose', async () => {
    // If a `preClose` hook fails, Fastify skips the next ones. Close the engine here as well.
    close()
    await ownPort?.server.close()
  })
}

/**
 * Starts the background runs after the `onReady` hooks of all plugins: a check may need the work of a later hook. If a
 * hook fails, the app does not start, so the checks do not start either. During these hooks `ready()` of the root
 * instance returns the promise of the current start. Scopes have another `ready()`, which throws during a start.
 */
function startWhenReady (fastify: FastifyInstance, engine: HealthEngine, info: InfoReport): void {
  const root = rootOf(fastify) as FastifyInstance
  root.ready().then(() => {
    engine.start()
    // Later than the code of the app that waits for `ready()`, which opens the port.
    setImmediate(() => { info.collect() })
  }, (error: unknown) => {
    // This handler hides the error of a start that the app does not await.
    logSafely(fastify.log, 'error', { err: error }, 'the app failed to start: no check runs in the background')
  })
}

function installShutdown (fastify: FastifyInstance, engine: HealthEngine, { shutdown }: Settings): void {
  if (shutdown === undefined) return
  Shutdown.install({
    fastify, settings: shutdown, lifecycle: engine.lifecycle, signals: sharedSignals(fastify.log), clock: systemClock
  })
}

/**
 * Adds liveness, readiness and startup probes, `/health`, `/info` and `/version` to an app, and decorates it with
 * `fastify.management`.
 *
 * @throws FST_MANAGEMENT_OPTION_INVALID, FST_MANAGEMENT_FASTIFY_UNSUPPORTED, FST_MANAGEMENT_ALREADY_REGISTERED, and the
 * errors of `addCheck()`
 * @example
 * await fastify.register(management, { prefix: '/z' })
 * fastify.management.addCheck('readiness', 'db', async () => { await pool.query('SELECT 1') })
 * @see `docs/getting-started.md`
 */
export const management: ManagementPlugin = Object.assign(fp(managementEndpoints, { name: NAME }), { errors })

export default management
