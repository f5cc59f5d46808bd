import type { FastifySchema, onRequestAsyncHookHandler, RouteShorthandOptions } from 'fastify'
import type { HealthEngine } from '../health/engine.js'
import type { InfoReport } from '../info/info-report.js'
import type { Settings } from '../options/settings.js'
import { errorResponse } from './schemas.js'
import type { ResponseSchema } from './schemas.js'
import type { Viewer } from './visibility.js'

/** What the endpoints answer from. */
export interface RouteDependencies {
  readonly engine: HealthEngine
  readonly info: InfoReport
  readonly settings: Settings
  readonly viewer: Viewer
  readonly auth: readonly onRequestAsyncHookHandler[]
}

/** What the routes of one instance are made of. */
export interface RouteContext extends RouteDependencies {
  /** What stands against settings of the app that would be theirs too. */
  readonly isolation: Pick<RouteShorthandOptions, 'logLevel' | 'handlerTimeout'>
}

/** A schema with what an OpenAPI document says of a route beside it. */
export interface RouteSchema extends FastifySchema {
  readonly summary: string
  readonly description: string
  /** Keeps the route out of the document. */
  readonly hide?: boolean
  readonly response: Readonly<Record<number, ResponseSchema>>
}

const TAGS = ['management']
const CLOSED = errorResponse('Nobody can say whether this request may see it')

/**
 * What tells the app's plugins to let a probe through. Shed under load, or counted, it would have a pod restarted that is only
 * busy; traced, it would be most of what is traced.
 *
 * @see https://github.com/fastify/under-pressure the route option `config.pressureHandler`, one that lets the request go on
 * @see https://github.com/fastify/fastify-rate-limit the route option `config.rateLimit`
 * @see https://github.com/fastify/otel the route option `config.otel`
 */
const PROBE = { management: 'probe', pressureHandler: () => undefined, rateLimit: false, otel: false, swaggerTransform: false } as const

/**
 * A report is shed, counted and traced as any route of the app's. Its schemas are JSON schemas already: what a host may have for
 * turning its own into such, zod's for example, would throw at them, and the whole document with it.
 *
 * @see https://github.com/fastify/fastify-swagger the route option `config.swaggerTransform`
 */
const REPORT = { management: 'report', swaggerTransform: false } as const

/** The options of a probe: open, silent, and let through whatever the load. */
export function probeRoute (context: RouteContext, schema: RouteSchema): RouteShorthandOptions {
  return { ...common(context, schema), config: { ...PROBE } }
}

/** The options of a report: behind `auth`, and silent. */
export function reportRoute (context: RouteContext, schema: RouteSchema): RouteShorthandOptions {
  const { auth } = context
  const response = auth.length > 0 ? { ...schema.response, 403: CLOSED } : schema.response
  return { ...common(context, { ...schema, response }), config: { ...REPORT }, onRequest: [...auth] }
}

function common ({ isolation }: RouteContext, schema: RouteSchema): RouteShorthandOptions {
  // A copy: what a hook of one app does to a schema is not to be seen in another.
  const documented = structuredClone({ tags: TAGS, ...schema })
  return { ...isolation, exposeHeadRoute: true, schema: documented }
}
