import { isRecord } from '../plain.js'

/** What the query of a health request asks for. */
export interface HealthQuery {
  readonly verbose: boolean
  readonly exclude: ReadonlySet<string>
}

/** Reads `?verbose` and `?exclude=NAME`, as the Kubernetes API server has them. What makes no sense is ignored. */
export function readQuery (query: unknown): HealthQuery {
  if (!isRecord(query)) return { verbose: false, exclude: new Set() }
  const { verbose, exclude } = query
  return {
    verbose: verbose !== undefined && valuesOf(verbose).some((value) => value !== 'false'),
    exclude: new Set(valuesOf(exclude).filter((name) => typeof name === 'string'))
  }
}

/** A key that is repeated comes as an array. */
function valuesOf (value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value]
}
