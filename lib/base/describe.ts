import { inspect } from 'node:util'
import { attemptOr } from './attempt-or.js'
import { bigIntText } from './big-int.js'
import { isErrorLike } from './error-like.js'
import type { ErrorLike } from './error-like.js'
import { withoutOpenssl } from './openssl.js'
import { redactAndTruncate, redactAndTruncateOnly, redactCut, truncate } from './truncate.js'
import { visible } from './visible.js'

const LONGEST_VALUE = 60
const LONGEST_REASON = 1_000
/** The most errors whose messages make a reason: an error, its causes, and their causes. */
const MOST_ERRORS = 10
/** The most characters that are read of one message: messages are compared with each other. */
const MOST_READ = 4_000

/** Describes a value for an error message. Redacts secrets, and shows control characters. Never throws. */
export function describe (value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (typeof value === 'string') return `the string ${quoted(value)}`
  if (typeof value === 'function') return 'a function'
  if (typeof value === 'object') return attemptOr(() => describeObject(value), 'an object that cannot be read')
  if (typeof value === 'bigint') return describeBigInt(value)
  return `the ${typeof value} ${redactAndTruncate(inspect(value), LONGEST_VALUE)}`
}

/**
 * Returns the reason for a failure from a thrown value: the error's message, followed by the messages of its causes.
 * Redacts secrets, makes control characters visible, and truncates. Never throws.
 */
export function reasonOf (thrown: unknown): string {
  return attemptOr(() => {
    const reason = isErrorLike(thrown) ? reasonOfError(thrown) : reasonOfOther(thrown)
    return redactAndTruncate(reason, LONGEST_REASON)
  }, 'threw a value that cannot be read')
}

/** `JSON.stringify()` escapes only a part of the invisible characters. */
function quoted (text: string): string {
  return visible(JSON.stringify(redactAndTruncateOnly(text, LONGEST_VALUE)))
}

function describeBigInt (value: bigint): string {
  const text = bigIntText(value)
  return /^-?\d/.test(text) ? `the bigint ${truncate(text, LONGEST_VALUE)}n` : text
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

function reasonOfError (error: ErrorLike): string {
  const reasons: string[] = []
  collectReasons(error, reasons, new Set())
  return reasons.join(': ') || nameOf(error)
}

/**
 * `fetch` puts the reason into `cause`. A connection that tries several addresses puts a reason into each of `errors`.
 * Skips a reason that an earlier message contains, because many libraries copy the message of the cause.
 */
function collectReasons (thrown: unknown, reasons: string[], seen: Set<unknown>): void {
  if (thrown === undefined || seen.has(thrown) || seen.size >= MOST_ERRORS) return
  seen.add(thrown)
  const message = isErrorLike(thrown) ? messageOf(thrown) : typeof thrown === 'string' ? readable(thrown) : ''
  if (message !== '' && !reasons.some((reason) => reason.includes(message))) reasons.push(message)
  if (isErrorLike(thrown)) for (const cause of causesOf(thrown)) collectReasons(cause, reasons, seen)
}

/** A cause that cannot be read must not hide the error's own message. */
function causesOf (error: ErrorLike): readonly unknown[] {
  return attemptOr(() => {
    const { errors, cause } = error
    return Array.isArray(errors) ? [...errors.slice(0, MOST_ERRORS) as unknown[], cause] : [cause]
  }, [])
}

/** An error without a message: its code explains more than its name. */
function nameOf ({ code, name }: ErrorLike): string {
  return typeof code === 'string' && code !== '' ? code : textOf(name)
}

/** Takes only the reason from an OpenSSL error: its message contains a thread id, a source line and a line break. */
export function messageOf (error: ErrorLike): string {
  const isFromOpenssl = 'library' in error && typeof error.library === 'string' &&
    'reason' in error && typeof error.reason === 'string'
  return readable(textOf(isFromOpenssl ? error.reason : error.message))
}

function readable (text: string): string {
  return withoutOpenssl(text.length > MOST_READ ? redactCut(text.slice(0, MOST_READ)) : text)
}

/** Handles a message that was overwritten with a value of another type. */
function textOf (value: unknown): string {
  return typeof value === 'string' ? value : describe(value)
}

function reasonOfOther (thrown: unknown): string {
  return typeof thrown === 'string' && thrown !== '' ? readable(thrown) : `threw ${describe(thrown)}`
}
