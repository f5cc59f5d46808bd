import { inspect } from 'node:util'
import { attemptOr } from './attempt-or.js'
import { redactAndTruncate } from './truncate.js'

const LONGEST_VALUE = 60
const LONGEST_REASON = 1_000

/** Says what a value is in words fit for an error message, without secrets. Never throws. */
export function describe (value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (typeof value === 'string') return `the string ${JSON.stringify(redactAndTruncate(value, LONGEST_VALUE))}`
  if (typeof value === 'function') return 'a function'
  if (typeof value === 'object') return attemptOr(() => describeObject(value), 'an object that cannot be read')
  return `the ${typeof value} ${redactAndTruncate(inspect(value), LONGEST_VALUE)}`
}

/**
 * The reason in something that was thrown: an error's message, with what a wrapper error only points at. Without secrets,
 * and not endless. Never throws.
 */
export function reasonOf (thrown: unknown): string {
  return attemptOr(() => {
    const reason = thrown instanceof Error ? reasonOfError(thrown) : reasonOfOther(thrown)
    return redactAndTruncate(reason, LONGEST_REASON)
  }, 'threw what cannot be read')
}

function describeObject (value: object): string {
  if (Array.isArray(value)) return `an array of ${value.length}`
  const name = className(value)
  return name === 'Object' || name === '' ? 'an object' : `an object of class ${redactAndTruncate(name, LONGEST_VALUE)}`
}

function className (value: object): string {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (typeof prototype !== 'object' || prototype === null) return ''
  return prototype.constructor.name
}

/** `fetch` puts the reason into `cause`, and a connection tried on several addresses puts one into each of `errors`. */
function reasonOfError (error: Error): string {
  const causes: readonly unknown[] = error instanceof AggregateError ? error.errors : [error.cause]
  const reasons = [error, ...causes].map((cause) => cause instanceof Error ? messageOf(cause) : '')
  return [...new Set(reasons)].filter((reason) => reason !== '').join(': ') || textOf(error.name)
}

/** In that of OpenSSL stand a thread and a line of its source, and at its end a line break. */
function messageOf (error: Error): string {
  const isOfOpenssl = 'library' in error && typeof error.library === 'string' && 'reason' in error && typeof error.reason === 'string'
  return textOf(isOfOpenssl ? error.reason : error.message)
}

/** A message is a text, unless somebody has put something else in its place. */
function textOf (value: unknown): string {
  return typeof value === 'string' ? value : describe(value)
}

function reasonOfOther (thrown: unknown): string {
  return typeof thrown === 'string' && thrown !== '' ? thrown : `threw ${describe(thrown)}`
}
