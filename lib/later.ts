/** What is there, or will be. It lets an answer that is known already cost no promise. */
export type Later<T> = T | Promise<T>

/** Goes on with a value: at once where it is there. */
export function go<T, R> (value: Later<T>, next: (value: T) => Later<R>): Later<R> {
  return value instanceof Promise ? value.then(next) : next(value)
}

/** Goes on with several values once all are there. */
export function goAll<T, R> (values: readonly Later<T>[], next: (values: readonly T[]) => R): Later<R> {
  return areThere(values) ? next(values) : Promise.all(values).then(next)
}

function areThere<T> (values: readonly Later<T>[]): values is readonly T[] {
  return !values.some((value) => value instanceof Promise)
}
