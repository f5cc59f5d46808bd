import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { AutoChecks } from './checks/auto/auto-checks.js'
import { registerDependencies } from './dependencies/register.js'
import { systemClock } from './base/clock.js'
import { errors } from './errors.js'
import { GuardedFunction } from './base/guarded-function.js'
import { HealthEngine } from './health/engine.js'
import { collectInfo } from './info/collect.js'
import { InfoReport } from './info/info-report.js'
import { createManagement } from './management.js'
import type { Management } from './management.js'
import type { ManagementOptions, RouteClass } from './options/types.js'
import { guardedAuth } from './routes/auth.js'
import { registerRoutes } from './routes/index.js'
import type { RegisterRoutes } from './routes/index.js'
import { ManagementServer } from './routes/management-server.js'
import { pathsOf } from './routes/paths.js'
import { VisibilityPolicy } from './routes/visibility.js'
import { readSettings } from './options/settings.js'
import type { Settings } from './options/settings.js'
import { processSignals } from './shutdown/process-signals.js'
import { Shutdown } from './shutdown/shutdown.js'

export type { CheckContext, CheckFunction } from './health/check/attempt.js'
export type { Component, Health } from './health/component.js'
export type { CheckRunMessage, StatusChangeMessage } from './health/events.js'
export type { BuiltInKind, Kind } from './health/kind.js'
export type { CheckOptions, FailureStatus } from './health/check/policy.js'
export type { CheckResult } from './health/check/result.js'
export type { ComponentStatus, Status } from './health/status.js'
export type { InfoFunction } from './info/info-report.js'
export type { Management } from './management.js'
export type { AuthHook, CheckOption, Endpoints, InfoOption, ListenOption, ManagementOptions, RouteClass, ServiceDependencyOption, Show, ShutdownOption, ShutdownSignal } from './options/types.js'
export { errors }

declare module 'fastify' {
  interface FastifyInstance {
    /** The management endpoints: adds checks and info to them, and asks them without HTTP. */
    management: Management
  }

  interface FastifyContextConfig {
    /** The class of a management route, for hooks that want to tell it apart; no other route has one. */
    management?: RouteClass
  }
}

const NAME = 'fastify-management-endpoints'

/** The plugin: options in, decorator and routes out. */
async function managementEndpoints (fastify: FastifyInstance, options: ManagementOptions): Promise<void> {
  const warnOfUnknown = (option: string): void => fastify.log.warn({ option }, `${NAME} has no option "${option}", it is ignored`)
  const settings = readSettings(options, { env: process.env, onUnknown: warnOfUnknown })
  const prefix = `${settings.listen === undefined ? fastify.prefix : ''}${settings.prefix}`.replace(/\/+/g, '/').replace(/\/$/, '')
  assertFree(fastify, prefix, settings)

  const engine = createEngine(fastify, settings, prefix)
  const info = await createInfo(fastify, settings)
  const visibilityPolicy = createVisibilityPolicy(fastify, settings)
  const auth = guardedAuth(settings.auth, fastify.log, systemClock)
  const routes: RegisterRoutes = async (instance, host) => await registerRoutes(instance, host, { engine, info, settings, visibilityPolicy, auth })
  const server = await createServer(fastify, settings, routes)

  const addresses: Management['addresses'] = () => server === undefined ? fastify.addresses() : server.addresses
  fastify.decorate('management', createManagement({ engine, info, settings, addresses, onUnknownOption: warnOfUnknown }))
  if (settings.autoChecks.length > 0) await addWhenReady(fastify, engine, settings)
  followLife(fastify, engine, server)
  if (settings.shutdown !== undefined) Shutdown.install({ fastify, settings: settings.shutdown, lifecycle: engine.availability, signals: processSignals, clock: systemClock })
  if (server === undefined) await fastify.register(async function managementRoutes (instance) { await routes(instance, fastify) }, { prefix: settings.prefix })
}

/** The server of its own, where one is wanted. */
async function createServer (app: FastifyInstance, { listen, prefix, logLevel }: Settings, routes: RegisterRoutes): Promise<ManagementServer | undefined> {
  return listen && await ManagementServer.create({ app, listen, prefix, routes, isSilent: logLevel === 'silent', clock: systemClock })
}

/** Adds checks for what the app is decorated with, once all plugins have done that. */
async function addWhenReady (fastify: FastifyInstance, engine: HealthEngine, { autoChecks }: Settings): Promise<void> {
  const scopes = await AutoChecks.watch(fastify, autoChecks)
  fastify.addHook('onReady', (done) => {
    const { added, taken } = scopes.addTo(engine)
    if (added.length > 0) fastify.log.info({ checks: added }, 'checks were added for the clients that plugins have registered')
    if (taken.length > 0) fastify.log.info({ checks: taken }, 'no checks were added where the app has some of its own under these names')
    if (added.length + taken.length === 0) fastify.log.warn(`${NAME} found no client to add a check for: those of scopes that were registered before it are not seen`)
    done()
  })
}

/** Starts and ends with the app, the server of its own first and last. */
function followLife (fastify: FastifyInstance, engine: HealthEngine, server: ManagementServer | undefined): void {
  fastify.addHook('onReady', async () => {
    await server?.open()
    engine.start()
  })
  fastify.addHook('preClose', (done) => {
    engine.close()
    // Who waited for a run is answered now; where connections are closed by force, that is to be out before.
    setImmediate(done)
  })
  fastify.addHook('onClose', async () => {
    // Where a hook of somebody else's has failed, those of `preClose` after it are left out.
    engine.close()
    await server?.close()
  })
}

/** Throws where the decorator or the routes would take another's place. */
function assertFree (fastify: FastifyInstance, prefix: string, settings: Settings): void {
  if (Object.hasOwn(fastify, 'management')) throw new errors.AlreadyRegistered('there is a decorator "management" already; register it once, and reach it as fastify.management')
  if (settings.listen !== undefined) return
  const taken = pathsOf(settings).map((path) => prefix + path).find((url) => fastify.hasRoute({ method: 'GET', url }))
  if (taken !== undefined) throw new errors.AlreadyRegistered(`there is a route ${taken} already; give this one another prefix, or turn that endpoint off`)
}

function createEngine (fastify: FastifyInstance, settings: Settings, prefix: string): HealthEngine {
  const engine = new HealthEngine(settings.kinds, { fastify, clock: systemClock, defaults: settings.checkDefaults, isServing: isServing(fastify, settings) })
  for (const { kind, name, check, options } of settings.checks) engine.add([kind], name, check, options)
  registerDependencies(engine, settings, prefix)
  return engine
}

/**
 * On the app's own port nobody is answered before it listens; on another one readiness has to say so. A server of the app's own
 * make that does not tell is taken to listen.
 */
function isServing (fastify: { readonly server: { readonly listening?: boolean } }, { listen }: Settings): () => boolean {
  return listen === undefined ? () => true : () => fastify.server.listening ?? true
}

async function createInfo ({ log }: FastifyInstance, { name, version, info, serviceInstanceId }: Settings): Promise<InfoReport> {
  const collected = await collectInfo({ name, serviceInstanceId })
  return new InfoReport({ collected, version, more: info, log, clock: systemClock })
}

function createVisibilityPolicy ({ log }: FastifyInstance, { showComponents, showDetails }: Settings): VisibilityPolicy {
  return new VisibilityPolicy(
    { show: showComponents, guardedFunction: new GuardedFunction('showComponents', log, systemClock) },
    { show: showDetails, guardedFunction: new GuardedFunction('showDetails', log, systemClock) }
  )
}

/**
 * Registers the management endpoints of an app: `/health` with the probes below it, `/info`, `/version` and links to
 * them, all under the prefix, and decorates the instance with `fastify.management`.
 *
 * @throws FST_MANAGEMENT_OPTION_INVALID for an option that is wrong, with its name, what came and what is expected;
 * FST_MANAGEMENT_ALREADY_REGISTERED; and what `addCheck` throws, for the option `checks`
 * @example
 * await fastify.register(management, { prefix: '/z' })
 * fastify.management.addCheck('readiness', 'db', async () => { await pool.query('SELECT 1') })
 */
export const management = Object.assign(fp(managementEndpoints, { name: NAME, fastify: '5.x' }), { errors })

export default management

/** For `require()`: the plugin itself, with the named exports on it. */
const commonJs = Object.assign(management, { management, default: management })
export { commonJs as 'module.exports' }
