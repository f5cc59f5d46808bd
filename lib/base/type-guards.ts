/** Any function: its parameters and its result cannot be checked at run time. */
export type AnyFunction = (...args: unknown[]) => never

export function isFunction (value: unknown): value is AnyFunction {
  return typeof value === 'function'
}

export function isRecord (value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether a value is an object with methods of all these names. */
export function hasMethods<N extends string> (
  value: unknown, ...names: readonly N[]
): value is Record<N, (...args: never[]) => unknown> {
  if (typeof value !== 'object' || value === null) return false
  return names.every((name) => typeof Reflect.get(value, name) === 'function')
}
