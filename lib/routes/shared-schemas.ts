import { isDeepStrictEqual } from 'node:util'
import type { TSchema } from 'typebox'
import { isRecord } from '../base/type-guards.js'
import type { SCHEMAS } from './schemas.js'

export type SchemaName = keyof typeof SCHEMAS

export type Schemas = Readonly<Record<SchemaName, TSchema>>

/** Returns the schema to use for a shared schema, for example a reference to it. */
export type SchemaReference = (name: SchemaName) => TSchema

/**
 * Returns a function that adds a shared schema to a document at its first use, and returns a reference to it. Two
 * instances share the schemas. If the app has a schema of its own under one of the names, ours end with a number.
 *
 * @param document the schemas of the document by name
 * @param path the path of the schemas in the document, for example `#/components/schemas/`
 */
export function sharedSchemas (schemas: Schemas, document: Record<string, object>, path: string): SchemaReference {
  let suffix = ''
  for (let number = 2; !isFree(schemas, document, path, suffix); number += 1) suffix = String(number)
  const use: SchemaReference = (name) => {
    const key = keyOf(name, suffix)
    if (!Object.hasOwn(document, key)) {
      // A component contains components: the entry must exist before its schema refers to it.
      document[key] = {}
      document[key] = resolve(schemas[name], use)
    }
    return reference(path, key)
  }
  return use
}

/** Copies a schema, and replaces each name of a shared schema in it. */
export function resolve (schema: TSchema, to: SchemaReference): TSchema {
  if ('$ref' in schema) return to(schema.$ref as SchemaName)
  return Object.fromEntries(Object.entries(schema).map(([key, value]: [string, unknown]) =>
    [key, isRecord(value) ? resolve(value, to) : jsonCopy(value)]))
}

/** Copies a value of a schema. The first call of `structuredClone()` in a process takes much longer. */
export function jsonCopy<T> (value: T): T {
  return typeof value === 'object' ? JSON.parse(JSON.stringify(value)) as T : value
}

/** Whether the document has no schemas with this suffix, or has ours already. */
function isFree (
  schemas: Schemas, document: Readonly<Record<string, object>>, path: string, suffix: string
): boolean {
  const to: SchemaReference = (name) => reference(path, keyOf(name, suffix))
  return Object.entries(schemas).every(([name, schema]) => {
    const key = keyOf(name as SchemaName, suffix)
    return !Object.hasOwn(document, key) || isDeepStrictEqual(document[key], resolve(schema, to))
  })
}

function reference (path: string, key: string): TSchema {
  return { $ref: path + key }
}

function keyOf (name: SchemaName, suffix: string): string {
  return `Management${name}${suffix}`
}
