import type { FastifyInstance, FastifyReply, FastifyRequest, HookHandlerDoneFunction, LogLevel } from 'fastify'
import type { CheckFunction } from '../health/check/attempt.js'
import type { Kind } from '../health/kind.js'
import type { CheckOptions } from '../health/check/policy.js'
import type { Status } from '../health/status.js'

/** Who sees something: everybody, nobody, or those for whom a function says `true`. One that fails hides. */
export type Show = 'always' | 'never' | ((request: FastifyRequest) => boolean | Promise<boolean>)

/** What tells management routes apart for a hook of the app's: probes are asked by machines, reports by people. */
export type RouteClass = 'probe' | 'report'

/**
 * A hook of Fastify's `onRequest`: it lets a request through by calling `done()` or resolving, and refuses it by calling
 * `done(error)`, throwing, rejecting or answering.
 */
export type AuthHook = (this: FastifyInstance, request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction) => unknown

/** A check in the options: its function, or its function with options. */
export type CheckOption = CheckFunction | (CheckOptions & { readonly check: CheckFunction })

/** Another service's health endpoint: its address, or its address with options. */
export type ServiceDependencyOption = string | (CheckOptions & {
  /** A URL, or a host with an optional port and path. */
  readonly url: string
  /** Headers to send, an `authorization` for example. */
  readonly headers?: Readonly<Record<string, string>> | undefined
})

/** More for `/info`: data, or a function that gives it at each request. */
export type InfoOption = Readonly<Record<string, unknown>> | (() => Record<string, unknown> | Promise<Record<string, unknown>>)

/** The endpoints that can be turned off. The probes cannot. */
export interface Endpoints {
  /** `/info`. Default `true`. */
  readonly info?: boolean | undefined
  /** `/version`. Default `true`. */
  readonly version?: boolean | undefined
  /** `/health` and `/health/NAME`. Default `true`. */
  readonly health?: boolean | undefined
  /** The links at the prefix itself. Default `true`, but off where the prefix is `/`. */
  readonly links?: boolean | undefined
}

/** Where the endpoints are served, on a server of their own. */
export interface ListenOption {
  /** From 0 to 65535; 0 is one that is free, which `fastify.management.addresses()` tells. */
  readonly port: number
  /** A name or an address of this machine. Default `127.0.0.1`; in a container it has to be `0.0.0.0` or `::`. */
  readonly host?: string | undefined
}

/** The signals that ask a process to end, and that it can answer. */
export const SHUTDOWN_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'] as const

export type ShutdownSignal = typeof SHUTDOWN_SIGNALS[number]

/** How the app ends at a signal. */
export interface ShutdownOption {
  /** What ends it. Default `SIGTERM`, which Kubernetes and Docker send, and `SIGINT`, which Ctrl+C does. */
  readonly signals?: readonly ShutdownSignal[] | undefined
  /**
   * How long it is out of service before it closes, in milliseconds: until that has got round, requests are sent to it. Default 5,000 in
   * Kubernetes (where `KUBERNETES_SERVICE_HOST` is set), else 0, with which requests on kept connections may be lost.
   *
   * @see https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination-flow
   */
  readonly delay?: number | undefined
  /** How long it may take to close after that, in milliseconds, until the process exits with 1. Default 10,000. */
  readonly timeout?: number | undefined
}

/** What `fastify.register(management, options)` takes. All are optional; they are read once. */
export interface ManagementOptions {
  /** Where the routes are mounted, under the prefix of the parent. Default `/z`. */
  readonly prefix?: string
  /** The service's name. Default `OTEL_SERVICE_NAME`, then the app's package.json, then `unknown_service:node`. */
  readonly name?: string | undefined
  /** The app's version, or a function that gives it. Default `VERSION` in the environment, then `unknown`. */
  readonly version?: string | (() => string | Promise<string>) | undefined
  /** Checks by kind and name: `{ readiness: { db: checkDatabase } }`. */
  readonly checks?: Readonly<Record<string, Readonly<Record<string, CheckOption>>>> | undefined
  /**
   * Adds a check for each client that `@fastify/postgres`, `@fastify/redis`, `@fastify/mysql` and `@fastify/mongodb` have decorated the app with,
   * when the app is ready: of the kind `health` for `true`, or of these kinds. A check of the app's own under the same name stands.
   * Not for liveness: a restart does not mend a server. Default `false`.
   */
  readonly autoChecks?: boolean | Kind | readonly Kind[] | undefined
  /** Other services' health endpoints by name: `{ users: 'https://users:8080/z/health', widgets: 'widget-service' }`. */
  readonly serviceDependencies?: Readonly<Record<string, ServiceDependencyOption>> | undefined
  /** Kinds that also ask the service dependencies. `/health` always does. Default none. */
  readonly cascade?: readonly string[] | undefined
  /** Custom kinds, each a probe of its own at `/health/KIND`. Default none. */
  readonly kinds?: readonly string[] | undefined
  /** What holds for every check and service dependency whose own options do not say otherwise. */
  readonly checkDefaults?: CheckOptions | undefined
  /** Who sees the components of a report. Default `always`. */
  readonly showComponents?: Show | undefined
  /** Who sees the components' details, times and error messages. Default `never`. */
  readonly showDetails?: Show | undefined
  /** `onRequest` hooks before `/`, `/health`, `/health/NAME`, `/info` and `/version`. Default none: they are open. */
  readonly auth?: AuthHook | readonly AuthHook[]
  /** Turns endpoints off. Default all on. */
  readonly endpoints?: Endpoints | undefined
  /** The HTTP status code per status. Default 503 for `DOWN` and `OUT_OF_SERVICE`, 200 for the others. */
  readonly statusCodes?: Readonly<Partial<Record<Status, number>>> | undefined
  /** More for `/info`. Default none. */
  readonly info?: InfoOption | undefined
  /** `service.instance.id` in `/info`: `true` for one that is stable for an app on a host, or the id. Default `false`. */
  readonly serviceInstanceId?: boolean | string | undefined
  /** The log level of the management routes. Default `silent`. */
  readonly logLevel?: LogLevel
  /**
   * Serves the routes on a port of their own instead of the app's, from when the app is ready until it has closed. The app's
   * hooks and decorators do not apply there. Default none.
   */
  readonly listen?: ListenOption | undefined
  /**
   * Ends the process at a signal without losing a request: out of service, a delay, `fastify.close()`, exit. `true` for the defaults.
   * Default `false`: no signal is hooked.
   */
  readonly shutdown?: boolean | ShutdownOption | undefined
}
