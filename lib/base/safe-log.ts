import { reasonOf } from './describe.js'
import type { Logger } from './logger.js'

/**
 * Logs in code that no caller guards, such as timers and signal handlers. If the logger throws, it emits a process
 * warning instead: the error must not end the process, nor stop the code that logs.
 */
export function logSafely (
  log: Logger, level: 'error' | 'info' | 'warn' | 'debug', fields: object, text: string
): void {
  try {
    log[level](fields, text)
  } catch (error) {
    process.emitWarning(`the logger failed to log: ${text}`, { detail: reasonOf(error) })
  }
}
