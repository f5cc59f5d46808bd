import type { FastifyInstance, FastifyReply, FastifyRequest, HookHandlerDoneFunction, LogLevel } from 'fastify'
import type { AnyObject } from '../base/any-object.js'
import type { CustomKind, Kind } from '../health/kind.js'
import type { CheckOptions } from '../health/check/options.js'
import type { Status } from '../health/status.js'
import type { CheckOption } from './check-options.js'
import type { ServiceDependencyOption } from './dependency-options.js'
import type { ListenOption } from './listen-option.js'
import type { ShutdownOption } from './shutdown-option.js'

/**
 * Decides which requests see something: every request, no request, the requests that pass the `auth` hooks, or the
 * requests for which a function returns `true`. The function may be async and has 800 ms. If it throws, rejects or
 * takes longer, the request sees nothing.
 *
 * With `'authorized'`, `/health` and `/health/NAME` are open, and all other reports still require `auth`. The hooks run
 * against a recorder, so the client receives none of their answers. On probes, `'authorized'` means `'never'`.
 *
 * @example
 * 'authorized'
 */
export type Show = 'always' | 'never' | 'authorized' | ((request: FastifyRequest) => boolean | Promise<boolean>)

/**
 * The class of a management route, for hooks of the app. Probes are requested by machines, such as a kubelet. Reports
 * are requested by people and dashboards.
 */
export type RouteClass = 'probe' | 'report'

/**
 * An `onRequest` hook of Fastify. It accepts a request by calling `done()`, or by resolving to `undefined` or a truthy
 * value. It refuses a request by calling `done(error)`, throwing, rejecting or sending a reply. Unlike with Fastify, it
 * also refuses by `false` (returned, resolved to, or passed to `done`), by resolving to an error, `null` or another
 * falsy value, and by setting a code of 300 or more. If it takes longer than 800 ms, the request is refused.
 *
 * @example
 * async (request, reply) => {
 *   if (request.headers.authorization !== secret) await reply.code(401).send()
 * }
 * @example
 * async (request) => await sessions.isOperator(request.headers.cookie) // answers 403 if this is false
 * @see https://fastify.dev/docs/latest/Reference/Hooks/#onrequest
 */
export type AuthHook = (
  this: FastifyInstance, request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction
) => unknown

/** Additional data for `/info`: an object, or a function that returns an object. Concurrent requests share a call. */
export type InfoOption = AnyObject | (() => AnyObject | PromiseLike<AnyObject>)

/** Endpoints that can be turned off. Probes cannot be turned off. */
export interface Endpoints {
  /**
   * Serves `/info`.
   *
   * @default true
   */
  readonly info?: boolean | undefined
  /**
   * Serves `/version`.
   *
   * @default true
   */
  readonly version?: boolean | undefined
  /**
   * Serves `/health` and `/health/NAME`.
   *
   * @default true
   */
  readonly health?: boolean | undefined
  /**
   * Serves links to the other endpoints at the prefix itself. If the prefix is `/`, there are no links.
   *
   * @default true
   */
  readonly links?: boolean | undefined
}

/**
 * The options of `fastify.register(management, options)`. The plugin reads them once, at registration.
 *
 * @example
 * await fastify.register(management, {
 *   checks: { readiness: { db: async () => { await pool.query('SELECT 1') } } },
 *   checkDefaults: { interval: 10_000 },
 *   shutdown: true
 * })
 */
export interface ManagementOptions {
  /**
   * The path of the endpoints, below the prefix of the parent scope. With `/` there are no links.
   *
   * @default '/z'
   */
  readonly prefix?: string
  /**
   * The name of the service in `/info`.
   *
   * @default `OTEL_SERVICE_NAME`, then the name in the app's package.json, then `unknown_service:node`
   */
  readonly name?: string | undefined
  /**
   * The version of the app in `/version` and `/info`, or a function that returns it. The function has 800 ms.
   *
   * @default `VERSION` in the environment, then the version in the app's package.json, then `unknown`
   * @example
   * async () => (await readFile('REVISION', 'utf8')).trim()
   */
  readonly version?: string | (() => string | Promise<string>) | undefined
  /**
   * Checks by kind and name. The kinds are `liveness`, `readiness`, `startup`, `health` and the names in `kinds`.
   *
   * @default no checks
   * @example
   * { readiness: { db: checkDatabase, cache: { check: checkCache, timeout: 300 } } }
   */
  readonly checks?: Readonly<Partial<Record<Kind, Readonly<Record<string, CheckOption>> | undefined>>> | undefined
  /**
   * Adds a check for each client of `@fastify/postgres`, `@fastify/redis`, `@fastify/mysql` and `@fastify/mongodb`,
   * when the app is ready. `true` adds checks of the kind `health`; otherwise name the kinds. A check of your own
   * under the same name is kept. The kind `liveness` is refused, because a restart of the app does not repair a
   * server.
   *
   * @default false
   * @example
   * ['readiness', 'health']
   */
  readonly autoChecks?: boolean | Kind | readonly Kind[] | undefined
  /**
   * The health endpoints of other services, by name.
   *
   * @default no service dependencies
   * @example
   * { users: 'https://users:8080/z/health', widgets: 'widget-service' }
   */
  readonly serviceDependencies?: Readonly<Record<string, ServiceDependencyOption>> | undefined
  /**
   * The kinds whose probes also request the service dependencies. `/health` always requests them.
   *
   * @default []
   * @example
   * ['readiness'] // the app is not ready while a service that it needs is not ready
   */
  readonly cascade?: readonly Kind[] | undefined
  /**
   * The names of custom kinds. Each gets its own probe at `/health/KIND`. In TypeScript, add the names to the
   * interface `CustomKinds`. Other names do not compile here.
   *
   * @default []
   * @example
   * ['replication'] // the probe is at /z/health/replication
   */
  readonly kinds?: readonly CustomKind[] | undefined
  /**
   * Options for all checks and service dependencies. The options of a single check override them.
   *
   * @default see the fields of `CheckOptions`
   * @example
   * { interval: 10_000, failureThreshold: 2 }
   */
  readonly checkDefaults?: CheckOptions | undefined
  /**
   * Which requests see the components of a report.
   *
   * @default 'always'
   */
  readonly showComponents?: Show | undefined
  /**
   * Which requests see the details, times, durations and error messages of components.
   *
   * @default 'never'
   * @example
   * 'authorized' // requests that pass the `auth` hooks
   */
  readonly showDetails?: Show | undefined
  /**
   * `onRequest` hooks that protect `/`, `/health`, `/health/NAME`, `/info` and `/version`. The probes stay open.
   * `undefined` is refused, because a missing secret must not open the endpoints.
   *
   * @default no hooks: the endpoints are open
   * @example
   * fastify.basicAuth
   */
  readonly auth?: AuthHook | readonly AuthHook[]
  /**
   * Turns single endpoints off.
   *
   * @default all endpoints are on
   * @example
   * { version: false }
   */
  readonly endpoints?: Endpoints | undefined
  /**
   * The HTTP status code of each status, from 200 to 599. Omitted statuses keep their codes.
   *
   * @default { DOWN: 503, OUT_OF_SERVICE: 503, DEGRADED: 200, UP: 200 }
   * @example
   * { DEGRADED: 429 }
   */
  readonly statusCodes?: Readonly<Partial<Record<Status, number>>> | undefined
  /**
   * Additional data for `/info`, or a function that returns it. The function has 800 ms.
   *
   * @default no additional data
   * @example
   * { team: 'shop' }
   */
  readonly info?: InfoOption | undefined
  /**
   * Adds `service.instance.id` to `/info`. `true` adds a UUID that stays the same when the app restarts on the same
   * host. A string is the id itself.
   *
   * @default false
   * @example
   * process.env.HOSTNAME
   */
  readonly serviceInstanceId?: boolean | string | undefined
  /**
   * The log level of the management routes. The default keeps probes out of the log.
   *
   * @default 'silent'
   */
  readonly logLevel?: LogLevel
  /**
   * Serves the endpoints on a separate port instead of the app's port, from when the app is ready until it has
   * closed. Hooks and decorators of the app do not apply there.
   *
   * @default no separate port
   * @example
   * { port: 9000, host: '0.0.0.0' }
   */
  readonly listen?: ListenOption | undefined
  /**
   * Ends the process when it receives a signal, without losing a request: out of service, a delay, `fastify.close()`,
   * exit. `true` uses the defaults of `ShutdownOption`. With `false` the plugin does not handle signals.
   *
   * @default false
   * @example
   * { delay: 10_000, timeout: 15_000 }
   */
  readonly shutdown?: boolean | ShutdownOption | undefined
}
