import { attemptOr } from '../../base/attempt-or.js'
import { describe } from '../../base/describe.js'
import { isFunction, isRecord, isThenable } from '../../base/type-guards.js'

/** An object that users pass by mistake, and the object to pass instead. */
export interface WrongClient {
  /** For example `a Queue of Bull`. */
  readonly name: string
  readonly is: (value: unknown) => boolean
  /** For example `pass queue.client`. */
  readonly remedy: string
}

/** The mistakes that are possible with each check. */
export const GENERAL_MISTAKES: readonly WrongClient[] = [
  {
    name: 'a promise',
    is: isThenable,
    remedy: 'await it first, or pass a function that returns the client itself'
  },
  {
    name: 'an async function',
    is: (value) => isFunction(value) && isAsync(value),
    remedy: 'await the client first, or pass a function that returns the client itself'
  },
  {
    name: 'a class',
    is: (value) => isFunction(value) && isClass(value),
    remedy: 'pass an instance'
  },
  {
    name: 'a function with parameters',
    is: (value) => isFunction(value) && value.length > 0,
    remedy: 'pass the client, or a function without parameters that returns it'
  },
  {
    name: 'an address',
    is: (value) => isAddress(isRecord(value) ? value['href'] : value),
    remedy: 'pass a client that is connected to it'
  },
  {
    name: 'connection options',
    is: (value) => isPlain(value) && OPTION_NAMES.some((name) => Object.hasOwn(value, name)),
    remedy: 'pass the client that was made with them'
  }
]

/** Names of the address in the connection options of the drivers. */
const OPTION_NAMES = ['host', 'port', 'url', 'uri', 'hostname', 'servers', 'socket']

/**
 * Describes a value that is not the expected client, and the remedy if the mistake is known. Reads no getters, which
 * may open a connection.
 */
export function describeWrongClient (
  value: unknown,
  known: readonly WrongClient[],
  isClient: (value: unknown) => boolean
): string {
  const mistake = [...known, ...GENERAL_MISTAKES].find(({ is }) => attemptOr(() => is(value), false))
  if (mistake !== undefined) return `${mistake.name}: ${mistake.remedy}`
  const [key] = isRecord(value) ? keysOf(value, isClient) : []
  return key === undefined ? describe(value) : `${describe(value)}: pass its property "${key}"`
}

/** The keys of an object whose values are clients, for example of `fastify.redis` with namespaces. */
function keysOf (value: object, isClient: (value: unknown) => boolean): readonly string[] {
  const entries = Object.entries(Object.getOwnPropertyDescriptors(value))
  return entries.filter(([, { value }]) => attemptOr(() => isClient(value), false)).map(([key]) => key)
}

function isAsync (value: object): boolean {
  return Object.prototype.toString.call(value) === '[object AsyncFunction]'
}

/** Classes that were compiled to functions have methods on their prototype. */
function isClass (value: object): boolean {
  const prototype: unknown = Reflect.get(value, 'prototype')
  const hasParts = isRecord(prototype) && Object.getOwnPropertyNames(prototype).length > 1
  return hasParts || Function.prototype.toString.call(value).startsWith('class')
}

function isAddress (value: unknown): boolean {
  return typeof value === 'string' && URL.canParse(value)
}

function isPlain (value: unknown): value is object {
  if (!isRecord(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}
