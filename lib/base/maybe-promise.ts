/** What is there, or will be. It lets an answer that is known already cost no promise. */
export type MaybePromise<T> = T | Promise<T>

/** Goes on with a value: at once where it is there. */
export function chain<T, R> (value: MaybePromise<T>, next: (value: T) => MaybePromise<R>): MaybePromise<R> {
  return value instanceof Promise ? value.then(next) : next(value)
}

/** Goes on with several values once all are there. */
export function chainAll<T, R> (values: readonly MaybePromise<T>[], next: (values: readonly T[]) => R): MaybePromise<R> {
  return areThere(values) ? next(values) : Promise.all(values).then(next)
}

function areThere<T> (values: readonly MaybePromise<T>[]): values is readonly T[] {
  return !values.some((value) => value instanceof Promise)
}
