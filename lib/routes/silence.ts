import type { FastifyBaseLogger, FastifyInstance } from 'fastify'

const LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const

/**
 * Gives the requests of an instance a logger that says nothing, whatever the make of the app's own: a level of `silent`
 * is pino's word, and another logger need not know it. All else of the logger stays, for the app's hooks that use it.
 */
export function silence (instance: FastifyInstance): void {
  const silent = silenced(instance.log)
  instance.setChildLoggerFactory(() => inheriting(silent))
}

/** The names of a logger's levels: those that Fastify asks for, and custom ones of pino's. */
function levelsOf (log: FastifyBaseLogger & { readonly levels?: { readonly values?: object } }): string[] {
  return [...new Set([...LEVELS, ...Object.keys(log.levels?.values ?? {})])]
}

function silenced (log: FastifyBaseLogger): FastifyBaseLogger {
  const silent = inheriting(log)
  for (const level of levelsOf(log)) Object.defineProperty(silent, level, { value: () => undefined })
  Object.defineProperty(silent, 'level', { value: 'silent', writable: true })
  Object.defineProperty(silent, 'child', { value: function child (this: FastifyBaseLogger) { return inheriting(this) } })
  return silent
}

/** One object a request, so that what a hook sets on its logger stays with its request. */
function inheriting (log: FastifyBaseLogger): FastifyBaseLogger {
  return Object.create(log) as FastifyBaseLogger
}
