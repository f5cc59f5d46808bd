/** A function of which no more is known: what it takes and gives cannot be seen at run time, so that it stands for any. */
export type AnyFunction = (...args: unknown[]) => never

export function isFunction (value: unknown): value is AnyFunction {
  return typeof value === 'function'
}

export function isRecord (value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether a value has methods of these names. */
export function hasMethods<N extends string> (value: unknown, ...names: readonly N[]): value is Record<N, (...args: never[]) => unknown> {
  return typeof value === 'object' && value !== null && names.every((name) => typeof Reflect.get(value, name) === 'function')
}
