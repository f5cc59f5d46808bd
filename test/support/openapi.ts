import swagger from '@fastify/swagger'
import SwaggerParser from '@apidevtools/swagger-parser'
import { Ajv } from 'ajv'
import type { ValidateFunction } from 'ajv'
import type { FastifyInstance } from 'fastify'
import type { OpenAPI } from 'openapi-types'

/** The versions of the format that @fastify/swagger writes. Without options it writes Swagger 2.0. */
export const VERSIONS = ['2.0', '3.0.3', '3.1.0'] as const

export type Version = typeof VERSIONS[number]

export interface Parameter {
  readonly name: string
  readonly in: string
  readonly collectionFormat?: string
}

export interface Response {
  readonly description: string
  /** The schema for all media types, in Swagger 2.0. */
  readonly schema?: object
  /** A schema for each media type, in OpenAPI 3. */
  readonly content?: Readonly<Record<string, { readonly schema: object }>>
}

export interface Operation {
  readonly operationId?: string
  readonly summary?: string
  readonly description?: string
  readonly tags?: readonly string[]
  readonly produces?: readonly string[]
  readonly parameters?: readonly Parameter[]
  readonly responses: Readonly<Record<string, Response>>
}

export interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly definitions?: Readonly<Record<string, object>>
  readonly components?: { readonly schemas: Readonly<Record<string, object>> }
}

/** Registers @fastify/swagger for a version of the format. Call it before the routes of the document. */
export async function registerSwagger (app: FastifyInstance, version: Version, options: object = {}): Promise<void> {
  const info = { title: 'shop', version: '1' }
  const format = version === '2.0' ? { swagger: { info } } : { openapi: { openapi: version, info } }
  await app.register(swagger, { ...format, ...options })
}

export function documentOf (app: FastifyInstance): Document {
  return app.swagger() as unknown as Document
}

/** Returns the faults of a document, or an empty list. */
export async function faultsOf (document: object): Promise<readonly string[]> {
  try {
    await SwaggerParser.validate(structuredClone(document) as unknown as OpenAPI.Document)
    return []
  } catch (error) {
    return [String(error)]
  }
}

export function operationsOf (document: Document): readonly Operation[] {
  return Object.values(document.paths).flatMap((item) => Object.values(item))
}

export function schemasOf ({ definitions, components }: Document): Readonly<Record<string, object>> {
  return definitions ?? components?.schemas ?? {}
}

/** An answer of a server, and the path in the document that describes it. */
export interface DocumentedAnswer {
  readonly path: string
  readonly status: number
  readonly type: string
  readonly value: unknown
}

/** Compares real answers with a document. Returns the differences of an answer, or an empty list. */
export function differences (document: Document): (answer: DocumentedAnswer) => readonly string[] {
  const ajv = new Ajv({
    strict: false, validateSchema: false, formats: { 'date-time': (text) => !Number.isNaN(Date.parse(text)) }
  })
  ajv.addSchema(document, 'document')
  const validators = new Map<string, ValidateFunction>()
  const validatorFor = (reference: string): ValidateFunction => {
    const validator = validators.get(reference) ?? ajv.compile({ $ref: reference })
    validators.set(reference, validator)
    return validator
  }
  return ({ path, status, type, value }) => {
    const operation = document.paths[path]?.['get']
    const response = operation?.responses[status]
    if (operation === undefined || response === undefined) return [`${status} is not documented`]
    if (isAny(response)) return []
    const types = operation.produces ?? Object.keys(response.content ?? {})
    if (!types.includes(type)) return [`${type} is not documented, only ${types.join(', ')}`]
    const pointer = ['paths', path, 'get', 'responses', status]
    const schema = response.schema === undefined ? [...pointer, 'content', type, 'schema'] : [...pointer, 'schema']
    const validate = validatorFor(`document#/${schema.map((key) => escape(String(key))).join('/')}`)
    return validate(value) ? [] : [ajv.errorsText(validate.errors)]
  }
}

/** Whether an answer can have any body and any type, because a hook of the app decides on it. */
function isAny ({ schema, content }: Response): boolean {
  return schema === undefined ? content === undefined : Object.keys(schema).length === 0
}

function escape (key: string): string {
  return encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'))
}
