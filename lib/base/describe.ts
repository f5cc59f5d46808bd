import { inspect } from 'node:util'
import { attemptOr } from './attempt-or.js'
import { redactAndTruncate } from './truncate.js'

const LONGEST_VALUE = 60
const LONGEST_REASON = 1_000

/** Describes a value for an error message. Redacts secrets. Never throws. */
export function describe (value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (typeof value === 'string') return `the string ${JSON.stringify(redactAndTruncate(value, LONGEST_VALUE))}`
  if (typeof value === 'function') return 'a function'
  if (typeof value === 'object') return attemptOr(() => describeObject(value), 'an object that cannot be read')
  return `the ${typeof value} ${redactAndTruncate(inspect(value), LONGEST_VALUE)}`
}

/**
 * Returns the reason for a failure from a thrown value: the error's message, followed by the messages of its causes.
 * Redacts secrets, and truncates. Never throws.
 */
export function reasonOf (thrown: unknown): string {
  return attemptOr(() => {
    const reason = thrown instanceof Error ? reasonOfError(thrown) : reasonOfOther(thrown)
    return redactAndTruncate(reason, LONGEST_REASON)
  }, 'threw a value that cannot be read')
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

/**
 * `fetch` puts the reason into `cause`. A connection that tries several addresses puts a reason into each of `errors`.
 */
function reasonOfError (error: Error): string {
  const causes: readonly unknown[] = error instanceof AggregateError ? error.errors : [error.cause]
  const reasons = [error, ...causes].map((cause) => cause instanceof Error ? messageOf(cause) : '')
  return [...new Set(reasons)].filter((reason) => reason !== '').join(': ') || textOf(error.name)
}

/** Takes only the reason from an OpenSSL error: its message contains a thread id, a source line and a line break. */
function messageOf (error: Error): string {
  const isFromOpenssl = 'library' in error && typeof error.library === 'string' &&
    'reason' in error && typeof error.reason === 'string'
  return textOf(isFromOpenssl ? error.reason : error.message)
}

/** Handles a message that was overwritten with a value of another type. */
function textOf (value: unknown): string {
  return typeof value === 'string' ? value : describe(value)
}

function reasonOfOther (thrown: unknown): string {
  return typeof thrown === 'string' && thrown !== '' ? thrown : `threw ${describe(thrown)}`
}
