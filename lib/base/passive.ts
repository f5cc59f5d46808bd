import { types } from 'node:util'
import { isFunction, isRecord } from './type-guards.js'

/** A proxy can pretend to have prototypes without end. */
const MOST_PROTOTYPES = 20

/** An object or a function: a value that can have properties. */
export function hasProperties (value: unknown): value is object {
  return isRecord(value) || isFunction(value)
}

/**
 * Finds a property of a value or of its prototypes, without calling a getter. Of a proxy it reads only the proxy's own
 * properties: a proxy may connect when a property is read.
 */
export function propertyOf (value: object, key: PropertyKey): PropertyDescriptor | undefined {
  for (const object of chainOf(value)) {
    const property = Reflect.getOwnPropertyDescriptor(object, key)
    if (property !== undefined) return property
  }
  return undefined
}

/** Reads a property without calling a getter. Returns `undefined` for a getter, as for a missing property. */
export function peek (value: unknown, ...path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((inner, key) =>
    hasProperties(inner) ? propertyOf(inner, key)?.value as unknown : undefined, value)
}

/** Whether a value has methods of all these names, without calling a getter. */
export function peekMethods (value: object, ...names: readonly string[]): boolean {
  return names.every((name) => isFunction(peek(value, name)))
}

/** Whether a value has properties of all these names, getters or not. */
export function peekKeys (value: object, ...names: readonly string[]): boolean {
  return names.every((name) => propertyOf(value, name) !== undefined)
}

/** The names of a value's class and of the classes above. The name of a function is its own. */
export function classNames (value: object): readonly unknown[] {
  return isFunction(value) ? [peek(value, 'name')] : chainOf(value).map((object) => peek(object, 'constructor', 'name'))
}

/** Whether a value was made by a literal, so that its properties are its content. */
export function isLiteral (value: unknown): value is Record<string, unknown> {
  if (!isRecord(value) || types.isProxy(value)) return false
  const prototype = Reflect.getPrototypeOf(value)
  return prototype === null || Reflect.getPrototypeOf(prototype) === null
}

/** Returns a view on a value that never calls a getter. It reads a getter as `undefined`. */
export function passiveView (value: unknown): unknown {
  if (!isRecord(value)) return value
  return new Proxy(value, {
    get: (target, key) => passiveView(peek(target, key)),
    has: (target, key) => propertyOf(target, key) !== undefined
  })
}

function chainOf (value: object): readonly object[] {
  const chain = [value]
  for (let object: object | null = value; chain.length < MOST_PROTOTYPES && !types.isProxy(object);) {
    object = Reflect.getPrototypeOf(object)
    if (object === null) break
    chain.push(object)
  }
  return chain
}
