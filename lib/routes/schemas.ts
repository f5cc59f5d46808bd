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

const DRAFT_STATUSES = ['pass', 'warn', 'fail'] as const
const TERMINUS_STATUSES = ['ok', 'error', 'shutting_down'] as const

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

const CheckObject = Type.Object({
  componentId: Type.String({ description: 'The name of the check, with the path of a part after a slash.' }),
  componentType: Type.String(),
  status: Type.Enum([...DRAFT_STATUSES], { type: 'string' }),
  observedValue: Type.Optional(Type.Number({ description: 'The duration of the last run.' })),
  observedUnit: Type.Optional(Type.String()),
  time: Type.Optional(Type.String({ format: 'date-time' })),
  output: Type.Optional(Type.String({ description: 'The reason of a failure.' }))
}, { additionalProperties: true, description: 'Only the id, the type and the status without details.' })

/** The draft's format. */
const HealthJson = Type.Object({
  status: Type.Enum([...DRAFT_STATUSES], { type: 'string' }),
  version: Type.Optional(Type.String({ description: 'The major version of the app.' })),
  releaseId: Type.Optional(Type.String({ description: 'The version of the app.' })),
  serviceId: Type.Optional(Type.String({ description: 'The name of the app.' })),
  output: Type.Optional(Type.String({ description: 'The reason of a failure, for one check.' })),
  checks: Type.Optional(byName(Type.Array(CheckObject), 'The checks by name, each followed by its parts.'))
})

const Indicator = Type.Object({
  status: Type.Enum(['up', 'down'], { type: 'string' }),
  message: Type.Optional(Type.Unknown({ description: 'The reason of a failure.' })),
  responseTime: Type.Optional(Type.Number({ description: 'The duration of the last run in milliseconds.' }))
}, { additionalProperties: true, description: 'Only the status without details.' })

const IndicatorReference = Type.Ref('Indicator')

/** The format of @nestjs/terminus. */
const Terminus = Type.Object({
  status: Type.Enum([...TERMINUS_STATUSES], { type: 'string' }),
  info: byName(IndicatorReference, 'The checks that pass, if this request may see them.'),
  error: byName(IndicatorReference, 'The checks that fail, if this request may see them.'),
  details: byName(IndicatorReference, 'All of these checks.')
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
export const SCHEMAS = {
  Health, ActuatorHealth, HealthJson, Terminus, Indicator, Component, History, Info, Links, Error: ErrorBody
}

const AnyStatus = Type.Enum([...STATUSES, 'UNKNOWN', ...DRAFT_STATUSES, ...TERMINUS_STATUSES], { type: 'string' })

/**
 * The properties that differ in Swagger 2.0, whose schema of an answer must be true for all of its media types.
 */
export const SWAGGER_PROPERTIES = {
  status: AnyStatus,
  details: Type.Object({}, { additionalProperties: true }),
  groups: Type.Array(Type.String())
}

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
