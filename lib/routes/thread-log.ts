import { hostname } from 'node:os'
import { attemptOr } from '../base/attempt-or.js'
import type { Logger } from '../base/logger.js'
import { hasMethods, isRecord } from '../base/type-guards.js'

/**
 * The first fields of a line that the thread of the separate port writes: those that pino adds to each line, such as
 * `pid`. Returns `undefined` if the logger writes no warnings, or is not pino, whose lines are JSON.
 */
export function logFieldsOf (log: Logger): Readonly<Record<string, unknown>> | undefined {
  const pino: unknown = log
  if (!isPino(pino)) return undefined
  const own = { pid: process.pid, hostname: hostname() }
  return attemptOr(() => pino.isLevelEnabled('warn') ? { ...own, ...copyOf(pino.bindings()) } : undefined, undefined)
}

interface Pino {
  isLevelEnabled (level: string): boolean
  bindings (): unknown
}

function isPino (log: unknown): log is Pino {
  return hasMethods(log, 'isLevelEnabled', 'bindings')
}

/** A message between threads cannot contain functions. */
function copyOf (fields: unknown): Readonly<Record<string, unknown>> {
  const copy: unknown = JSON.parse(JSON.stringify(fields ?? {}))
  return isRecord(copy) ? copy : {}
}
