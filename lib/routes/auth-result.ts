import { types } from 'node:util'
import { isErrorLike } from '../base/error-like.js'
import { isRecord } from '../base/type-guards.js'

/** Properties that are `false` in the answer of a service that refuses, for example `active` (RFC 7662). */
const VERDICTS = ['ok', 'active', 'allowed', 'authenticated', 'authorized', 'success', 'valid'] as const

/** Whether a hook that returns no promise refuses by this value. After any other value it may still call `done`. */
export function isRefusing (returned: unknown): boolean {
  return returned === false || isErrorLike(returned) || isRefusingAnswer(returned)
}

/**
 * Whether a hook accepts by a promise of this value, or by `done(null, value)`. `null`, `0` and an empty list may come
 * from a search without a result. Every member of a list must accept, for example after `Promise.all()`.
 */
export function isAccepting (result: unknown): boolean {
  if (result === undefined) return true
  if (Array.isArray(result)) return result.length > 0 && result.every(isAccepting)
  const isTrue = types.isBooleanObject(result) ? result.valueOf() : Boolean(result)
  return isTrue && !isErrorLike(result) && !isRefusingAnswer(result)
}

/** Whether a value is the answer of a service that refuses, or a refusal in the list of `Promise.allSettled()`. */
function isRefusingAnswer (value: unknown): boolean {
  if (!isRecord(value)) return false
  if (value['status'] === 'rejected') return true
  if (value['status'] === 'fulfilled') return !isAccepting(value['value'])
  return hasErrorCode(value) || hasError(value) || VERDICTS.some((name) => value[name] === false)
}

/** Whether a value has the status code of an error, for example the answer of `fetch()`. A code may be a text. */
function hasErrorCode (value: Readonly<Record<string, unknown>>): boolean {
  return [value['statusCode'], value['status']].some((code) =>
    (typeof code === 'number' || typeof code === 'string') && Number(code) >= 300)
}

/** Whether a value names its error. A function is a method, for example of a reply with decorators. */
function hasError ({ error }: Readonly<Record<string, unknown>>): boolean {
  return Boolean(error) && typeof error !== 'function'
}
