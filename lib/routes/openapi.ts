import type { FastifySchema } from 'fastify'
import type { TSchema } from 'typebox'
import { ACTUATOR_V2, ACTUATOR_V3, HEALTH_JSON } from './media-type.js'
import type { Answer, Body, Operation } from './operation.js'
import { freeOperationId } from './operation-id.js'
import type { Paths } from './operation-id.js'
import { SCHEMAS, SWAGGER_PROPERTIES, Text } from './schemas.js'
import { sharedSchemas } from './shared-schemas.js'
import type { SchemaReference, Schemas } from './shared-schemas.js'

/** The parameter of a transform: a route, and the document that is being written. */
export interface TransformInput {
  readonly schema: FastifySchema
  readonly url: string
  readonly route: { readonly method: string | readonly string[] }
  /** The document, if its version is Swagger 2.0. */
  readonly swaggerObject?: { readonly paths?: Paths, readonly definitions?: Record<string, object> }
  /** The document, if its version is OpenAPI 3.0 or later. */
  readonly openapiObject?: {
    readonly paths?: Paths
    readonly components?: { readonly schemas?: Record<string, object> }
  }
}

/** The schema and the URL that a document shows for a route. */
export interface DocumentedRoute {
  readonly schema: FastifySchema
  readonly url: string
}

/**
 * Returns the transform that describes a route in an OpenAPI document. Only a transform knows the version of the
 * document. It also adds the shared schemas to the document: in the app they would need an `$id`, which another
 * instance or the app may have, and a document would name them `def-0`.
 *
 * @see https://github.com/fastify/fastify-swagger the route option `config.swaggerTransform`
 */
export function describeIn (operation: Operation): (input: TransformInput) => DocumentedRoute {
  return (input) => {
    const url = input.url.replace(/\*$/, ':name')
    const document = targetOf(input)
    if (document === undefined) return { schema: input.schema, url }
    const name = {
      name: `management${operation.id}`,
      prefix: prefixOf(input.url, operation),
      isHead: input.route.method === 'HEAD'
    }
    const schema = { operationId: freeOperationId(name, document.paths), ...input.schema }
    return { url, schema: withResponse(document.form.addTo(schema, operation), () => document.responses(operation)) }
  }
}

/** The prefix of an instance. Its links also stand at the prefix without the slash of their path. */
function prefixOf (url: string, { path }: Operation): string {
  return url.endsWith(path) ? url.slice(0, -path.length) : url
}

/** The document reads `response` only if it shows the route. Without the route it needs no shared schemas. */
function withResponse (schema: FastifySchema, own: () => object): FastifySchema {
  const response = schema.response as object
  return { ...schema, get response () { return { ...response, ...own() } } }
}

/** The document to which a transform adds the routes. */
interface Target {
  readonly paths: Paths
  readonly form: Form
  readonly responses: (operation: Operation) => object
}

/** Returns `undefined` for a caller that gives no document. */
function targetOf ({ swaggerObject, openapiObject }: TransformInput): Target | undefined {
  const { paths = {} } = swaggerObject ?? openapiObject ?? {}
  const definitions = swaggerObject?.definitions
  if (definitions !== undefined) return target(SWAGGER, paths, definitions, '#/definitions/')
  const schemas = openapiObject?.components?.schemas
  return schemas && target(OPENAPI, paths, schemas, '#/components/schemas/')
}

function target (form: Form, paths: Paths, schemas: Record<string, object>, prefix: string): Target {
  return {
    paths,
    form,
    responses: ({ responses }) => {
      const to = sharedSchemas(form.schemas, schemas, prefix)
      return Object.fromEntries(Object.entries(responses).map(([code, answer]) => [code, form.response(answer, to)]))
    }
  }
}

/** The differences between the versions of the format, in the form that `@fastify/swagger` expects. */
interface Form {
  readonly schemas: Schemas
  readonly addTo: (schema: FastifySchema, operation: Operation) => FastifySchema
  readonly response: (answer: Answer, to: SchemaReference) => object
}

const DESCRIPTION = 'x-response-description'
const ACTUATOR_TYPES = [ACTUATOR_V3, ACTUATOR_V2]

/** OpenAPI 3: one schema for each media type. A body of a hook can have any type, so it has no entry. */
const OPENAPI: Form = {
  schemas: SCHEMAS,
  addTo: (schema) => schema,
  response: ({ description, body }, to) => {
    if (body === 'any') return { [DESCRIPTION]: description, type: 'null' }
    if (body === 'text') return { description, content: { 'text/plain': { schema: Text } } }
    const { json, actuator, health } = body
    const media = actuator && { schema: to(actuator) }
    const others = media && { [ACTUATOR_V3]: media, [ACTUATOR_V2]: media }
    const draft = health && { [HEALTH_JSON]: { schema: to('HealthJson') } }
    return { description, content: { 'application/json': { schema: to(json) }, ...others, ...draft } }
  }
}

/** Swagger 2.0: the operation lists its media types, and an answer has one schema, which must be true for all. */
const SWAGGER: Form = {
  schemas: {
    ...SCHEMAS,
    Health: forAllTypes(SCHEMAS.Health),
    Component: forAllTypes(SCHEMAS.Component),
    Terminus: forAllTypes(SCHEMAS.Terminus)
  },
  addTo: (schema, { responses }) => ({
    ...schema,
    produces: [...new Set(Object.values(responses).flatMap(({ body }) => mediaTypesOf(body)))],
    ...(schema.querystring !== undefined && { querystring: withRepeatedNames(schema.querystring) })
  }),
  response: ({ description, body }, to) => ({ [DESCRIPTION]: description, ...swaggerSchema(body, to) })
}

/** No property is required, because it is missing in other media types. */
function forAllTypes ({ properties }: { readonly properties: Readonly<Record<string, TSchema>> }): TSchema {
  return { type: 'object', properties: { ...properties, ...SWAGGER_PROPERTIES } }
}

function swaggerSchema (body: Body, to: SchemaReference): TSchema {
  if (body === 'any') return {}
  return body === 'text' ? Text : to(body.json)
}

function mediaTypesOf (body: Body): readonly string[] {
  // The usual type of a hook's answer.
  if (body === 'any') return ['application/json']
  if (body === 'text') return ['text/plain']
  const { actuator, health } = body
  return ['application/json', ...(actuator ? ACTUATOR_TYPES : []), ...(health ? [HEALTH_JSON] : [])]
}

/** Swagger 2.0 joins the values of a list with commas. OpenAPI 3 repeats the parameter, as this package expects. */
function withRepeatedNames (querystring: unknown): object {
  const { properties = {}, ...rest } = querystring as { readonly properties?: Readonly<Record<string, object>> }
  const repeated = Object.entries(properties).map(([name, property]) => {
    const isList = 'type' in property && property.type === 'array'
    return [name, isList ? { ...property, collectionFormat: 'multi' } : property] as const
  })
  return { ...rest, properties: Object.fromEntries(repeated) }
}
