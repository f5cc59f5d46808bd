/** The logger of this package, which checks receive too. Fastify's `FastifyBaseLogger` and pino match it. */
export interface Logger {
  level: string
  fatal: LogMethod['log']
  error: LogMethod['log']
  warn: LogMethod['log']
  info: LogMethod['log']
  debug: LogMethod['log']
  trace: LogMethod['log']
  silent: LogMethod['log']
  /** Returns a logger that adds these fields to each line. */
  child (fields: Record<string, unknown>): Logger
}

/** Declared as a method, because TypeScript accepts loggers with narrower parameters only for methods. */
interface LogMethod {
  /** Logs a text, or an object of fields and a text. */
  log (fieldsOrText: unknown, ...textAndValues: unknown[]): void
}
