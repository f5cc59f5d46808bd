import { reasonOf } from '../../base/describe.js'
import type { CheckResult } from '../../health/check/result.js'
import type { Status } from '../../health/status.js'

/** What a ready-made check has found out, in details that it fills as it goes: they stand beside the reason of a failure too. */
export type Details = Record<string, unknown>

/** Something that is found, and stands for another status than `DOWN`. */
export class CheckFailure extends Error {
  readonly status: Status

  constructor (status: Status, message: string) {
    super(message)
    this.status = status
  }
}

/** Makes a result of work and the facts it finds: `UP` when it ends, else `DOWN`, or what the finding says, with the reason. */
export async function toCheckResult (facts: Details, work: () => void | Promise<void>): Promise<CheckResult> {
  try {
    await work()
    return { status: 'UP', details: facts }
  } catch (error) {
    return { status: error instanceof CheckFailure ? error.status : 'DOWN', details: { error: reasonOf(error), ...facts } }
  }
}

/** Does some work, and gives how long it took, in milliseconds to a thousandth. */
export async function timed<T> (work: () => Promise<T>): Promise<{ readonly result: T, readonly latencyMs: number }> {
  const startedAt = performance.now()
  const result = await work()
  return { result, latencyMs: Math.round((performance.now() - startedAt) * 1_000) / 1_000 }
}
