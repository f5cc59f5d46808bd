import { types } from 'node:util'

/** Any function: its parameters and its result cannot be checked at run time. */
export type AnyFunction = (...args: unknown[]) => never

export function isFunction (value: unknown): value is AnyFunction {
  return typeof value === 'function'
}

export function isRecord (value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * Whether a value is a promise: anything with a `then` function, as for `await`. Do not use `instanceof Promise`:
 * zone.js and bluebird replace the global `Promise`, but async functions still return Node's own promises.
 */
export function isThenable (value: unknown): value is PromiseLike<unknown> {
  if ((typeof value !== 'object' || value === null) && typeof value !== 'function') return false
  return 'then' in value && typeof value.then === 'function'
}

/**
 * Whether a value is an object whose keys are its content. A promise, a `Map` and a `Set` have no such keys: as options
 * they would count as empty.
 */
export function isKeyed (value: unknown): value is Record<string, unknown> {
  return isRecord(value) && !isThenable(value) && !types.isMap(value) && !types.isSet(value)
}

/** Whether a value is an object with methods of all these names. */
export function hasMethods<N extends string> (
  value: unknown, ...names: readonly N[]
): value is Record<N, (...args: never[]) => unknown> {
  if (typeof value !== 'object' || value === null) return false
  return names.every((name) => typeof Reflect.get(value, name) === 'function')
}
