// The build evaluates this file and takes in the resulting JSON, so that users do not load TypeBox. Export only JSON
// from here; functions that use the schemas are in `responses.ts`.
import * as Type from 'typebox'
import type { TSchema } from 'typebox'
import { STATUSES } from '../health/status.js'

const Status = Type.Enum([...STATUSES], { type: 'string', description: 'The worst status of the checks.' })

const anyObject = (description: string): TSchema => Type.Object({}, { additionalProperties: true, description })

const byName = (schema: TSchema, description: string): TSchema =>
  Type.Object({}, { additionalProperties: schema, description })

const ComponentStatus = Type.Enum([...STATUSES, 'UNKNOWN'], {
  type: 'string',
  description: 'The status of the check; UNKNOWN for a service dependency that has not been checked yet.'
})

const detailFields = {
  details: Type.Optional(Type.Object({ error: Type.Optional(Type.String()) }, {
    additionalProperties: true,
    description: 'Details of the last run, if this request may see details; error is the reason of a failure.'
  })),
  time: Type.Optional(Type.String({
    format: 'date-time',
    description: 'The end of the last run, if this request may see details.'
  })),
  durationMs: Type.Optional(Type.Number({
    minimum: 0,
    description: 'The duration of the last run in milliseconds, if this request may see details.'
  }))
}

/** A part of a component. Its own parts can be any object: a recursive schema would need an `$id` in the app. */
const Part = Type.Object({
  status: ComponentStatus,
  components: Type.Optional(anyObject('The parts of this part, in the same form.')),
  ...detailFields
})

export const Component = Type.Object({
  status: ComponentStatus,
  components: Type.Optional(byName(Part, 'The parts by name.')),
  ...detailFields
})

/** In Actuator's formats, `details` contains the parts too, if a component has both. */
const ActuatorPart = Type.Object({
  ...Part.properties,
  details: Type.Optional(anyObject('Details of the last run and the parts by name, if this request may see details.'))
})

export const ActuatorComponent = Type.Object({
  ...ActuatorPart.properties,
  components: Type.Optional(byName(ActuatorPart, 'The parts by name.'))
})

/** Version 2 of Actuator's format puts the parts of a component without details into `details`. */
export const ActuatorComponentV2 = Type.Object({
  ...ActuatorComponent.properties,
  details: Type.Optional(anyObject('The parts by name, and details of the last run, if this request may see them.'))
})

const CHECKS_BY_NAME = 'The checks by name, if this request may see them.'

export const Health = Type.Object({ status: Status, components: Type.Optional(byName(Component, CHECKS_BY_NAME)) })

export const ActuatorHealth = Type.Object({
  status: Status,
  components: Type.Optional(byName(ActuatorComponent, CHECKS_BY_NAME))
})

/** Version 2 of Actuator's format names the components `details`. */
export const ActuatorHealthV2 = Type.Object({
  status: Status,
  details: Type.Optional(byName(ActuatorComponentV2, CHECKS_BY_NAME))
})

const groups = Type.Array(Type.String(), { description: 'The names of all kinds except health, sorted.' })
export const GroupedHealth = Type.Object({ ...ActuatorHealth.properties, groups })
export const GroupedHealthV2 = Type.Object({ ...ActuatorHealthV2.properties, groups })

export const Info = Type.Object({
  app: Type.Object({ name: Type.String(), version: Type.String() }, { additionalProperties: true }),
  'trace.attributes': anyObject('Resource attributes, with the names of OpenTelemetry.')
}, { additionalProperties: true })

const Link = Type.Object({ href: Type.String(), templated: Type.Boolean() })

export const Links = Type.Object({ _links: Type.Object({ self: Link }, { additionalProperties: Link }) })

export const Version = Type.String({ description: 'The version of the app, or unknown.' })

export const ErrorBody = Type.Object({ statusCode: Type.Integer(), error: Type.String(), message: Type.String() })

export const HealthQuerystring = Type.Object({
  verbose: Type.Optional(Type.String({
    description: 'Adds the components, if this request may see them. Any value except false turns it on.'
  })),
  exclude: Type.Optional(Type.Array(Type.String(), {
    description: 'Names of checks to leave out of this answer, if this request may see them.'
  }))
})

export const ComponentParams = Type.Object({ name: Type.String({ description: 'The name of a check.' }) })
