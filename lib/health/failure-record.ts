import { copyOf } from '../base/json-safe.js'
import { truncate } from '../base/truncate.js'
import type { RunResult } from './check/result.js'
import type { LastFailure } from './component.js'
import { errorIn } from './content.js'

/** The longest reason in the history and in `lastFailure`, in characters. */
const LONGEST_REASON = 1_000

/** Returns the failure in a result, without the other details. */
export function failureIn (result: RunResult): LastFailure {
  const { time, durationMs } = result
  return { time, ...reasonIn(errorIn(result)), durationMs }
}

/**
 * Returns the reason of a failure as a text of at most 1,000 characters, or nothing if the failure has no reason. A
 * value that is not a text becomes JSON. Copies the text: a part of a text keeps the whole text in memory.
 */
export function reasonIn (error: unknown): { readonly error?: string } {
  if (error === undefined || error === null || error === '') return {}
  return { error: copyOf(truncate(typeof error === 'string' ? error : JSON.stringify(error), LONGEST_REASON)) }
}
