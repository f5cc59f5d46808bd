import { isRecord } from './type-guards.js'

/**
 * Whether an entry must not be passed on. Code that merges objects would change the prototype of an object, or of all
 * objects, through the key `__proto__`, or through a `constructor` that has a `prototype`. Fastify refuses these keys
 * in the bodies of requests.
 *
 * @see https://github.com/fastify/secure-json-parse
 */
export function isPolluting (key: string, value: unknown): boolean {
  return key === '__proto__' || (key === 'constructor' && isRecord(value) && Object.hasOwn(value, 'prototype'))
}
