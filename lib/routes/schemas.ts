import * as Type from 'typebox'
import type { TSchema } from 'typebox'
import { STATUSES } from '../health/status.js'
import { ACTUATOR_V2, ACTUATOR_V3 } from './media-type.js'

const Status = Type.Enum([...STATUSES], { type: 'string', description: 'The worst status of the checks.' })

const ComponentStatus = Type.Enum([...STATUSES, 'UNKNOWN'], {
  type: 'string',
  description: 'What the check says; UNKNOWN for a service dependency that has not been asked yet.'
})

const shown = {
  details: Type.Optional(Type.Object({ error: Type.Optional(Type.String()) }, {
    additionalProperties: true,
    description: 'What there is to know, where this request may see details; error is the reason of a failure.'
  })),
  time: Type.Optional(Type.String({ format: 'date-time', description: 'When the check ran, where this request may see details.' })),
  durationMs: Type.Optional(Type.Number({ minimum: 0, description: 'How long it took in milliseconds, where this request may see details.' }))
}

/** A part of a component. Parts of its own have the same form; they are left open here, as a schema that refers to itself needs an `$id` in the host. */
const Part = Type.Object({
  status: ComponentStatus,
  components: Type.Optional(Type.Object({}, { additionalProperties: true, description: 'Its own parts, of the same form.' })),
  ...shown
})

export const Component = Type.Object({
  status: ComponentStatus,
  components: Type.Optional(Type.Object({}, { additionalProperties: Part, description: 'Its parts by name.' })),
  ...shown
})

const Components = Type.Object({}, { additionalProperties: Component, description: 'The checks by name, where this request may see them.' })

export const Health = Type.Object({ status: Status, components: Type.Optional(Components) })

/** In version 2 of Actuator's format the parts of what has parts are its `details`. */
const ComponentV2 = Type.Object({
  status: ComponentStatus,
  details: Type.Optional(Type.Object({}, { additionalProperties: true, description: 'The parts by name, and what there is to know.' })),
  time: shown.time,
  durationMs: shown.durationMs
})

const HealthV2 = Type.Object({
  status: Status,
  details: Type.Optional(Type.Object({}, { additionalProperties: ComponentV2, description: 'The checks by name, where this request may see them.' }))
})

export const Info = Type.Object({
  app: Type.Object({ name: Type.String(), version: Type.String() }, { additionalProperties: true }),
  'trace.attributes': Type.Object({}, { additionalProperties: true, description: 'Resource attributes, named as OpenTelemetry does.' })
}, { additionalProperties: true })

const Link = Type.Object({ href: Type.String(), templated: Type.Boolean() })

export const Links = Type.Object({ _links: Type.Object({ self: Link }, { additionalProperties: Link }) })

export const Version = Type.String({ description: 'The version of the app, or unknown.' })

export const ErrorBody = Type.Object({ statusCode: Type.Integer(), error: Type.String(), message: Type.String() })

export const HealthQuerystring = Type.Object({
  verbose: Type.Optional(Type.String({ description: 'Adds the components, where this request may see them. Present with any value but false.' })),
  exclude: Type.Optional(Type.Array(Type.String(), { description: 'Names of checks to leave out of this answer, where this request may see them.' }))
})

export const ComponentParams = Type.Object({ name: Type.String({ description: 'The name of a check.' }) })

/** What a route can answer with one status code: a description, and a schema per media type. */
export interface ResponseSchema {
  readonly description: string
  readonly content: Readonly<Record<string, { readonly schema: TSchema }>>
}

/** A response that is JSON, under Actuator's media types too. */
export function jsonResponse (description: string, schema: TSchema, v2 = schema): ResponseSchema {
  return { description, content: { 'application/json': { schema }, [ACTUATOR_V3]: { schema }, [ACTUATOR_V2]: { schema: v2 } } }
}

export function healthResponse (description: string): ResponseSchema {
  return jsonResponse(description, Health, HealthV2)
}

export function componentResponse (description: string): ResponseSchema {
  return jsonResponse(description, Component, ComponentV2)
}

export function errorResponse (description: string): ResponseSchema {
  return { description, content: { 'application/json': { schema: ErrorBody } } }
}

export function textResponse (description: string, schema: TSchema): ResponseSchema {
  return { description, content: { 'text/plain': { schema } } }
}
