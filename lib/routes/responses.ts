import type { TSchema } from 'typebox'
import { ACTUATOR_V2, ACTUATOR_V3 } from './media-type.js'
import {
  ActuatorComponent, ActuatorComponentV2, ActuatorHealth, ActuatorHealthV2, Component, ErrorBody, GroupedHealth,
  GroupedHealthV2, Health
} from './schemas.js'

/** The documentation of one status code: a description, and a schema per media type. */
export interface ResponseSchema {
  readonly description: string
  readonly content: Readonly<Record<string, { readonly schema: TSchema }>>
}

/** Documents a JSON response, which clients can also request with Actuator's media types. */
export function jsonResponse (
  description: string, schema: TSchema, schemaV3 = schema, schemaV2 = schema
): ResponseSchema {
  return {
    description,
    content: {
      'application/json': { schema },
      [ACTUATOR_V3]: { schema: schemaV3 },
      [ACTUATOR_V2]: { schema: schemaV2 }
    }
  }
}

export function healthResponse (description: string): ResponseSchema {
  return jsonResponse(description, Health, GroupedHealth, GroupedHealthV2)
}

export function probeResponse (description: string): ResponseSchema {
  return jsonResponse(description, Health, ActuatorHealth, ActuatorHealthV2)
}

export function componentResponse (description: string): ResponseSchema {
  return jsonResponse(description, Component, ActuatorComponent, ActuatorComponentV2)
}

export function errorResponse (description: string): ResponseSchema {
  return { description, content: { 'application/json': { schema: ErrorBody } } }
}

export function textResponse (description: string, schema: TSchema): ResponseSchema {
  return { description, content: { 'text/plain': { schema } } }
}
