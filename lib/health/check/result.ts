import { types } from 'node:util'
import type { AnyObject } from '../../base/any-object.js'
import { attemptOr } from '../../base/attempt-or.js'
import { redactAndTruncate } from '../../base/truncate.js'
import { describe, reasonOf } from '../../base/describe.js'
import { isError } from '../../base/error-like.js'
import { firstKeys } from '../../base/first-keys.js'
import type { MaybePromise } from '../../base/maybe-promise.js'
import { toJsonSafeObject } from '../../base/json-safe.js'
import { toComponents } from '../component-copy.js'
import type { Component, LastFailure } from '../component.js'
import { withContent } from '../content.js'
import { isStatus, STATUSES } from '../status.js'
import type { ComponentStatus, Status } from '../status.js'
import { isRecord } from '../../base/type-guards.js'

/** The status of one run, with details and parts. `details.error` is the reason of a failure. */
export type Outcome = Pick<Component, 'details' | 'components'> & { readonly status: Status }

/**
 * One part of the checked thing; its status does not change the status of the check.
 *
 * @see `docs/checks.md#parts`
 */
export interface PartResult {
  readonly status: ComponentStatus
  /** Any object, for example `process.memoryUsage()`. */
  readonly details?: AnyObject | undefined
  /** The parts of this part by name. */
  readonly components?: Readonly<Record<string, PartResult>> | undefined
  /** The time of the result, in ISO 8601. */
  readonly time?: string | undefined
  /** The duration of the part's check, in milliseconds. */
  readonly durationMs?: number | undefined
}

/**
 * A status with details and parts, which a check returns.
 *
 * @example { status: 'DOWN', details: { error: 'the queue is full' } }
 * @see `docs/checks.md#details`
 */
export interface DetailedResult {
  readonly status: Status
  /** Any object; `error` is the reason of a failure. Return a new object at each run. */
  readonly details?: AnyObject | undefined
  /** The parts of the checked thing by name. */
  readonly components?: Readonly<Record<string, PartResult>> | undefined
}

/**
 * The return value of a check's function: `undefined` and `true` pass, `false` fails, and an object has its own status.
 *
 * @example { status: 'DEGRADED', details: { hitRate: 0.3 } }
 * @see `docs/checks.md#results`
 */
export type CheckResult = void | boolean | DetailedResult

/** The outcome of a run, with the time of its end and its duration. */
export type RunResult = Outcome & Required<Pick<Component, 'time' | 'durationMs'>>

/** A check's result, or a promise of it. `undefined` after its removal, or if it closed before its first result. */
export type MaybeResult = MaybePromise<RunResult | undefined>

/** The time of a check's last status change, and its last failed run. */
export type CheckRecord = Pick<Component, 'since' | 'lastFailure'>

/** For a check that returns the rows of its query by mistake: `() => pool.query('SELECT 1')`. */
const BRACES = '; put braces around the query, so that the check returns nothing: async () => { await query() }'
const MOST_KEYS = 10
const LONGEST_KEY = 40

const EXPECTED = `nothing, true, or an object whose status is one of ${STATUSES.join(', ')}`

/**
 * Turns the return value of a check's function into an outcome. Its details and parts become JSON-safe copies when they
 * are first read. An unknown value is a failure. Never throws.
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

/** Omits what is unknown, because components are compared and written as JSON. */
export function recordOf (since: string | undefined, lastFailure: LastFailure | undefined): CheckRecord {
  return { ...(since !== undefined && { since }), ...(lastFailure !== undefined && { lastFailure }) }
}

/** Returns the outcome of a failed run. The reason is a thrown value, or a sentence. */
export function failure (reason: unknown): Outcome {
  return { status: 'DOWN', details: { error: reasonOf(reason) } }
}

function objectOutcome (returned: unknown): Outcome {
  if (!isRecord(returned)) return failure(unexpected(describe(returned), Array.isArray(returned) ? BRACES : ''))
  const { status, details, components } = returned
  if (!isStatus(status)) return unknownStatus(returned, status)
  if (details === undefined && components === undefined) return { status }
  return withContent({ status }, {
    ...(details !== undefined && { details: () => toJsonSafeObject(details), error: () => errorIn(details) }),
    ...(components !== undefined && { components: () => toComponents(components) })
  })
}

/** Copies only the `error` of details, as the copy of all details would contain it. */
function errorIn (details: unknown): unknown {
  if (!isRecord(details)) return undefined
  if (attemptOr(() => Object.hasOwn(details, 'error'), false)) {
    return toJsonSafeObject({ get error () { return details['error'] } })['error']
  }
  const isConverted = types.isMap(details) || attemptOr(() => 'toJSON' in details, false)
  return isConverted ? toJsonSafeObject(details)['error'] : undefined
}

function unknownStatus (returned: object, status: unknown): Outcome {
  if (isError(returned)) return failure(`the check returned an error instead of throwing it: ${reasonOf(returned)}`)
  if ('rows' in returned) return failure(unexpected(`${describe(returned)} with rows`, BRACES))
  const received = `${describe(returned)} whose status is ${describe(status)}`
  if ('status' in returned) return failure(unexpected(received))
  // Lists the keys only for an answer or a log line: the object may have a million keys.
  return withContent({ status: 'DOWN' }, {
    details: () => failure(unexpected(received + receivedKeys(returned))).details
  })
}

/** Lists the keys of a result without a status, for example of a terminus indicator: `{ redis: { status: 'up' } }`. */
function receivedKeys (returned: object): string {
  const { keys } = attemptOr(() => firstKeys(returned, MOST_KEYS), { keys: [], total: 0 })
  const shown = keys.map((key) => redactAndTruncate(key, LONGEST_KEY))
  return shown.length === 0 ? '' : ` and whose keys are ${shown.join(', ')}`
}

function unexpected (received: string, remedy = ''): string {
  return `the check returned ${received}, expected ${EXPECTED}${remedy}`
}
