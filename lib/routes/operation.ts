import type { FastifySchema } from 'fastify'
import type { TObject, TSchema } from 'typebox'
import { SCHEMAS, Text } from './schemas.js'
import { jsonCopy, resolve } from './shared-schemas.js'
import type { SchemaName } from './shared-schemas.js'

/** The documentation of a route, from which its schema and its part of an OpenAPI document are made. */
export interface Operation {
  /** Completes the `operationId`: `Info` gives `managementInfo`. */
  readonly id: string
  /** The path below the prefix. */
  readonly path: string
  readonly summary: string
  readonly description: string
  /** Keeps the route out of the OpenAPI document. */
  readonly hide?: boolean
  readonly querystring?: TObject
  readonly params?: TObject
  readonly responses: Responses
}

/** The answers of a route by status code. */
export type Responses = Readonly<Record<number, Answer>>

/** The documentation of one status code. */
export interface Answer {
  readonly description: string
  readonly body: Body
}

/** `any` is the body of a hook of the app. */
export type Body = 'any' | 'text' | JsonBody

export interface JsonBody {
  readonly json: SchemaName
  /** The schema for Actuator's media types, if clients can request them. */
  readonly actuator?: SchemaName
  /** True if clients can also request `application/health+json`. */
  readonly health?: true
}

const ERROR: JsonBody = { json: 'Error' }

/** An answer that clients can also request with Actuator's media types. */
export function jsonAnswer (description: string, json: SchemaName, actuator: SchemaName = json): Answer {
  return { description, body: { json, actuator } }
}

/** An answer that clients can also request with Actuator's media types and as `application/health+json`. */
export function healthAnswer (description: string, json: SchemaName, actuator: SchemaName = json): Answer {
  return { description, body: { json, actuator, health: true } }
}

export function errorAnswer (description: string): Answer {
  return { description, body: ERROR }
}

export function textAnswer (description: string): Answer {
  return { description, body: 'text' }
}

export function anyAnswer (description: string): Answer {
  return { description, body: 'any' }
}

/** Adds answers. If both lists have a code, for example because `DOWN` answers 404, its body can be either of both. */
export function withAnswers (responses: Responses, added: Responses): Responses {
  const either = Object.entries(added).map(([code, answer]) => {
    const other = responses[Number(code)]
    return [code, other === undefined ? answer : anyAnswer(`${other.description}, or: ${answer.description}`)] as const
  })
  return { ...responses, ...Object.fromEntries(either) }
}

const TAGS = ['management']
const ANY_OBJECT = { type: 'object', additionalProperties: true }

/**
 * Makes the schema of a route. Fastify and hooks of the app read it; it is a new object each time, because hooks may
 * change it. Components are any objects here: only a document can contain the references of a recursive schema.
 */
export function routeSchema ({ summary, description, hide, querystring, params, responses }: Operation): FastifySchema {
  return jsonCopy({
    tags: TAGS,
    summary,
    description,
    ...(hide !== undefined && { hide }),
    ...(querystring !== undefined && { querystring }),
    ...(params !== undefined && { params }),
    response: Object.fromEntries(Object.entries(responses).map(([code, { description, body }]) =>
      [code, { description, ...flatSchema(body) }]))
  })
}

function flatSchema (body: Body): TSchema {
  if (body === 'any') return {}
  return body === 'text' ? Text : resolve(SCHEMAS[body.json], () => ANY_OBJECT)
}
