import { types } from 'node:util'
import { isRecord } from './type-guards.js'

/** The properties of an error. Each may be missing, or overwritten with a value of any type. */
export interface ErrorLike {
  readonly name?: unknown
  readonly message?: unknown
  readonly code?: unknown
  readonly cause?: unknown
  /** The errors of an `AggregateError`. */
  readonly errors?: unknown
}

/**
 * Whether a thrown value is an error, or an object with the text `message`. Some libraries throw plain objects. The
 * errors of `node:vm` and Jest come from another realm, so `instanceof Error` is false for them.
 */
export function isErrorLike (value: unknown): value is ErrorLike {
  return types.isNativeError(value) || (isRecord(value) && typeof value['message'] === 'string')
}

/**
 * Whether any other value is an error, of any realm. An object with the text `message` alone may be content, for
 * example of `/info`. `DOMException` and the errors of old libraries have a `stack` too.
 */
export function isError (value: unknown): value is ErrorLike {
  return types.isNativeError(value) || (isErrorLike(value) && 'stack' in value && typeof value.stack === 'string')
}
