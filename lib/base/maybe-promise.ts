import { types } from 'node:util'
import { isThenable } from './type-guards.js'

/** A value or a promise of it. An answer that is already known then needs no promise. */
export type MaybePromise<T> = T | Promise<T>

/** The most promises that may resolve with each other. A promise that resolves with itself would block the process. */
const MOST_NESTED = 100

/** Whether a value is a promise, whatever the global `Promise` is at the moment. */
export function isPromise<T> (value: MaybePromise<T>): value is Promise<T> {
  return isThenable(value)
}

/** Calls `next` with the value: at once for a value, later for a promise. */
export function chain<T, R> (value: MaybePromise<T>, next: (value: T) => MaybePromise<R>): MaybePromise<R> {
  return isPromise(value) ? value.then(next) : next(value)
}

/** Calls `next` with all values, as soon as all promises have resolved. Without promises it calls at once. */
export function chainAll<T, R> (
  values: readonly MaybePromise<T>[], next: (values: readonly T[]) => R
): MaybePromise<R> {
  return hasNoPromise(values) ? next(values) : Promise.all(values).then(next)
}

/**
 * Returns a promise for a value from outside, which may be a thenable of any library. It rejects if a `then` throws.
 * Only the first call of a thenable's callbacks counts. A promise of Node's own is returned as it is.
 */
export function settle<T> (value: T | PromiseLike<T>): Promise<T> {
  return isNative(value) ? value : adopt(value, 0)
}

function isNative<T> (value: T | PromiseLike<T>): value is Promise<T> {
  return types.isPromise(value)
}

function hasNoPromise<T> (values: readonly MaybePromise<T>[]): values is readonly T[] {
  return !values.some(isPromise)
}

/** Does the same as `await`, but rejects for a thenable that resolves with itself. `await` would never return. */
async function adopt<T> (value: T | PromiseLike<T>, depth: number): Promise<T> {
  if (!isThenable(value)) return value
  if (depth > MOST_NESTED) throw new TypeError('a promise resolves with itself')
  return await new Promise<T>((resolve, reject) => {
    value.then((result: T) => { resolve(adopt(result, depth + 1)) }, reject)
  })
}
