import { isRecord } from '../base/type-guards.js'

/** The operations of a document by path and method. */
export type Paths = Readonly<Record<string, unknown>>

/** The parts of an `operationId`. */
export interface OperationName {
  /** The name of the operation, for example `managementInfo`. */
  readonly name: string
  /** The prefix of the instance. It tells two instances in one app apart. */
  readonly prefix: string
  readonly isHead: boolean
}

/**
 * Returns an `operationId` that no other operation of the document has: the name alone, otherwise the name with the
 * prefix, otherwise with a number. `-head` at the end is the convention of `@fastify/swagger`.
 */
export function freeOperationId ({ name, prefix, isHead }: OperationName, paths: Paths): string {
  const operations = Object.values(paths).flatMap((item) => isRecord(item) ? Object.values(item) : [])
  const taken = new Set(operations.map((operation) => isRecord(operation) ? operation['operationId'] : undefined))
  const suffix = isHead ? '-head' : ''
  const isFree = (id: string): boolean => !taken.has(id + suffix)
  const longName = name + pascalCase(prefix)
  let id = [name, longName].find(isFree)
  for (let number = 2; id === undefined; number += 1) id = [`${longName}${number}`].find(isFree)
  return id + suffix
}

/** Joins the words of a path or a kind: `/admin/z` is `AdminZ`. */
export function pascalCase (text: string): string {
  return text.split(/[^a-z\d]+/i).map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')
}
