import { inspect } from 'node:util'

const LONGEST = 60

/** Says what a value is in words fit for an error message. Never throws. */
export function describe (value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (typeof value === 'string') return `the string ${JSON.stringify(shorten(value))}`
  if (typeof value === 'function') return 'a function'
  if (typeof value === 'object') return attempt(() => describeObject(value)) ?? 'an object that cannot be read'
  return `the ${typeof value} ${shorten(inspect(value))}`
}

/** The reason in something that was thrown: an error's message, with what a wrapper error only points at. Never throws. */
export function reasonOf (thrown: unknown): string {
  if (!(thrown instanceof Error)) return typeof thrown === 'string' && thrown !== '' ? thrown : `threw ${describe(thrown)}`
  return attempt(() => reasonOfError(thrown)) ?? 'threw an error that cannot be read'
}

function describeObject (value: object): string {
  if (Array.isArray(value)) return `an array of ${value.length}`
  const name = className(value)
  return name === 'Object' || name === '' ? 'an object' : `an object of class ${shorten(name)}`
}

function className (value: object): string {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (typeof prototype !== 'object' || prototype === null) return ''
  return prototype.constructor.name
}

/** `fetch` puts the reason into `cause`, and a connection tried on several addresses puts one into each of `errors`. */
function reasonOfError (error: Error): string {
  const causes = error instanceof AggregateError ? error.errors : [error.cause]
  const reasons = [error.message, ...causes.filter((cause) => cause instanceof Error).map((cause) => cause.message)]
  return [...new Set(reasons)].filter((reason) => reason !== '').join(': ') || error.name
}

function attempt (read: () => string): string | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}

function shorten (text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
}
