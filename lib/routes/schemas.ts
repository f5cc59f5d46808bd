// The build evaluates this file and takes in the resulting JSON, so that users do not load TypeBox. Export only JSON
// from here; functions that use the schemas are in `operation.ts` and `shared-schemas.ts`.
import * as Type from 'typebox'
import type { TSchema } from 'typebox'
import { STATUSES } from '../health/status.js'

const Status = Type.Enum([...STATUSES], { type: 'string', description: 'The worst status of the checks.' })

const ComponentStatus = Type.Enum([...STATUSES, 'UNKNOWN'], {
  type: 'string',
  description: 'The status of the check; UNKNOWN before the first run, and in the history after a removal.'
})

const byName = (schema: TSchema, description: string): TSchema =>
  Type.Object({}, { additionalProperties: schema, description })

/** A component contains components. The reference is the name in the table of shared schemas. */
const ComponentReference = Type.Ref('Component')

const Component = Type.Object({
  status: ComponentStatus,
  components: Type.Optional(byName(ComponentReference, 'The parts by name.')),
  details: Type.Optional(Type.Object({
    error: Type.Optional(Type.Unknown({ description: 'The reason of a failure.' }))
  }, {
    additionalProperties: true,
    description: 'Details of the last run, if this request may see details. Actuator\'s formats add the parts.'
  })),
  time: Type.Optional(Type.String({
    format: 'date-time',
    description: 'The end of the last run, if this request may see details.'
  })),
  durationMs: Type.Optional(Type.Number({
    minimum: 0,
    description: 'The duration of the last run in milliseconds, if this request may see details.'
  })),
  since: Type.Optional(Type.String({
    format: 'date-time',
    description: 'The last change of the status in /health, if this request may see details.'
  })),
  lastFailure: Type.Optional(Type.Object({
    time: Type.String({ format: 'date-time' }),
    error: Type.Optional(Type.String()),
    durationMs: Type.Number({ minimum: 0 })
  }, { description: 'The last failed run, if this request may see details.' }))
})

const Health = Type.Object({
  status: Status,
  components: Type.Optional(byName(ComponentReference, 'The checks by name, if this request may see them.'))
})

/** Both versions of Actuator's format, and JSON too: the only schema that is true for all media types of one answer. */
const ActuatorHealth = Type.Object({
  ...Health.properties,
  details: Type.Optional(byName(ComponentReference, 'The checks by name, in version 2 of Actuator\'s format.')),
  groups: Type.Optional(Type.Array(Type.String(), {
    description: 'The names of all kinds except health, in Actuator\'s formats of /health.'
  }))
})

const History = Type.Object({
  changes: Type.Array(Type.Object({
    time: Type.String({ format: 'date-time' }),
    check: Type.String({ description: 'The name of the check, or lifecycle.' }),
    kind: Type.Optional(Type.String({
      description: 'The kind for which a service dependency was requested, if this request may see details.'
    })),
    from: ComponentStatus,
    to: ComponentStatus,
    error: Type.Optional(Type.String({ description: 'The reason, if this request may see details.' })),
    durationMs: Type.Optional(Type.Number({
      minimum: 0,
      description: 'The duration of the run in milliseconds, if this request may see details.'
    }))
  }))
})

const Info = Type.Object({
  app: Type.Object({ name: Type.String(), version: Type.String() }, { additionalProperties: true }),
  'trace.attributes': Type.Object({}, {
    additionalProperties: true,
    description: 'Resource attributes, with the names of OpenTelemetry.'
  })
}, { additionalProperties: true })

const Link = Type.Object({ href: Type.String(), templated: Type.Boolean() })

const Links = Type.Object({ _links: Type.Object({ self: Link }, { additionalProperties: Link }) })

const ErrorBody = Type.Object({ statusCode: Type.Integer(), error: Type.String(), message: Type.String() })

/** The schemas that the answers of several routes share. A reference in them is a name in this table. */
export const SCHEMAS = { Health, ActuatorHealth, Component, History, Info, Links, Error: ErrorBody }

export const Text = Type.String()

export const HealthQuerystring = Type.Object({
  verbose: Type.Optional(Type.String({
    description: 'Adds the components, if this request may see them. Any value except false turns it on.'
  })),
  exclude: Type.Optional(Type.Array(Type.String(), {
    description: 'Names of checks to leave out of this answer, if this request may see them.'
  }))
})

export const ComponentParams = Type.Object({ name: Type.String({ description: 'The name of a check.' }) })
