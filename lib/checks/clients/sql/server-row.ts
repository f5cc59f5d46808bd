import { isRecord } from '../../../base/type-guards.js'

/** The row of the check's query, whose columns are `version` and `read_only`. */
type ServerRow = readonly [version: unknown, readOnly: unknown]

/** A result of rows, of sets of rows, and of tables in a row. */
const MAX_DEPTH = 4

/**
 * Finds the row in a result. Drivers return `{ rows }`, `[rows, fields]` or the rows, and apps configure rows as
 * arrays or as objects.
 *
 * @throws Error if the result has no such row
 */
export function rowOf (result: unknown): ServerRow {
  const row = findRow(result, MAX_DEPTH)
  if (row === undefined) throw new Error('the server answered without a row')
  return row
}

function findRow (value: unknown, depth: number): ServerRow | undefined {
  if (depth < 0) return undefined
  if (Array.isArray(value)) return isRow(value) ? value : findRow(value[0], depth - 1)
  if (!isRecord(value)) return undefined
  const hasColumns = 'version' in value && 'read_only' in value
  // Nested tables: the columns of the query belong to a table without a name.
  return hasColumns ? [value['version'], value['read_only']] : findRow(value['rows'] ?? value[''], depth - 1)
}

/** A row starts with the version, a string or bytes. Any other array starts with a row, or with rows. */
function isRow (value: readonly unknown[]): value is [unknown, unknown] {
  return value.length === 2 && (typeof value[0] === 'string' || ArrayBuffer.isView(value[0]))
}
