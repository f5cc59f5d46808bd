/** A value or a promise of it. An answer that is already known then needs no promise. */
export type MaybePromise<T> = T | Promise<T>

/** Calls `next` with the value: at once for a value, later for a promise. */
export function chain<T, R> (value: MaybePromise<T>, next: (value: T) => MaybePromise<R>): MaybePromise<R> {
  return value instanceof Promise ? value.then(next) : next(value)
}

/** Calls `next` with all values, as soon as all promises have resolved. Without promises it calls at once. */
export function chainAll<T, R> (
  values: readonly MaybePromise<T>[], next: (values: readonly T[]) => R
): MaybePromise<R> {
  return hasNoPromise(values) ? next(values) : Promise.all(values).then(next)
}

function hasNoPromise<T> (values: readonly MaybePromise<T>[]): values is readonly T[] {
  return !values.some((value) => value instanceof Promise)
}
