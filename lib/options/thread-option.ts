import { optionsOf } from '../base/option-table.js'
import type { RulesOf } from '../base/option-table.js'
import { delay, flag, refuse, withDefault } from '../base/rules.js'
import type { Rule } from '../base/rules.js'

/**
 * The thresholds of a separate port that a thread of its own serves.
 *
 * @example { maxBlocked: 60_000, readinessBlocked: 5_000 }
 * @see `docs/blocked-event-loop.md`
 */
export interface ThreadOption {
  /**
   * The longest block of the event loop, in milliseconds: liveness is `DOWN` while it is exceeded.
   *
   * @default 30_000
   * @example { maxBlocked: 60_000 }
   * @see `docs/blocked-event-loop.md#thresholds`
   */
  readonly maxBlocked?: number | undefined
  /**
   * The longest block for which readiness keeps its status, in milliseconds; at most `maxBlocked`.
   *
   * @default 2_000
   * @example { readinessBlocked: 5_000 }
   * @see `docs/blocked-event-loop.md#thresholds`
   */
  readonly readinessBlocked?: number | undefined
  /**
   * Whether the log names the function that blocks the event loop for longer than a second.
   *
   * @default true
   * @example { blocker: false }
   * @see `docs/blocked-event-loop.md#the-blocking-function`
   */
  readonly blocker?: boolean | undefined
}

/** The settings of the thread. */
export interface ThreadSettings {
  readonly maxBlocked: number
  readonly readinessBlocked: number
  readonly blocker: boolean
}

const MAX_BLOCKED_MS = 30_000
const READINESS_BLOCKED_MS = 2_000

const readOptions = optionsOf({
  maxBlocked: withDefault(delay, MAX_BLOCKED_MS),
  readinessBlocked: withDefault(delay, undefined),
  blocker: withDefault(flag, true)
} satisfies RulesOf<ThreadOption>, { expected: 'true, false, or an object of thresholds' })

/** The rule of `listen.thread`: `true` uses the defaults. */
export const thread: Rule<ThreadSettings | undefined> = (value, path) => {
  if (value === false) return undefined
  const { maxBlocked, readinessBlocked = Math.min(READINESS_BLOCKED_MS, maxBlocked), blocker } =
    readOptions(value === true ? {} : value, path)
  if (readinessBlocked > maxBlocked) {
    const expected = `at most ${path}.maxBlocked (${maxBlocked}): readiness must fail before liveness`
    return refuse(readinessBlocked, `${path}.readinessBlocked`, expected)
  }
  return { maxBlocked, readinessBlocked, blocker }
}
