import { attemptOr } from './attempt-or.js'
import { messageOf } from './describe.js'
import { isErrorLike } from './error-like.js'
import type { ErrorLike } from './error-like.js'
import { redactAndTruncate, truncate } from './truncate.js'

const LONGEST_NAME = 100
const LONGEST_MESSAGE = 1_000
const LONGEST_STACK = 8_000
/** The most causes of causes. */
const DEEPEST = 4
/** The most errors of one AggregateError. */
const MOST_ERRORS = 10
/** The most errors in all, with causes: each AggregateError may contain further ones. */
const MOST_COPIES = 20
/** A longer stack has a huge message, and no calls of interest are worth the time to read it. */
const LONGEST_READ_STACK = 1_000_000

/** The first call of a stack. The text before it is the name and the message. */
const FIRST_CALL = '\n    at '

/**
 * Copies a thrown value into an error for logs and subscribers: its name, message, code, stack and causes, redacted and
 * truncated like a reason. Returns `undefined` for a value that is not an error. Never throws, and keeps no reference
 * to the thrown value.
 */
export function safeError (thrown: unknown): Error | undefined {
  return new ErrorCopy().of(thrown, 0)
}

class ErrorCopy {
  #copies = 0

  of (thrown: unknown, depth: number): Error | undefined {
    if (depth > DEEPEST || this.#copies >= MOST_COPIES) return undefined
    return attemptOr(() => isErrorLike(thrown) ? this.#copyOf(thrown, depth) : undefined, undefined)
  }

  #copyOf (error: ErrorLike, depth: number): Error {
    this.#copies += 1
    const message = redactAndTruncate(messageOf(error), LONGEST_MESSAGE)
    const copy = Array.isArray(error.errors)
      ? new AggregateError(this.#copiesOf(error.errors, depth), message)
      : new Error(message)
    const name = typeof error.name === 'string' ? redactAndTruncate(error.name, LONGEST_NAME) : copy.name
    const cause = this.of(error.cause, depth + 1)
    define(copy, 'name', name)
    define(copy, 'stack', `${message === '' ? name : `${name}: ${message}`}${callsOf(error)}`)
    if (cause !== undefined) define(copy, 'cause', cause)
    const { code } = error
    if (typeof code === 'string') return Object.assign(copy, { code: redactAndTruncate(code, LONGEST_NAME) })
    return typeof code === 'number' ? Object.assign(copy, { code }) : copy
  }

  #copiesOf (errors: readonly unknown[], depth: number): Error[] {
    return errors.slice(0, MOST_ERRORS).map((error) => this.of(error, depth + 1)).filter((error) => error !== undefined)
  }
}

/** Returns only the lines of calls: the message above them may contain more than the reason shows. */
function callsOf (error: ErrorLike): string {
  const stack = 'stack' in error && typeof error.stack === 'string' ? error.stack : ''
  if (stack.length > LONGEST_READ_STACK) return ''
  const start = stack.indexOf(FIRST_CALL, typeof error.message === 'string' ? error.message.length : 0)
  if (start === -1) return ''
  const lines = stack.slice(start, start + LONGEST_STACK).split('\n')
  // The last line of a cut stack may end inside a secret.
  if (stack.length > start + LONGEST_STACK) lines.pop()
  const calls = lines.filter((line) => line.startsWith('    at '))
  return truncate(calls.map((line) => `\n${redactAndTruncate(line, LONGEST_MESSAGE)}`).join(''), LONGEST_STACK)
}

/** Defines a property that loggers do not list as a field. */
function define (error: Error, key: string, value: unknown): void {
  Object.defineProperty(error, key, { value, configurable: true, writable: true })
}
