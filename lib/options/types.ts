import type { FastifyInstance, FastifyReply, FastifyRequest, HookHandlerDoneFunction, LogLevel } from 'fastify'
import type { AnyObject } from '../base/any-object.js'
import type { CustomKind, Kind, KindOption } from '../health/kind.js'
import type { CheckOptions } from '../health/check/options.js'
import type { Status } from '../health/status.js'
import type { AutoChecksOption } from './auto-checks-option.js'
import type { CheckOption } from './check-options.js'
import type { ServiceDependencyOption } from './dependency-options.js'
import type { Endpoints } from './endpoints-option.js'
import type { ListenOption } from './listen-option.js'
import type { MetricsOption } from './metrics-option.js'
import type { ShutdownOption } from './shutdown-option.js'

/**
 * All, no or authorized requests, or the requests for which a function returns `true` within 800 ms.
 *
 * @example 'authorized'
 * @example ({ ip }) => ['127.0.0.1', '::1', '::ffff:127.0.0.1'].includes(ip)
 * @see `docs/options.md#show`
 */
export type Show = 'always' | 'never' | 'authorized' | ((request: FastifyRequest) => boolean | Promise<boolean>)

/**
 * The class of a management route in `config.management`: probes are for machines, reports are for people.
 *
 * @see `docs/api.md#routes`
 */
export type RouteClass = 'probe' | 'report'

/**
 * An `onRequest` hook of Fastify that also refuses a request by `false`, by a promise of an error, `null` or another
 * falsy value, by a code of 300 or more, or by taking longer than 800 ms.
 *
 * @example async ({ headers }, reply) => { if (headers.authorization !== secret) await reply.code(401).send() }
 * @see `docs/options.md#auth`
 * @see https://fastify.dev/docs/latest/Reference/Hooks/#onrequest
 */
export type AuthHook = (
  this: FastifyInstance, request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction
) => unknown

/**
 * Additional data for `/info`, or a function that returns it within 800 ms.
 *
 * @see `docs/options.md#info`
 */
export type InfoOption = AnyObject | (() => AnyObject | PromiseLike<AnyObject>)

/**
 * The options of `fastify.register(management, options)`.
 *
 * @example
 * await fastify.register(management, {
 *   checks: { readiness: { db: async () => { await pool.query('SELECT 1') } } },
 *   shutdown: true
 * })
 * @see `docs/options.md`
 */
export interface ManagementOptions {
  /**
   * The path of the endpoints, below the prefix of the parent scope.
   *
   * @default '/z'
   * @example { prefix: '/internal' }
   * @see `docs/options.md#prefix`
   */
  readonly prefix?: string
  /**
   * The name of the service in `/info`.
   *
   * @default `OTEL_SERVICE_NAME`, then the name in the app's package.json, then `unknown_service:node`
   * @example { name: 'shop' }
   * @see `docs/options.md#name`
   */
  readonly name?: string | undefined
  /**
   * The version in `/version` and `/info`, or a function that returns it within 800 ms.
   *
   * @default `VERSION` in the environment, then the version in the app's package.json, then `unknown`
   * @example { version: async () => (await readFile('REVISION', 'utf8')).trim() }
   * @see `docs/options.md#version`
   */
  readonly version?: string | (() => string | Promise<string>) | undefined
  /**
   * Checks by kind and name.
   *
   * @default no checks
   * @example { checks: { readiness: { db: checkDatabase, cache: { check: checkCache, timeout: 300 } } } }
   * @see `docs/options.md#checks`
   */
  readonly checks?: Readonly<Partial<Record<Kind, Readonly<Record<string, CheckOption>> | undefined>>> | undefined
  /**
   * Adds a check for each client and each ORM in the decorators of the app, and for each upstream of
   * `@fastify/http-proxy`; `true` adds them to `/health` only.
   *
   * @default false
   * @example { autoChecks: { exclude: ['redis.sessions'], kinds: { postgres: 'readiness' } } }
   * @see `docs/ready-made-checks.md#autochecks`
   */
  readonly autoChecks?: boolean | Kind | readonly Kind[] | AutoChecksOption | undefined
  /**
   * The health endpoints of other services, by name.
   *
   * @default no services
   * @example { serviceDependencies: { users: 'https://users:8080/z/health', widgets: 'widget-service' } }
   * @see `docs/service-dependencies.md`
   */
  readonly serviceDependencies?: Readonly<Record<string, ServiceDependencyOption>> | undefined
  /**
   * The kinds whose probes also request the service dependencies; `/health` always does.
   *
   * @default []
   * @example { cascade: ['readiness'] }
   * @see `docs/service-dependencies.md#cascade`
   */
  readonly cascade?: readonly Kind[] | undefined
  /**
   * Custom kinds, each with a probe at `/health/KIND`; add their names to the interface `CustomKinds` too.
   *
   * @default []
   * @example { kinds: ['replication', { name: 'ready', format: 'terminus' }] }
   * @see `docs/checks.md#custom-kinds`
   */
  readonly kinds?: readonly (CustomKind | KindOption)[] | undefined
  /**
   * Defaults for the options of all checks and service dependencies.
   *
   * @default see the fields of `CheckOptions`
   * @example { checkDefaults: { interval: 10_000, failureThreshold: 2 } }
   * @see `docs/options.md#checkdefaults`
   */
  readonly checkDefaults?: CheckOptions | undefined
  /**
   * The requests that see the components of a report.
   *
   * @default 'always'
   * @example { showComponents: 'never' }
   * @see `docs/options.md#showcomponents`
   */
  readonly showComponents?: Show | undefined
  /**
   * The requests that see details, reasons, times and durations.
   *
   * @default 'never'
   * @example { showDetails: 'authorized', auth: fastify.basicAuth }
   * @see `docs/options.md#showdetails`
   */
  readonly showDetails?: Show | undefined
  /**
   * `onRequest` hooks that protect all endpoints except the probes; `undefined` is refused.
   *
   * @default no hooks: the endpoints are open
   * @example { auth: fastify.basicAuth }
   * @see `docs/options.md#auth`
   */
  readonly auth?: AuthHook | readonly AuthHook[]
  /**
   * Turns single endpoints off.
   *
   * @default all endpoints are on
   * @example { endpoints: { version: false } }
   * @see `docs/options.md#endpoints`
   */
  readonly endpoints?: Endpoints | undefined
  /**
   * The HTTP status code of each status, from 200 to 599.
   *
   * @default { DOWN: 503, OUT_OF_SERVICE: 503, DEGRADED: 200, UP: 200 }
   * @example { statusCodes: { DEGRADED: 429 } }
   * @see `docs/options.md#statuscodes`
   */
  readonly statusCodes?: Readonly<Partial<Record<Status, number>>> | undefined
  /**
   * Additional data for `/info`, or a function that returns it within 800 ms.
   *
   * @default no additional data
   * @example { info: { team: 'shop' } }
   * @see `docs/options.md#info`
   */
  readonly info?: InfoOption | undefined
  /**
   * Adds `service.instance.id` to `/info`: `true` adds a UUID that outlives restarts on the same host.
   *
   * @default false
   * @example { serviceInstanceId: process.env.HOSTNAME }
   * @see `docs/options.md#serviceinstanceid`
   */
  readonly serviceInstanceId?: boolean | string | undefined
  /**
   * The log level of the management routes.
   *
   * @default 'silent'
   * @example { logLevel: 'info' }
   * @see `docs/options.md#loglevel`
   */
  readonly logLevel?: LogLevel
  /**
   * Serves the endpoints on a separate port instead of the app's port.
   *
   * @default no separate port
   * @example { listen: { port: 9000, host: '0.0.0.0' } }
   * @see `docs/own-port.md`
   */
  readonly listen?: ListenOption | undefined
  /**
   * More paths of the app's own port for a kind, outside the prefix; their answers contain only the status.
   *
   * @default no additional paths
   * @throws FST_MANAGEMENT_ALREADY_REGISTERED if the app has the route already
   * @example { additionalPaths: { liveness: '/livez', readiness: ['/readyz'], health: '/healthz' } }
   * @see `docs/options.md#additionalpaths`
   */
  readonly additionalPaths?: Readonly<Partial<Record<Kind, string | readonly string[] | undefined>>> | undefined
  /**
   * Ends the app at a signal without losing requests; `true` uses the defaults.
   *
   * @default false
   * @example { shutdown: { delay: 10_000, timeout: 15_000 } }
   * @see `docs/graceful-shutdown.md`
   */
  readonly shutdown?: boolean | ShutdownOption | undefined
  /**
   * Adds health metrics to a registry of prom-client, which `/metrics` then serves, or to a meter of OpenTelemetry.
   *
   * @default no metrics
   * @throws FST_MANAGEMENT_METRICS_TAKEN if another instance uses the registry or the meter
   * @example { metrics: register }
   * @see `docs/metrics.md`
   */
  readonly metrics?: MetricsOption | undefined
}
