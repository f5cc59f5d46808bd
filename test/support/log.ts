import type { FastifyBaseLogger } from 'fastify'

/** A logged line: its level, its fields and its message. */
export interface Line {
  readonly level: string
  readonly message: unknown
  readonly [field: string]: unknown
}

/** A logger that records every line. It ignores the level `silent`. */
export class RecordingLog implements FastifyBaseLogger {
  readonly lines: Line[] = []
  readonly #bindings: object
  level = 'info'

  constructor (lines: Line[] = [], bindings: object = {}) {
    this.lines = lines
    this.#bindings = bindings
  }

  child (bindings: object): RecordingLog {
    return new RecordingLog(this.lines, { ...this.#bindings, ...bindings })
  }

  fatal = this.#record('fatal')
  error = this.#record('error')
  warn = this.#record('warn')
  info = this.#record('info')
  debug = this.#record('debug')
  trace = this.#record('trace')
  silent = (): void => undefined

  #record (level: string): (fields: unknown, message?: unknown) => void {
    return (fields, message) => {
      const line = typeof fields === 'string' ? { message: fields } : { ...fields as object | undefined, message }
      this.lines.push({ ...this.#bindings, ...line, level })
    }
  }
}
