import { describe, reasonOf } from '../../base/describe.js'
import { toJsonSafeObject } from '../../base/json-safe.js'
import { toComponents } from '../component.js'
import type { Component } from '../component.js'
import { isStatus, STATUSES } from '../status.js'
import type { Status } from '../status.js'
import { isRecord } from '../../base/type-guards.js'

/**
 * What a check may return. `undefined` and `true` pass, `false` fails, an object says its own status. Anything else,
 * a query result or a `Response` too, counts as a failure, so that a check which forgot to look is not taken for healthy.
 */
export type CheckResult = void | boolean | {
  readonly status: Status
  /** What there is to know, shown where `showDetails` allows. Secrets in it are redacted. */
  readonly details?: Readonly<Record<string, unknown>>
  /** The parts of what was checked, each with a status of its own, which does not change that of the whole. */
  readonly components?: Readonly<Record<string, Component>>
}

/** What one run came to. `details.error` is the reason of a failure. */
export interface Outcome {
  readonly status: Status
  readonly details?: Readonly<Record<string, unknown>>
  readonly components?: Readonly<Record<string, Component>>
}

const EXPECTED = `nothing, true, or an object whose status is one of ${STATUSES.join(', ')}`

/** Judges what a check returned. Fails closed, and never throws. */
export function toOutcome (returned: unknown): Outcome {
  if (returned === undefined || returned === true) return { status: 'UP' }
  if (returned === false) return failure('the check returned false')
  try {
    return judgeObject(returned)
  } catch (error) {
    return failure(error)
  }
}

/** The outcome of a run that failed for a reason: an error that was thrown, or a sentence. */
export function failure (reason: unknown): Outcome {
  return { status: 'DOWN', details: { error: reasonOf(reason) } }
}

function judgeObject (returned: unknown): Outcome {
  if (!isRecord(returned)) return unexpected(describe(returned))
  const { status, details, components } = returned
  if (!isStatus(status)) return unexpected(`${describe(returned)} whose status is ${describe(status)}`)
  return {
    status,
    ...(details !== undefined && { details: toJsonSafeObject(details) }),
    ...(components !== undefined && { components: toComponents(components) })
  }
}

function unexpected (came: string): Outcome {
  return failure(`the check returned ${came}, expected ${EXPECTED}`)
}
