import type { FastifyBaseLogger } from 'fastify'

/** A line that was logged: its level, its fields and its message. */
export interface Line {
  readonly level: string
  readonly message: unknown
  readonly [field: string]: unknown
}

/** A logger of no make in particular that keeps what it is told. It does not know what a level of `silent` means. */
export class KeepingLog implements FastifyBaseLogger {
  readonly lines: Line[] = []
  readonly #bindings: object
  level = 'info'

  constructor (lines: Line[] = [], bindings: object = {}) {
    this.lines = lines
    this.#bindings = bindings
  }

  child (bindings: object): KeepingLog {
    return new KeepingLog(this.lines, { ...this.#bindings, ...bindings })
  }

  fatal = this.#keep('fatal')
  error = this.#keep('error')
  warn = this.#keep('warn')
  info = this.#keep('info')
  debug = this.#keep('debug')
  trace = this.#keep('trace')
  silent = (): void => undefined

  #keep (level: string): (fields: unknown, message?: unknown) => void {
    return (fields, message) => {
      this.lines.push({ ...this.#bindings, ...(typeof fields === 'object' ? fields : {}), level, message: typeof fields === 'string' ? fields : message })
    }
  }
}
