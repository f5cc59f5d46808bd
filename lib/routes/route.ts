import type { onRequestAsyncHookHandler, RouteOptions } from 'fastify'
import type { Logger } from '../base/logger.js'
import type { HealthEngine } from '../health/engine.js'
import type { InfoReport } from '../info/info-report.js'
import type { History } from '../observe/history/history.js'
import type { LoopBlocks } from '../observe/thread/loop-blocks.js'
import type { Settings } from '../options/settings.js'
import { describeIn } from './openapi.js'
import { anyAnswer, routeSchema, withAnswers } from './operation.js'
import type { Operation, Responses } from './operation.js'
import type { RouteOverrides } from './overrides.js'
import { refusedProbeHook } from './refused-probe.js'
import type { VisibilityPolicy } from './visibility.js'

/** The objects that the routes need. */
export interface RouteDependencies {
  readonly engine: HealthEngine
  readonly info: InfoReport
  readonly history: History
  readonly settings: Settings
  readonly visibilityPolicy: VisibilityPolicy
  readonly auth: readonly onRequestAsyncHookHandler[]
  /** The app's logger. The requests of the routes have a silent one. */
  readonly log: Logger
  /** The blocks of the event loop, if a thread serves the separate port. */
  readonly eventLoop: Pick<LoopBlocks, 'blockedMs'> | undefined
}

/** The dependencies, with the options that all routes of one instance share. */
export interface RouteContext extends RouteDependencies {
  readonly overrides: RouteOverrides
}

/** The options of a route, except its handler. */
export type RouteParts = Omit<RouteOptions, 'handler'>

/** The answers of the `auth` hooks. A hook of the app decides on the body, if there is one. */
const REFUSALS: Responses = {
  401: anyAnswer('The auth hook refused the request'),
  403: anyAnswer('The auth hook refused the request, failed or gave no answer in time')
}

/**
 * Keeps the app's plugins away from probes. If probes were shed or rate-limited, Kubernetes would restart pods that
 * are only busy. If probes were traced, they would be most of the traces.
 *
 * @see https://github.com/fastify/under-pressure the route option `config.pressureHandler`; an empty one accepts all
 * @see https://github.com/fastify/fastify-rate-limit the route option `config.rateLimit`
 * @see https://github.com/fastify/otel the route option `config.otel`
 */
const PROBE = {
  management: 'probe',
  pressureHandler: () => undefined,
  rateLimit: false,
  otel: false
} as const

/**
 * Keeps the requests of this plugin to the app out of the app's metrics too.
 *
 * @see https://github.com/SkeLLLa/fastify-metrics the route option `config.disableMetrics`
 */
const WATCHED = { ...PROBE, disableMetrics: true } as const

/** Reports are shed, rate-limited and traced like the app's own routes. */
const REPORT = { management: 'report' } as const

/** Returns the options of a probe: without `auth`, load shedding, rate limits and tracing. */
export function probeRoute (context: RouteContext, kind: string, operation: Operation): RouteParts {
  const onResponse = refusedProbeHook(kind, context.log)
  return { ...common(context, operation, PROBE), ...(onResponse !== undefined && { onResponse }) }
}

/** Returns the options of a hidden route that answers like a probe, without a warning if the app refuses it. */
export function watchedRoute (context: Pick<RouteContext, 'overrides'>, operation: Operation): RouteParts {
  return { ...common(context, { ...operation, hide: true }, WATCHED), exposeHeadRoute: false }
}

/** Returns the options of a report: the `auth` hooks run first. */
export function reportRoute (context: RouteContext, operation: Operation): RouteParts {
  const { auth } = context
  const responses = auth.length > 0 ? withAnswers(operation.responses, REFUSALS) : operation.responses
  return { ...common(context, { ...operation, responses }, REPORT), onRequest: [...auth] }
}

/** Returns the options of `/health` and `/health/NAME`: open if the `auth` hooks decide only how much they show. */
export function healthRoute (context: RouteContext, operation: Operation): RouteParts {
  return reportRoute(context.visibilityPolicy.isOpen ? { ...context, auth: [] } : context, operation)
}

/**
 * The transform of the route replaces the app's own. A transform for other schemas, zod's for example, would throw,
 * and the app would have no OpenAPI document at all.
 */
function common (
  { overrides }: Pick<RouteContext, 'overrides'>,
  operation: Operation,
  routeConfig: typeof PROBE | typeof REPORT | typeof WATCHED
): RouteParts {
  const config = { ...routeConfig, swaggerTransform: describeIn(operation) }
  const schema = routeSchema(operation)
  return { ...overrides, method: 'GET', url: operation.path, exposeHeadRoute: true, schema, config }
}
