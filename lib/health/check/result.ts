import { attemptOr } from '../../base/attempt-or.js'
import { redactAndTruncate } from '../../base/truncate.js'
import { describe, reasonOf } from '../../base/describe.js'
import { isError } from '../../base/error-like.js'
import { toJsonSafeObject } from '../../base/json-safe.js'
import { toComponents } from '../component.js'
import type { Component } from '../component.js'
import { isStatus, STATUSES } from '../status.js'
import type { Status } from '../status.js'
import { isRecord } from '../../base/type-guards.js'

/** The status of one run, with details and parts. `details.error` is the reason of a failure. */
export interface Outcome {
  readonly status: Status
  /** Any further information. `showDetails` decides which requests see it. Secrets in it are redacted. */
  readonly details?: Readonly<Record<string, unknown>>
  /** The parts of the checked thing. Their statuses do not change the status of the check. */
  readonly components?: Readonly<Record<string, Component>>
}

/**
 * The return value of a check's function. `undefined` and `true` pass, `false` fails, and an object has its own status.
 * Anything else is a failure, for example a query's rows or a `Response`. Otherwise a check that returns a response and
 * does not read its status would pass.
 */
export type CheckResult = void | boolean | Outcome

/** The outcome of a run, with the time of its end and its duration. */
export type RunResult = Outcome & Required<Pick<Component, 'time' | 'durationMs'>>

/** For a check that returns the rows of its query by mistake: `() => pool.query('SELECT 1')`. */
const BRACES = '; put braces around the query, so that the check returns nothing: async () => { await query() }'
const MOST_KEYS = 10
const LONGEST_KEY = 40

const EXPECTED = `nothing, true, or an object whose status is one of ${STATUSES.join(', ')}`

/**
 * Turns the return value of a check's function into an outcome, with JSON-safe copies of details and parts. An unknown
 * value is a failure. Never throws.
 */
export function toOutcome (returned: unknown): Outcome {
  if (returned === undefined || returned === true) return { status: 'UP' }
  if (returned === false) return failure('the check returned false')
  try {
    return objectOutcome(returned)
  } catch (error) {
    return failure(error)
  }
}

/**
 * The key under which a ready-made check returns the error of a failure. Answers never contain it, because an outcome
 * copies only the known keys.
 */
export const THROWN = Symbol('thrown')

/** Returns the error in a result: of a ready-made check, in `details.error`, or the result itself. Never throws. */
export function thrownIn (returned: unknown): unknown {
  return attemptOr(() => {
    if (!isRecord(returned)) return undefined
    if (THROWN in returned) return returned[THROWN]
    const { details } = returned
    return [isRecord(details) ? details['error'] : undefined, returned].find(isError)
  }, undefined)
}

/** Returns the outcome of a failed run. The reason is a thrown value, or a sentence. */
export function failure (reason: unknown): Outcome {
  return { status: 'DOWN', details: { error: reasonOf(reason) } }
}

function objectOutcome (returned: unknown): Outcome {
  if (!isRecord(returned)) return unexpected(describe(returned), Array.isArray(returned) ? BRACES : '')
  const { status, details, components } = returned
  if (!isStatus(status)) return unknownStatus(returned, status)
  return {
    status,
    ...(details !== undefined && { details: toJsonSafeObject(details) }),
    ...(components !== undefined && { components: toComponents(components) })
  }
}

function unknownStatus (returned: object, status: unknown): Outcome {
  if (isError(returned)) return failure(`the check returned an error instead of throwing it: ${reasonOf(returned)}`)
  if ('rows' in returned) return unexpected(`${describe(returned)} with rows`, BRACES)
  return unexpected(`${describe(returned)} whose status is ${describe(status)}${receivedKeys(returned)}`)
}

/** Lists the keys of a result without a status, for example of a terminus indicator: `{ redis: { status: 'up' } }`. */
function receivedKeys (returned: object): string {
  const keys = Object.keys(returned).slice(0, MOST_KEYS).map((key) => redactAndTruncate(key, LONGEST_KEY))
  return keys.length === 0 || 'status' in returned ? '' : ` and whose keys are ${keys.join(', ')}`
}

function unexpected (came: string, remedy = ''): Outcome {
  return failure(`the check returned ${came}, expected ${EXPECTED}${remedy}`)
}
