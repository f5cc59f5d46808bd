import type { FastifyBaseLogger } from 'fastify'
import { reasonOf } from './describe.js'

/**
 * Logs where there is nobody to whom a logger that throws could throw, as in a timer or at a signal: it must not end the process,
 * nor what is under way half-way.
 */
export function logSafely (log: FastifyBaseLogger, level: 'error' | 'info' | 'warn', fields: object, text: string): void {
  try {
    log[level](fields, text)
  } catch (error) {
    process.emitWarning(`the logger failed to say: ${text}`, { detail: reasonOf(error) })
  }
}
