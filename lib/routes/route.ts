import type { FastifySchema, onRequestAsyncHookHandler, RouteShorthandOptions } from 'fastify'
import type { Logger } from '../base/logger.js'
import type { HealthEngine } from '../health/engine.js'
import type { InfoReport } from '../info/info-report.js'
import type { Settings } from '../options/settings.js'
import type { RouteOverrides } from './overrides.js'
import { refusedProbeHook } from './refused-probe.js'
import { errorResponse } from './responses.js'
import type { ResponseSchema } from './responses.js'
import type { VisibilityPolicy } from './visibility.js'

/** The objects that the routes need. */
export interface RouteDependencies {
  readonly engine: HealthEngine
  readonly info: InfoReport
  readonly settings: Settings
  readonly visibilityPolicy: VisibilityPolicy
  readonly auth: readonly onRequestAsyncHookHandler[]
  /** The app's logger. The requests of the routes have a silent one. */
  readonly log: Logger
}

/** The dependencies, with the options that all routes of one instance share. */
export interface RouteContext extends RouteDependencies {
  readonly overrides: RouteOverrides
}

/** A schema with the texts that an OpenAPI document shows for a route. */
export interface RouteSchema extends FastifySchema {
  readonly summary: string
  readonly description: string
  /** Keeps the route out of the OpenAPI document. */
  readonly hide?: boolean
  readonly response: Readonly<Record<number, ResponseSchema>>
}

const TAGS = ['management']
const FORBIDDEN = errorResponse('The auth hook failed or gave no answer in time')

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
  otel: false,
  swaggerTransform: false
} as const

/**
 * Reports are shed, rate-limited and traced like the app's own routes. Their schemas are JSON schemas already. A
 * transform of the app for other schemas, zod's for example, would throw, and the app would have no OpenAPI
 * document at all.
 *
 * @see https://github.com/fastify/fastify-swagger the route option `config.swaggerTransform`
 */
const REPORT = { management: 'report', swaggerTransform: false } as const

/** Returns the options of a probe: without `auth`, load shedding, rate limits and tracing. */
export function probeRoute (context: RouteContext, kind: string, schema: RouteSchema): RouteShorthandOptions {
  const onResponse = refusedProbeHook(kind, context.log)
  return { ...common(context, schema), config: { ...PROBE }, ...(onResponse !== undefined && { onResponse }) }
}

/** Returns the options of a report: the `auth` hooks run first. */
export function reportRoute (context: RouteContext, schema: RouteSchema): RouteShorthandOptions {
  const { auth } = context
  const response = auth.length > 0 ? { ...schema.response, 403: FORBIDDEN } : schema.response
  return { ...common(context, { ...schema, response }), config: { ...REPORT }, onRequest: [...auth] }
}

/** Returns the options of `/health` and `/health/NAME`: open if the `auth` hooks decide only how much they show. */
export function healthRoute (context: RouteContext, schema: RouteSchema): RouteShorthandOptions {
  return reportRoute(context.visibilityPolicy.isOpen ? { ...context, auth: [] } : context, schema)
}

function common ({ overrides }: RouteContext, schema: RouteSchema): RouteShorthandOptions {
  // Hooks may change a route's schema. The copy keeps such a change in one app.
  const copy = structuredClone({ tags: TAGS, ...schema })
  return { ...overrides, exposeHeadRoute: true, schema: copy }
}
