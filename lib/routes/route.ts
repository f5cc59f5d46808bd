import type { FastifySchema, onRequestAsyncHookHandler, RouteShorthandOptions } from 'fastify'
import type { HealthEngine } from '../health/engine.js'
import type { InfoReport } from '../info/info-report.js'
import type { Settings } from '../settings.js'
import { errorResponse } from './schemas.js'
import type { ResponseSchema } from './schemas.js'
import type { Viewer } from './visibility.js'

/** What the routes of one instance are made of. */
export interface RouteContext {
  readonly engine: HealthEngine
  readonly info: InfoReport
  readonly settings: Settings
  readonly viewer: Viewer
  readonly auth: readonly onRequestAsyncHookHandler[]
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

/** The options of a probe: open, and silent. */
export function probeRoute ({ settings }: RouteContext, schema: RouteSchema): RouteShorthandOptions {
  return { ...common(settings, schema), config: { management: 'probe' } }
}

/** The options of a report: behind `auth`, and silent. */
export function reportRoute ({ settings, auth }: RouteContext, schema: RouteSchema): RouteShorthandOptions {
  const response = auth.length > 0 ? { ...schema.response, 403: CLOSED } : schema.response
  return { ...common(settings, { ...schema, response }), config: { management: 'report' }, onRequest: [...auth] }
}

function common ({ logLevel }: Settings, schema: RouteSchema): RouteShorthandOptions {
  const documented = { tags: TAGS, ...schema }
  return { exposeHeadRoute: true, logLevel, schema: documented }
}
